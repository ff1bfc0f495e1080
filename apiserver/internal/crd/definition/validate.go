// Package definition checks CustomResourceDefinitions: their names, versions
// and conversion (validate.go), and that their schemas are structural
// (schema.go) and their rules can be run (rules.go).
package definition

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Validate says what is wrong with a new definition.
func Validate(d *apiextensions.CustomResourceDefinition) field.ErrorList {
	r := &field.Report{}
	name := func(s string) []string {
		problems := meta.IsDNS1123Subdomain(s)
		if want := d.Spec.Names.Plural + "." + d.Spec.Group; s != want {
			problems = append(problems, "must be spec.names.plural+\".\"+spec.group")
		}
		return problems
	}
	meta.ValidatePlainMeta(r, &d.ObjectMeta, meta.ClusterWide, name, field.New("metadata"))
	validateSpec(r, d, nil)
	validateStatus(r, d)
	validateStoredVersions(r, d)
	validateApproval(r, d, nil)
	validatePreserve(r, d, nil)
	return r.Errors
}

// ValidateUpdate says what is wrong with a change.
func ValidateUpdate(d, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	r := &field.Report{}
	meta.ValidatePlainMetaUpdate(r, &d.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	validateSpec(r, d, old)
	validateBundle(r, d, old)
	spec := field.New("spec")
	if old.Is(apiextensions.Established) {
		meta.ValidateImmutable(r, d.Spec.Group, old.Spec.Group, spec.Child("group"))
		meta.ValidateImmutable(r, d.Spec.Scope, old.Spec.Scope, spec.Child("scope"))
		meta.ValidateImmutable(r, d.Spec.Names.Kind, old.Spec.Names.Kind, spec.Child("names", "kind"))
	} else {
		meta.ValidateImmutable(r, d.Spec.Group, old.Spec.Group, spec.Child("group"))
	}
	meta.ValidateImmutable(r, d.Spec.Names.Plural, old.Spec.Names.Plural, spec.Child("names", "plural"))
	validateStatus(r, d)
	validateStoredVersions(r, d)
	validateApproval(r, d, old)
	validatePreserve(r, d, old)
	return r.Errors
}

// ValidateStatusUpdate says what is wrong with a change of the status.
func ValidateStatusUpdate(d, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	r := &field.Report{}
	meta.ValidatePlainMetaUpdate(r, &d.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	validateStatus(r, d)
	return r.Errors
}

func validateSpec(r *field.Report, d, old *apiextensions.CustomResourceDefinition) {
	s, p := &d.Spec, field.New("spec")
	switch {
	case s.Group == "":
		r.Required(p.Child("group"), "")
	case len(meta.IsDNS1123Subdomain(s.Group)) > 0:
		r.Invalid(p.Child("group"), s.Group, strings.Join(meta.IsDNS1123Subdomain(s.Group), ","))
	case !strings.Contains(s.Group, "."):
		r.Invalid(p.Child("group"), s.Group, "should be a domain with at least one dot")
	}
	switch s.Scope {
	case "":
		r.Required(p.Child("scope"), "")
	case apiextensions.ClusterScoped, apiextensions.NamespaceScoped:
	default:
		r.Add(field.NotSupported(p.Child("scope"), s.Scope, []apiextensions.ResourceScope{apiextensions.ClusterScoped, apiextensions.NamespaceScoped}))
	}
	for i := range s.Versions {
		if v := &s.Versions[i]; v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
			r.Required(p.Child("versions").Index(i).Child("schema", "openAPIV3Schema"), "schemas are required")
		}
	}
	if s.PreserveUnknownFields && slices.ContainsFunc(s.Versions, hasDefaults) {
		r.Invalid(p.Child("preserveUnknownFields"), true, "must be false in order to use defaults in the schema")
	}
	whole := validateVersions(r, d, old, p.Child("versions"))
	requireNames(r, &s.Names, p.Child("names"))
	validateNames(r, &s.Names, p.Child("names"))
	r.Add(whole...)
	if s.Conversion == nil {
		return
	}
	if s.PreserveUnknownFields && s.Conversion.Strategy != apiextensions.NoneConverter {
		r.Invalid(p.Child("conversion", "strategy"), s.Conversion.Strategy, "must be None if spec.preserveUnknownFields is true")
	}
	validateConversion(r, s.Conversion, p.Child("conversion"))
}

// hasDefaults says whether a version's schema has a default anywhere.
func hasDefaults(v crdVersion) bool {
	return v.Schema != nil && v.Schema.OpenAPIV3Schema != nil && schemaHas(v.Schema.OpenAPIV3Schema, func(s *props) bool { return s.Default != nil })
}

// validatePreserve lets nobody begin to keep unknown fields.
func validatePreserve(r *field.Report, d, old *apiextensions.CustomResourceDefinition) {
	if d.Spec.PreserveUnknownFields && (old == nil || !old.Spec.PreserveUnknownFields) {
		r.Invalid(field.New("spec", "preserveUnknownFields"), true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")
	}
}

// validateVersions also answers with what is wrong with the parts that all
// versions share, which is told after the names.
func validateVersions(r *field.Report, d, old *apiextensions.CustomResourceDefinition, p *field.Path) field.ErrorList {
	var whole field.Report
	names, storage, unique := map[string]bool{}, 0, true
	shared := sharedParts(d)
	for i := range d.Spec.Versions {
		v := &d.Spec.Versions[i]
		if v.Storage {
			storage++
		}
		if names[v.Name] {
			unique = false
		}
		names[v.Name] = true
		if problems := meta.IsDNS1035Label(v.Name); len(problems) > 0 {
			r.Invalid(p.Index(i).Child("name"), v.Name, strings.Join(problems, ","))
		}
		var before *apiextensions.CustomResourceDefinitionVersion
		if old != nil {
			before = old.Version(v.Name)
		}
		validateVersion(r, &whole, shared, v, before, p.Index(i), i == 0)
	}
	if !unique {
		r.Invalid(p, d.Spec.Versions, "must contain unique version names")
	}
	if storage != 1 {
		r.Invalid(p, d.Spec.Versions, "must have exactly one version marked as storage version")
	}
	// The first version once was the definition's only one, and is checked as such too.
	if len(d.Spec.Versions) > 0 && d.Spec.Versions[0].Name != "" {
		name := d.Spec.Versions[0].Name
		if problems := meta.IsDNS1035Label(name); len(problems) > 0 {
			r.Invalid(field.New("spec", "version"), name, strings.Join(problems, ","))
		}
	}
	return whole.Errors
}

// shared says which parts are the same in all versions of a definition. Such a
// part belongs to the definition as a whole, as it once did, and errors about it
// say so.
type shared struct{ schema, subresources, columns, fields bool }

func sharedParts(d *apiextensions.CustomResourceDefinition) shared {
	s := shared{true, true, true, true}
	for i := range d.Spec.Versions {
		a, b := &d.Spec.Versions[0], &d.Spec.Versions[i]
		s.schema = s.schema && meta.Equal(a.Schema, b.Schema)
		s.subresources = s.subresources && meta.Equal(a.Subresources, b.Subresources)
		s.columns = s.columns && meta.Equal(a.AdditionalPrinterColumns, b.AdditionalPrinterColumns)
		s.fields = s.fields && meta.Equal(a.SelectableFields, b.SelectableFields)
	}
	return s
}

type crdVersion = apiextensions.CustomResourceDefinitionVersion

// validateVersion checks a version; what is the same in all of them goes to whole,
// once.
func validateVersion(r, whole *field.Report, in shared, v, old *crdVersion, p *field.Path, first bool) {
	if w := v.DeprecationWarning; w != nil {
		validateWarning(r, v, *w, p.Child("deprecationWarning"))
	}
	part := func(shared bool, name, top string, check func(r *field.Report, p *field.Path)) {
		if !shared {
			check(r, p.Child(name))
		} else if first {
			check(whole, field.New("spec", top))
		}
	}
	part(in.schema, "schema", "validation", func(r *field.Report, p *field.Path) { validateSchema(r, v, old, p) })
	part(in.subresources, "subresources", "subresources", func(r *field.Report, p *field.Path) {
		if s := v.Subresources; s != nil && s.Scale != nil {
			validateScale(r, s.Scale, p.Child("scale"))
		}
	})
	part(in.columns, "additionalPrinterColumns", "additionalPrinterColumns", func(r *field.Report, p *field.Path) {
		for i := range v.AdditionalPrinterColumns {
			validateColumn(r, &v.AdditionalPrinterColumns[i], p.Index(i))
		}
	})
	part(in.fields, "selectableFields", "selectableFields", func(r *field.Report, p *field.Path) {
		apart := v.Schema == nil || v.Schema.OpenAPIV3Schema == nil || in.fields != in.schema
		switch {
		case len(v.SelectableFields) == 0:
		case !apart:
			validateSelectable(r, v, p)
		case in.fields:
			r.Invalid(p, "", "selectableFields may only be set when validations.schema is included")
		default:
			r.Invalid(p, "", "selectableFields may only be set when version.schema.openAPIV3Schema is not included")
		}
	})
}

func validateWarning(r *field.Report, v *crdVersion, w string, p *field.Path) {
	if !v.Deprecated {
		r.Invalid(p, w, "can only be set for deprecated versions")
		return
	}
	if len(w) > 256 {
		r.Invalid(p, w, "must be <= 256 characters long")
	}
	if w == "" {
		r.Invalid(p, w, "must not be an empty string")
	}
	if i := strings.IndexFunc(w, func(c rune) bool { return c < ' ' || c == 0x7f }); i >= 0 {
		r.Invalid(p, w, fmt.Sprintf("must only contain printable UTF-8 characters; non-printable character found at index %d", i))
	}
}

func validateScale(r *field.Report, s *apiextensions.CustomResourceSubresourceScale, p *field.Path) {
	below := func(name, path, allowed string, roots ...string) {
		at := p.Child(name)
		if path == "" {
			r.Required(at, "")
			return
		}
		if problem := simplePath(path); problem != "" {
			r.Invalid(at, path, problem)
		} else if !slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(path, root+".") }) {
			r.Invalid(at, path, "should be a json path under "+allowed)
		}
	}
	below("specReplicasPath", s.SpecReplicasPath, ".spec", ".spec")
	below("statusReplicasPath", s.StatusReplicasPath, ".status", ".status")
	if s.LabelSelectorPath != nil && *s.LabelSelectorPath != "" {
		below("labelSelectorPath", *s.LabelSelectorPath, "either .spec or .status", ".status", ".spec")
	}
}

// simplePath says what is wrong with a path of names.
func simplePath(path string) string {
	switch {
	case path == "":
		return "must be a valid JSON path"
	case path[0] != '.':
		return "must be a simple json path starting with ."
	}
	rest := path[1:]
	for name := range strings.SplitSeq(rest, ".") {
		if name == "" || strings.ContainsAny(name, "[]*'\"(){}@$") {
			return "must be a simple json path with dot notation"
		}
	}
	return ""
}

var (
	columnTypes   = []string{"integer", "number", "string", "boolean", "date"}
	columnFormats = []string{"int32", "int64", "float", "double", "byte", "date", "date-time", "password"}
)

func validateColumn(r *field.Report, c *apiextensions.CustomResourceColumnDefinition, p *field.Path) {
	if c.Name == "" {
		r.Required(p.Child("name"), "")
	}
	if c.Type == "" {
		r.Required(p.Child("type"), "must be one of "+sortedList(columnTypes))
	} else if !slices.Contains(columnTypes, c.Type) {
		r.Invalid(p.Child("type"), c.Type, "must be one of "+sortedList(columnTypes))
	}
	if c.Format != "" && !slices.Contains(columnFormats, c.Format) {
		r.Invalid(p.Child("format"), c.Format, "must be one of "+sortedList(columnFormats))
	}
	if c.JSONPath == "" {
		r.Required(p.Child("JSONPath"), "")
	} else if c.JSONPath[0] != '.' {
		r.Invalid(p.Child("JSONPath"), c.JSONPath, "must be a simple json path starting with .")
	}
}

// sortedList joins names in order.
func sortedList(names []string) string {
	s := slices.Clone(names)
	slices.Sort(s)
	return strings.Join(s, ",")
}

func validateNames(r *field.Report, n *apiextensions.CustomResourceDefinitionNames, p *field.Path) {
	label := func(at *field.Path, name string) {
		if problems := meta.IsDNS1035Label(name); len(problems) > 0 {
			r.Invalid(at, name, strings.Join(problems, ","))
		}
	}
	kind := func(at *field.Path, name string) {
		if problems := meta.IsDNS1035Label(strings.ToLower(name)); name != "" && len(problems) > 0 {
			r.Invalid(at, name, "may have mixed case, but should otherwise match: "+strings.Join(problems, ","))
		}
	}
	if n.Plural != "" {
		label(p.Child("plural"), n.Plural)
	}
	if n.Singular != "" {
		label(p.Child("singular"), n.Singular)
	}
	kind(p.Child("kind"), n.Kind)
	kind(p.Child("listKind"), n.ListKind)
	for i, s := range n.ShortNames {
		label(p.Child("shortNames").Index(i), s)
	}
	if n.Kind != "" && n.Kind == n.ListKind {
		r.Invalid(p.Child("listKind"), n.ListKind, "kind and listKind may not be the same")
	}
	for i, c := range n.Categories {
		label(p.Child("categories").Index(i), c)
	}
}

// requireNames wants the names without which there is no resource.
func requireNames(r *field.Report, n *apiextensions.CustomResourceDefinitionNames, p *field.Path) {
	for _, f := range []struct{ name, value string }{
		{"plural", n.Plural}, {"singular", n.Singular}, {"kind", n.Kind}, {"listKind", n.ListKind},
	} {
		if f.value == "" {
			r.Required(p.Child(f.name), "")
		}
	}
}

func validateConversion(r *field.Report, c *apiextensions.CustomResourceConversion, p *field.Path) {
	switch c.Strategy {
	case apiextensions.WebhookConverter:
		validateWebhook(r, c.Webhook, p)
		return
	case apiextensions.NoneConverter:
	case "":
		r.Required(p.Child("strategy"), "")
	default:
		r.Add(field.NotSupported(p.Child("strategy"), c.Strategy, []apiextensions.ConversionStrategyType{apiextensions.NoneConverter, apiextensions.WebhookConverter}))
	}
	const only = "should not be set when strategy is not set to Webhook"
	if c.Webhook != nil && c.Webhook.ClientConfig != nil {
		r.Forbidden(p.Child("webhookClientConfig"), only)
	}
	if c.Webhook != nil && len(c.Webhook.ConversionReviewVersions) > 0 {
		r.Forbidden(p.Child("conversionReviewVersions"), only)
	}
}

func validateWebhook(r *field.Report, w *apiextensions.WebhookConversion, p *field.Path) {
	if w == nil || w.ClientConfig == nil {
		r.Required(p.Child("webhookClientConfig"), "required when strategy is set to Webhook")
	} else {
		validateClient(r, w.ClientConfig, p.Child("webhookClientConfig"))
	}
	versions := p.Child("conversionReviewVersions")
	if w == nil || len(w.ConversionReviewVersions) == 0 {
		r.Required(versions, "")
		return
	}
	seen, known := map[string]bool{}, false
	for i, v := range w.ConversionReviewVersions {
		if seen[v] {
			r.Invalid(versions.Index(i), v, "duplicate version")
			continue
		}
		seen[v] = true
		r.Each(versions.Index(i), v, meta.IsDNS1035Label(v))
		known = known || v == "v1" || v == "v1beta1"
	}
	if !known {
		r.Invalid(versions, field.Literal(fmt.Sprintf("%#v", w.ConversionReviewVersions)), "must include at least one of v1, v1beta1")
	}
}

func validateClient(r *field.Report, c *apiextensions.WebhookClientConfig, p *field.Path) {
	switch {
	case (c.URL == nil) == (c.Service == nil):
		r.Required(p, "exactly one of url or service is required")
	case c.URL != nil:
		admissionregistration.CheckURL(r, *c.URL, p.Child("url"))
	default:
		admissionregistration.CheckService(r, (*admissionregistration.ServiceReference)(c.Service), p.Child("service"))
	}
}

// validateBundle lets nobody replace sound certificates by others. Those of a new
// definition are not looked at: its webhook is not called before they are.
func validateBundle(r *field.Report, d, old *apiextensions.CustomResourceDefinition) {
	bundle := func(d *apiextensions.CustomResourceDefinition) []byte {
		if c := d.Spec.Conversion; c != nil && c.Strategy == apiextensions.WebhookConverter && c.Webhook != nil && c.Webhook.ClientConfig != nil {
			return c.Webhook.ClientConfig.CABundle
		}
		return nil
	}
	sound := func(b []byte) bool { return len(b) == 0 || x509.NewCertPool().AppendCertsFromPEM(b) }
	if b := bundle(d); !sound(b) && sound(bundle(old)) {
		r.Invalid(field.New("spec", "conversion", "webhookClientConfig", "caBundle"), b, "unable to load root certificates: unable to parse bytes as PEM block")
	}
}

// validateStatus checks the names that were accepted, if any are.
func validateStatus(r *field.Report, d *apiextensions.CustomResourceDefinition) {
	validateNames(r, &d.Status.AcceptedNames, field.New("status", "acceptedNames"))
}

func validateStoredVersions(r *field.Report, d *apiextensions.CustomResourceDefinition) {
	p := field.New("status", "storedVersions")
	if len(d.Status.StoredVersions) == 0 {
		r.Invalid(p, field.Literal(fmt.Sprintf("%#v", d.Status.StoredVersions)), "must have at least one stored version")
		return
	}
	storage := d.StorageVersion()
	if storage != nil && !slices.Contains(d.Status.StoredVersions, storage.Name) {
		r.Invalid(p, field.Literal(fmt.Sprintf("%#v", d.Status.StoredVersions)), "must have the storage version "+storage.Name)
	}
	for i, v := range d.Status.StoredVersions {
		if d.Version(v) == nil {
			r.Invalid(p.Index(i), v, "must appear in spec.versions")
		}
	}
}

// Protected says whether a group's resources need approval.
func Protected(group string) bool {
	for _, suffix := range []string{"k8s.io", "kubernetes.io"} {
		if group == suffix || strings.HasSuffix(group, "."+suffix) {
			return true
		}
	}
	return false
}

// validateApproval wants groups of the project itself to say where the resource
// was approved.
func validateApproval(r *field.Report, d, old *apiextensions.CustomResourceDefinition) {
	if !Protected(d.Spec.Group) {
		return
	}
	p := field.New("metadata", "annotations").Key(apiextensions.ApprovedAnnotation)
	value := d.Annotations[apiextensions.ApprovedAnnotation]
	if old != nil && old.Annotations[apiextensions.ApprovedAnnotation] == value {
		return
	}
	const see = ", see https://github.com/kubernetes/enhancements/pull/1111"
	switch {
	case value == "":
		r.Required(p, `protected groups must have approval annotation "`+apiextensions.ApprovedAnnotation+`"`+see)
	case Approved(value) == "":
		r.Invalid(p, value, `protected groups must have approval annotation "`+apiextensions.ApprovedAnnotation+`" with either a URL or a reason starting with "unapproved"`+see)
	}
}

// Approved reads the annotation: approved, unapproved or nothing.
func Approved(value string) string {
	if strings.HasPrefix(value, "unapproved") {
		return "unapproved"
	}
	if u, err := url.ParseRequestURI(value); err == nil && u.Host != "" && u.Scheme != "" {
		return "approved"
	}
	return ""
}
