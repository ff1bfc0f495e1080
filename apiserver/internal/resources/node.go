package resources

import "github.com/pilothouse/pilothouse/proto/node"

// nodeResources are the classes of container runtimes.
func nodeResources() []*Resource {
	r := Resource{Kind: named("node.k8s.io/v1", "RuntimeClass"), Prefix: "/registry/runtimeclasses/", Conditional: true}
	r.Warnings = warnings(aboutRuntimeClass)
	return []*Resource{
		kind[*node.RuntimeClass]{nil, nil, nil, node.ValidateRuntimeClass, twice(node.ValidateRuntimeClass, node.ValidateRuntimeClassUpdate)}.on(r),
	}
}
