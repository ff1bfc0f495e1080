// Package admissionregistration holds the kinds of
// admissionregistration.k8s.io/v1: webhooks and policies that change or
// refuse requests.
package admissionregistration
