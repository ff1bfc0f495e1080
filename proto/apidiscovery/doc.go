// Package apidiscovery holds the kinds of apidiscovery.k8s.io/v2: everything that
// a server serves, told in one answer.
package apidiscovery
