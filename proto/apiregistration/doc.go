// Package apiregistration holds the kinds of apiregistration.k8s.io/v1:
// APIService, which hands a group version to another API server.
package apiregistration
