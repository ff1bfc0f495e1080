package admission

import (
	"context"
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// immortal are the namespaces that the system itself lives in.
var immortal = []string{core.NamespaceDefault, core.NamespaceSystem, core.NamespacePublic}

// namespaceLifecycle lets objects be made in living namespaces only, and keeps
// the system's own namespaces.
func (v *view) namespaceLifecycle(ctx context.Context, r *Request) error {
	if r.Resource.Name == "namespaces" {
		if r.Operation == Delete && slices.Contains(immortal, r.Name) {
			return status.Forbidden(r.Resource, r.Name, "this namespace may not be deleted")
		}
		return nil
	}
	if r.Operation != Create || r.Namespace == "" || r.Resource.Name == "localsubjectaccessreviews" {
		return nil // Whoever asks what they may do learns nothing of namespaces.
	}
	ns, err := v.get(ctx, "namespaces", "", r.Namespace)
	if err != nil {
		return err
	}
	if ns == nil {
		return status.NotFound(status.Resource{Name: "namespaces"}, r.Namespace)
	}
	if ns.Field("status.phase") != string(core.NamespaceTerminating) {
		return nil
	}
	e := Forbidden(r, fmt.Sprintf("unable to create new content in namespace %s because it is being terminated", r.Namespace))
	e.Status.Details.Causes = []meta.StatusCause{{
		Type:    "NamespaceTerminating",
		Message: fmt.Sprintf("namespace %s is being terminated", r.Namespace),
		Field:   "metadata.namespace",
	}}
	return e
}
