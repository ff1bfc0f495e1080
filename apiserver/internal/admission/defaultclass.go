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
// default; empty when there is none. Of several the youngest is taken, so that
// a default can be replaced by making another one.
func (v *view) classByDefault(ctx context.Context, resource string, annotations ...string) (string, error) {
	l, err := v.cache.Table(resource).List(ctx, cache.ListOptions{})
	if err != nil {
		return "", err
	}
	var name string
	var made meta.Time
	for o := range l.All() {
		var m meta.PartialObjectMetadata
		if err := codec.DecodeJSON(o.JSON(), &m); err != nil {
			return "", err
		}
		for _, a := range annotations {
			// The list is in the order of names: the first of one age stays.
			if m.Annotations[a] == "true" && (name == "" || m.CreationTimestamp.After(made.Time)) {
				name, made = m.Name, m.CreationTimestamp
			}
		}
	}
	return name, nil
}
