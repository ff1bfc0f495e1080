package admission

import "github.com/pilothouse/pilothouse/apiserver/internal/status"

// Forbidden is the refusal of r. An object whose name is yet to be generated is
// named by what its name will begin with.
func Forbidden(r *Request, why string) *status.Error {
	name := r.Name
	if name == "" && r.Object != nil {
		m := r.Object.GetObjectMeta()
		if name = m.Name; name == "" {
			name = m.GenerateName
		}
	}
	if name == "" {
		name = "Unknown"
	}
	return status.Forbidden(r.Resource, name, why)
}
