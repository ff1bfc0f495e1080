// Package rbac holds the kinds of rbac.authorization.k8s.io/v1: roles and
// who they are bound to.
package rbac
