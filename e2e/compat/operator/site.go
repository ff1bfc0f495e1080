// Package operator is a small operator as strangers write them with
// controller-runtime: a custom resource with a status, defaults and validation
// in webhooks, objects that it owns, and a finalizer that cleans up outside.
package operator

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is where the operator's kind lives.
var GroupVersion = schema.GroupVersion{Group: "operator.example.org", Version: "v1"}

// Site is a web site made of pages.
type Site struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   SiteSpec   `json:"spec,omitempty"`
	Status SiteStatus `json:"status,omitempty"`
}

// SiteSpec is what the site should be.
type SiteSpec struct {
	// Pages are the texts by their names.
	Pages map[string]string `json:"pages,omitempty"`
	// Owner is who answers for it; the webhook fills it in.
	Owner string `json:"owner,omitempty"`
}

// SiteStatus is what the site is.
type SiteStatus struct {
	// ObservedGeneration is the generation that the status speaks of.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Published are the names of the pages that are out.
	Published []string `json:"published,omitempty"`
	// Conditions say how it goes.
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// SiteList is several sites.
type SiteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Site `json:"items"`
}

// DeepCopyInto copies s into out.
func (s *Site) DeepCopyInto(out *Site) {
	*out = *s
	s.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec.Pages = maps.Clone(s.Spec.Pages)
	out.Status.Published = slices.Clone(s.Status.Published)
	out.Status.Conditions = slices.Clone(s.Status.Conditions)
}

// DeepCopyObject is a copy of s.
func (s *Site) DeepCopyObject() runtime.Object {
	out := new(Site)
	s.DeepCopyInto(out)
	return out
}

// DeepCopyObject is a copy of l.
func (l *SiteList) DeepCopyObject() runtime.Object {
	out := &SiteList{TypeMeta: l.TypeMeta, Items: make([]Site, len(l.Items))}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range l.Items {
		l.Items[i].DeepCopyInto(&out.Items[i])
	}
	return out
}

// AddToScheme makes the kind known.
func AddToScheme(s *runtime.Scheme) {
	s.AddKnownTypes(GroupVersion, &Site{}, &SiteList{})
	metav1.AddToGroupVersion(s, GroupVersion)
}

// Definition is the kind's CustomResourceDefinition.
const Definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sites.operator.example.org}
spec:
  group: operator.example.org
  scope: Namespaced
  names: {plural: sites, singular: site, kind: Site, listKind: SiteList}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              owner: {type: string}
              pages: {type: object, additionalProperties: {type: string}}
          status:
            type: object
            properties:
              observedGeneration: {type: integer, format: int64}
              published: {type: array, items: {type: string}}
              conditions:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [type]
                items:
                  type: object
                  required: [type, status, reason, message, lastTransitionTime]
                  properties:
                    type: {type: string}
                    status: {type: string, enum: ["True", "False", Unknown]}
                    reason: {type: string}
                    message: {type: string}
                    observedGeneration: {type: integer, format: int64}
                    lastTransitionTime: {type: string, format: date-time}
`
