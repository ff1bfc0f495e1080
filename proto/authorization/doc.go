// Package authorization holds the kinds of authorization.k8s.io/v1: the
// reviews that ask whether somebody may do something.
package authorization
