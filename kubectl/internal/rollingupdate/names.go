package rollingupdate

import (
	"encoding/json"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// The annotations in which an update keeps what it must know after an
// interruption.
const (
	// sourceID, on the new controller, is NAME:UID of the one it replaces.
	sourceID = "kubectl.kubernetes.io/update-source-id"
	// desiredReplicas, on the new one, is how large it is to be in the end.
	desiredReplicas = "kubectl.kubernetes.io/desired-replicas"
	// originalReplicas, on the old one, is how large it was.
	originalReplicas = "kubectl.kubernetes.io/original-replicas"
	// nextController, on the old one, names the new one.
	nextController = "kubectl.kubernetes.io/next-controller-id"
)

// size is how many pods a controller is to have.
func size(rc api.Object) int64 {
	switch n := rc.Field("spec", "replicas").(type) {
	case nil:
		return 1
	case int:
		return int64(n)
	}
	return rc.Int("spec", "replicas")
}

func sourceOf(rc api.Object) string { return rc.Name() + ":" + rc.String("metadata", "uid") }

func annotation(o api.Object, name string) string { return o.Strings("metadata", "annotations")[name] }

func annotate(o api.Object, name, value string) { o.Set(value, "metadata", "annotations", name) }

// unmark takes off what a new controller carries during its update.
func unmark(o api.Object) {
	o.Remove("metadata", "annotations", sourceID)
	o.Remove("metadata", "annotations", desiredReplicas)
}

// blank makes an object one that can be created, under a name.
func blank(o api.Object, name string) {
	for _, f := range []string{"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"} {
		o.Remove("metadata", f)
	}
	o.Set(name, "metadata", "name")
	o.Remove("status")
}

// clone copies an object as the wire would, so that numbers are of one kind.
func clone(o api.Object) api.Object {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err) // it came from JSON
	}
	var c api.Object
	if err := json.Unmarshal(b, &c); err != nil {
		panic(err)
	}
	return c
}

// FindSource finds the controller that was replacing the one called name, which
// is gone already: an update that stopped just before it renamed.
func FindSource(list []api.Object, name string) api.Object {
	for _, rc := range list {
		if source, _, _ := strings.Cut(annotation(rc, sourceID), ":"); source == name {
			return rc
		}
	}
	return nil
}
