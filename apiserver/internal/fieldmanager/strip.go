package fieldmanager

// Nobody owns what identifies an object and what the server alone sets.
var (
	noOnes         = []string{"apiVersion", "kind"}
	noOnesMetadata = []string{"clusterName", "creationTimestamp", "generation", "managedFields", "name", "namespace",
		"resourceVersion", "selfLink", "uid"}
)

// strip takes out of a whole object's fields what nobody owns.
func (t *tree) strip(n int32) {
	t.nodes[n].self = false
	t.drop(n, noOnes)
	for x := t.nodes[n].first; x != 0; x = t.nodes[x].next {
		if t.nodes[x].name != "metadata" {
			continue
		}
		t.nodes[x].self = false
		t.drop(x, noOnesMetadata)
		if t.empty(x) {
			t.drop(n, []string{"metadata"})
		}
		return
	}
}
