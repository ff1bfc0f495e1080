package core

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Fields of a pod that containers may be told of, by a variable and by a file.
var (
	envFieldPaths = []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
	fileFieldPaths = []string{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}
	resourceFields = []string{"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"}
	byteDivisors   = []string{"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}
)

func checkEnv(r *field.Report, vars []EnvVar, env *field.Path) {
	for i := range vars {
		v, p := &vars[i], env.Index(i)
		if v.Name == "" {
			r.Required(p.Child("name"), "")
		} else {
			r.Each(p.Child("name"), v.Name, meta.IsEnvVarName(v.Name))
		}
		if v.ValueFrom != nil {
			checkEnvSource(r, v, p.Child("valueFrom"))
		}
	}
}

func checkEnvSource(r *field.Report, v *EnvVar, p *field.Path) {
	s, n := v.ValueFrom, 0
	if s.FieldRef != nil {
		n++
		checkFieldRef(r, s.FieldRef, envFieldPaths, p.Child("fieldRef"))
	}
	if s.ResourceFieldRef != nil {
		n++
		checkResourceRef(r, s.ResourceFieldRef, p.Child("resourceFieldRef"))
	}
	if s.ConfigMapKeyRef != nil {
		n++
		checkKeyRef(r, s.ConfigMapKeyRef.Name, s.ConfigMapKeyRef.Key, p.Child("configMapKeyRef"))
	}
	if s.SecretKeyRef != nil {
		n++
		checkKeyRef(r, s.SecretKeyRef.Name, s.SecretKeyRef.Key, p.Child("secretKeyRef"))
	}
	if s.FileKeyRef != nil {
		n++
		requireAll(r, p.Child("fileKeyRef"), "volumeName", s.FileKeyRef.VolumeName, "path", s.FileKeyRef.Path, "key", s.FileKeyRef.Key)
	}
	switch {
	case n == 0:
		r.Invalid(p, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`")
	case v.Value != "":
		r.Invalid(p, "", "may not be specified when `value` is not empty")
	case n > 1:
		r.Invalid(p, "", "may not have more than one field specified at a time")
	}
}

func checkKeyRef(r *field.Report, name, key string, p *field.Path) {
	r.Each(p.Child("name"), name, meta.IsDNS1123Subdomain(name))
	if key == "" {
		r.Required(p.Child("key"), "")
	} else {
		r.Each(p.Child("key"), key, meta.IsConfigMapKey(key))
	}
}

// checkFieldRef wants one of the allowed paths, or one label or annotation:
// metadata.labels['key'].
func checkFieldRef(r *field.Report, f *ObjectFieldSelector, allowed []string, p *field.Path) {
	if f.APIVersion == "" {
		r.Required(p.Child("apiVersion"), "")
		return
	}
	if f.FieldPath == "" {
		r.Required(p.Child("fieldPath"), "")
		return
	}
	if f.APIVersion != "v1" {
		r.Invalid(p.Child("fieldPath"), f.FieldPath, "error converting fieldPath: unsupported pod version: "+f.APIVersion)
		return
	}
	if path, key, ok := subscript(f.FieldPath); ok {
		switch path {
		case "metadata.annotations":
			r.Each(p, strings.ToLower(key), meta.IsQualifiedName(strings.ToLower(key)))
		case "metadata.labels":
			r.Each(p, key, meta.IsQualifiedName(key))
		default:
			r.Invalid(p.Child("fieldPath"), f.FieldPath, "error converting fieldPath: field label does not support subscript: "+path)
		}
		return
	}
	switch {
	case slices.Contains(allowed, f.FieldPath):
	case slices.Contains(envFieldPaths, f.FieldPath), slices.Contains(fileFieldPaths, f.FieldPath):
		r.Add(field.NotSupported(p.Child("fieldPath"), f.FieldPath, allowed))
	default:
		r.Invalid(p.Child("fieldPath"), f.FieldPath, "error converting fieldPath: field label not supported: "+f.FieldPath)
	}
}

// subscript takes metadata.labels['key'] apart.
func subscript(path string) (field, key string, ok bool) {
	field, rest, ok := strings.Cut(path, "['")
	key, closed := strings.CutSuffix(rest, "']")
	return field, key, ok && closed && field != ""
}

func checkResourceRef(r *field.Report, f *ResourceFieldSelector, p *field.Path) {
	huge := isHugeField(f.Resource)
	switch {
	case f.Resource == "":
		r.Required(p.Child("resource"), "")
	case !huge && !slices.Contains(resourceFields, f.Resource):
		r.Add(field.NotSupported(p.Child("resource"), f.Resource, resourceFields))
	}
	checkDivisor(r, f.Resource, f.Divisor, p.Child("divisor"))
}

// isHugeField reports whether a resource of a container is one of huge pages.
func isHugeField(resource string) bool {
	return strings.HasPrefix(resource, "requests."+ResourceHugePagesPrefix) || strings.HasPrefix(resource, "limits."+ResourceHugePagesPrefix)
}

// checkDivisor checks the unit in which an amount is told, where the resource is
// known.
func checkDivisor(r *field.Report, resource string, divisor quantity.Quantity, p *field.Path) {
	if divisor.IsZero() {
		return
	}
	name := ""
	switch {
	case resource == "limits.cpu" || resource == "requests.cpu":
		if s := divisor.String(); s != "1" && s != "1m" {
			r.Invalid(p, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
		}
		return
	case resource == "limits.memory" || resource == "requests.memory":
		name = "memory"
	case resource == "limits.ephemeral-storage" || resource == "requests.ephemeral-storage":
		name = "local ephemeral storage"
	case isHugeField(resource):
		name = "hugepages"
	default:
		return
	}
	if !slices.Contains(byteDivisors, divisor.String()) {
		r.Invalid(p, resource, "only divisor's values "+strings.Join(byteDivisors, ", ")+" are supported with the "+name+" resource")
	}
}

func checkEnvFrom(r *field.Report, sources []EnvFromSource, from *field.Path) {
	for i := range sources {
		s, p := &sources[i], from.Index(i)
		if s.Prefix != "" {
			r.Each(p.Child("prefix"), s.Prefix, meta.IsEnvVarName(s.Prefix))
		}
		if s.ConfigMapRef != nil {
			requireName(r, s.ConfigMapRef.Name, p.Child("configMapRef", "name"))
		}
		if s.SecretRef != nil {
			requireName(r, s.SecretRef.Name, p.Child("secretRef", "name"))
		}
		if s.ConfigMapRef == nil && s.SecretRef == nil {
			r.Invalid(from, "", "must specify one of: `configMapRef` or `secretRef`")
		} else if s.ConfigMapRef != nil && s.SecretRef != nil {
			r.Invalid(from, "", "may not have more than one field specified at a time")
		}
	}
}
