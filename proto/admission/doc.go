// Package admission holds the kinds of admission.k8s.io/v1:
// AdmissionReview, the question that the API server puts to webhooks.
package admission
