package fieldmanager

import "slices"

// Nobody owns what identifies an object and what the server alone sets.
var (
	noOnes         = []string{"apiVersion", "kind"}
	noOnesMetadata = []string{"clusterName", "creationTimestamp", "generation", "managedFields", "name", "namespace",
		"resourceVersion", "selfLink", "uid"}
)

// strip takes out of a whole object's fields what nobody owns.
func (n *node) strip() {
	n.self = false
	n.drop(noOnes)
	for i := range n.kids {
		if m := &n.kids[i]; m.name == "metadata" {
			m.self = false
			m.drop(noOnesMetadata)
			if m.empty() {
				n.kids = slices.Delete(n.kids, i, i+1)
			}
			return
		}
	}
}

// drop takes fields out of n.
func (n *node) drop(names []string) {
	n.kids = slices.DeleteFunc(n.kids, func(k node) bool { return k.kind == 'f' && slices.Contains(names, k.name) })
}
