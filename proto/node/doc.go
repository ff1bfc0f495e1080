// Package node holds the kinds of node.k8s.io/v1: RuntimeClass.
package node
