// Package scheduling tests kube-scheduler against a real API server, both as
// the binaries that users run. The nodes are Node objects and nothing else:
// what is looked at is which node a pod is bound to, and what users are told.
// No root and no container runtime is needed.
//
// cluster_test.go starts the daemons; each other file tests one subject
// through the public API.
package scheduling
