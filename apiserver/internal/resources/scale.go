package resources

import (
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Scale is how the scale subresource sees an object.
type Scale struct {
	// Read is the object's size.
	Read func(o meta.Object) (*autoscaling.Scale, error)
	// Write puts the wanted size into the object.
	Write func(o meta.Object, replicas int32) error
	// Path is where custom resources have the wanted size.
	Path string
}

// scaling is what an object has of a size.
type scaling struct {
	wanted   **int32
	there    int32
	selector *meta.LabelSelector
}

// scaleOf is the scale subresource of a T.
func scaleOf[T meta.Object](of func(T) scaling) Subresource {
	return Subresource{Name: "scale", Kind: named("autoscaling/v1", "Scale"), Verbs: statusVerbs, Scale: &Scale{
		Read: func(o meta.Object) (*autoscaling.Scale, error) {
			x := of(o.(T))
			s := NewScale(o)
			if *x.wanted != nil {
				s.Spec.Replicas = **x.wanted
			}
			labels, err := selector.FromLabelSelector(x.selector)
			s.Status.Replicas, s.Status.Selector = x.there, labels.String()
			return s, err
		},
		Write: func(o meta.Object, replicas int32) error {
			*of(o.(T)).wanted = &replicas
			return nil
		},
	}}
}

// NewScale is a Scale with the names of the object whose size it is.
func NewScale(o meta.Object) *autoscaling.Scale {
	m := o.GetObjectMeta()
	s := &autoscaling.Scale{TypeMeta: meta.TypeMeta{Kind: "Scale", APIVersion: "autoscaling/v1"}}
	s.Name, s.Namespace, s.UID = m.Name, m.Namespace, m.UID
	s.ResourceVersion, s.CreationTimestamp = m.ResourceVersion, m.CreationTimestamp
	return s
}
