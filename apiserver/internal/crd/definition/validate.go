// Package definition checks CustomResourceDefinitions: their names, versions
// and conversion (validate.go), and that their schemas are structural
// (schema.go) and their rules can be run (rules.go).
package definition

import (
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
		if want := d.Spec.Names.Plural + "." + d.Spec.Group; s != want {
			return []string{"must be spec.names.plural+\".\"+spec.group"}
		}
		return meta.IsDNS1123Subdomain(s)
	}
	meta.ValidateObjectMeta(r, &d.ObjectMeta, meta.ClusterWide, name, field.New("metadata"))
	validateSpec(r, d, nil)
	validateStatus(r, d)
	validateStoredVersions(r, d)
	validateApproval(r, d, nil)
	return r.Errors
}

// ValidateUpdate says what is wrong with a change.
func ValidateUpdate(d, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	r := &field.Report{}
	meta.ValidateObjectMetaUpdate(r, &d.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	validateSpec(r, d, old)
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
	return r.Errors
}

// ValidateStatusUpdate says what is wrong with a change of the status.
func ValidateStatusUpdate(d, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	r := &field.Report{}
	meta.ValidateObjectMetaUpdate(r, &d.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	validateStatus(r, d)
	validateStoredVersions(r, d)
	return r.Errors
}

func validateSpec(r *field.Report, d, old *apiextensions.CustomResourceDefinition) {
	s, p := &d.Spec, field.New("spec")
	switch {
	case s.Group == "":
		r.Required(p.Child("group"), "")
	case len(meta.IsDNS1123Subdomain(s.Group)) > 0:
		r.Each(p.Child("group"), s.Group, meta.IsDNS1123Subdomain(s.Group))
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
	if s.PreserveUnknownFields && (old == nil || !old.Spec.PreserveUnknownFields) {
		r.Invalid(p.Child("preserveUnknownFields"), true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead")
	}
	validateVersions(r, d, old, p.Child("versions"))
	validateNames(r, &s.Names, p.Child("names"))
	if s.Conversion == nil {
		return
	}
	validateConversion(r, s.Conversion, p.Child("conversion"))
}

func validateVersions(r *field.Report, d, old *apiextensions.CustomResourceDefinition, p *field.Path) {
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
		r.Each(p.Index(i).Child("name"), v.Name, meta.IsDNS1035Label(v.Name))
		var before *apiextensions.CustomResourceDefinitionVersion
		if old != nil {
			before = old.Version(v.Name)
		}
		validateVersion(r, shared, v, before, p.Index(i), i == 0)
	}
	if !unique {
		r.Invalid(p, field.Literal(fmt.Sprintf("%#v", versionNames(d))), "must contain unique version names")
	}
	if storage != 1 {
		r.Invalid(p, field.Literal(fmt.Sprintf("%#v", versionNames(d))), "must have exactly one version marked as storage version")
	}
}

func versionNames(d *apiextensions.CustomResourceDefinition) []string {
	var out []string
	for i := range d.Spec.Versions {
		out = append(out, d.Spec.Versions[i].Name)
	}
	return out
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

// at is where errors about a part of the version at p say that it lies.
func at(shared bool, p *field.Path, part, whole string) *field.Path {
	if shared {
		return field.New("spec", whole)
	}
	return p.Child(part)
}

type crdVersion = apiextensions.CustomResourceDefinitionVersion

func validateVersion(r *field.Report, in shared, v, old *crdVersion, p *field.Path, first bool) {
	if w := v.DeprecationWarning; w != nil {
		validateWarning(r, v, *w, p.Child("deprecationWarning"))
	}
	if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
		r.Required(p.Child("schema", "openAPIV3Schema"), "schemas are required")
	}
	schema := at(in.schema, p, "schema", "validation")
	subresources := at(in.subresources, p, "subresources", "subresources")
	columns := at(in.columns, p, "additionalPrinterColumns", "additionalPrinterColumns")
	fields := at(in.fields, p, "selectableFields", "selectableFields")
	own := func(q *field.Path) bool { return first || strings.HasPrefix(q.String(), p.String()) }
	if own(schema) {
		validateSchema(r, v, old, schema)
	}
	if s := v.Subresources; s != nil && s.Scale != nil && own(subresources) {
		validateScale(r, s.Scale, subresources.Child("scale"))
	}
	for i := range v.AdditionalPrinterColumns {
		if own(columns) {
			validateColumn(r, &v.AdditionalPrinterColumns[i], columns.Index(i))
		}
	}
	if own(fields) {
		validateSelectable(r, v, fields)
	}
}

func validateWarning(r *field.Report, v *crdVersion, w string, p *field.Path) {
	if !v.Deprecated {
		r.Invalid(p, w, "can only be set for deprecated versions")
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
		r.Each(at, name, meta.IsDNS1035Label(name))
	}
	if n.Plural == "" {
		r.Required(p.Child("plural"), "")
	} else {
		label(p.Child("plural"), n.Plural)
	}
	if n.Singular == "" {
		r.Required(p.Child("singular"), "")
	}
	if n.Kind == "" {
		r.Required(p.Child("kind"), "")
	} else {
		label(p.Child("kind"), strings.ToLower(n.Kind))
	}
	if n.ListKind == "" {
		r.Required(p.Child("listKind"), "")
	} else {
		label(p.Child("listKind"), strings.ToLower(n.ListKind))
	}
	if n.Singular != "" {
		label(p.Child("singular"), n.Singular)
	}
	for i, s := range n.ShortNames {
		label(p.Child("shortNames").Index(i), s)
	}
	for i, c := range n.Categories {
		label(p.Child("categories").Index(i), c)
	}
	if n.Kind != "" && n.Kind == n.ListKind {
		r.Invalid(p.Child("listKind"), n.ListKind, "kind and listKind may not be the same")
	}
}

func validateConversion(r *field.Report, c *apiextensions.CustomResourceConversion, p *field.Path) {
	switch c.Strategy {
	case "":
		r.Required(p.Child("strategy"), "")
	case apiextensions.NoneConverter:
		if c.Webhook != nil && len(c.Webhook.ConversionReviewVersions) > 0 {
			r.Forbidden(p.Child("conversionReviewVersions"), "should not be set when strategy is not set to Webhook")
		}
	case apiextensions.WebhookConverter:
		validateWebhook(r, c.Webhook, p)
	default:
		r.Add(field.NotSupported(p.Child("strategy"), c.Strategy, []apiextensions.ConversionStrategyType{apiextensions.NoneConverter, apiextensions.WebhookConverter}))
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
		validateService(r, c.Service, p.Child("service"))
	}
}

func validateService(r *field.Report, s *apiextensions.ServiceReference, p *field.Path) {
	if s.Name == "" {
		r.Required(p.Child("name"), "service name is required")
	}
	if s.Namespace == "" {
		r.Required(p.Child("namespace"), "service namespace is required")
	}
	if s.Port != nil && len(meta.IsPortNumber(int(*s.Port))) > 0 {
		r.Invalid(p.Child("port"), *s.Port, "port is not valid: "+strings.Join(meta.IsPortNumber(int(*s.Port)), ","))
	}
	if s.Path == nil || *s.Path == "" {
		return
	}
	at, path := p.Child("path"), *s.Path
	if path == "/" {
		return
	}
	if !strings.HasPrefix(path, "/") {
		r.Invalid(at, path, "must start with a '/'")
	}
	for i, step := range steps(path) {
		if step == "" {
			r.Invalid(at, path, fmt.Sprintf("segment[%d] may not be empty", i))
		} else if problems := meta.IsDNS1123Subdomain(step); len(problems) > 0 {
			r.Invalid(at, path, fmt.Sprintf("segment[%d]: %s", i, strings.Join(problems, ",")))
		}
	}
}

// validateStatus checks the names that were accepted, if any are.
func validateStatus(r *field.Report, d *apiextensions.CustomResourceDefinition) {
	p := field.New("status")
	if d.Is(apiextensions.Established) || d.Is(apiextensions.NamesAccepted) {
		validateNames(r, &d.Status.AcceptedNames, p.Child("acceptedNames"))
	}
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
			r.Invalid(p.Index(i), v, fmt.Sprintf("missing from spec.versions; %s was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in %s and removes %s from status.storedVersions", v, v, v))
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

// steps are the parts of a path behind its first character.
func steps(path string) []string { return strings.Split(strings.TrimSuffix(path[1:], "/"), "/") }
