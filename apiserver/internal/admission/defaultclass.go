package admission

import (
	"context"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// defaultIngressClass gives a new ingress that says nothing about its class the
// cluster's default one.
func (v *view) defaultIngressClass(ctx context.Context, r *Request) error {
	i, ok := r.Object.(*networking.Ingress)
	if !ok || r.Operation != Create || r.Subresource != "" || i.Spec.IngressClassName != nil {
		return nil
	}
	if _, named := i.Annotations[networking.AnnotationIngressClass]; named {
		return nil
	}
	class, err := v.classByDefault(ctx, "ingressclasses.networking.k8s.io", networking.AnnotationDefaultIngressClass)
	if class != "" {
		i.Spec.IngressClassName = &class
	}
	return err
}

// classByDefault is the name of the object that one of the annotations makes the
// default; empty when there is none.
func (v *view) classByDefault(ctx context.Context, resource string, annotations ...string) (string, error) {
	l, err := v.cache.Table(resource).List(ctx, cache.ListOptions{})
	if err != nil {
		return "", err
	}
	var d youngest
	for o := range l.All() {
		var p meta.PartialObjectMetadata
		if err := codec.DecodeJSON(o.JSON(), &p); err != nil {
			return "", err
		}
		d.look(&p.ObjectMeta, annotations...)
	}
	return d.name, nil
}

// youngest is the one of several defaults that counts, so that a default can be
// replaced by making another one. Of one age it is the first by name.
type youngest struct {
	name string
	made meta.Time
}

// look takes the next object, in the order of names, into account.
func (y *youngest) look(m *meta.ObjectMeta, annotations ...string) {
	for _, a := range annotations {
		if m.Annotations[a] == "true" && (y.name == "" || m.CreationTimestamp.After(y.made.Time)) {
			y.name, y.made = m.Name, m.CreationTimestamp
		}
	}
}
