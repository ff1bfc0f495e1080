// Package controllers tests kube-controller-manager against a real API server,
// both as the binaries that users run, with hollow nodes: Node objects whose
// Lease a goroutine renews and whose pods another one reports as running. No
// root and no container runtime is needed.
//
// cluster_test.go starts and stops the daemons, hollow_test.go is the nodes;
// each other file tests one subject through the public API.
package controllers
