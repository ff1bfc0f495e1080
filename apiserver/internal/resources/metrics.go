package resources

// metricsResources are what nodes and pods use. Nothing of it is stored, and
// another server may stand in for this one.
func metricsResources() []*Resource {
	read := []string{"get", "list"}
	return []*Resource{
		{Kind: named("metrics.k8s.io/v1beta1", "NodeMetrics"), Verbs: read},
		{Kind: named("metrics.k8s.io/v1beta1", "PodMetrics"), Verbs: read},
	}
}
