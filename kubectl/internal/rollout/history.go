package rollout

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// Revision is one state that a workload's pods had.
type Revision struct {
	Number int64
	Cause  string     // kubernetes.io/change-cause
	From   api.Object // the ReplicaSet or ControllerRevision that keeps it
}

const causeAnnotation = "kubernetes.io/change-cause"

// Keeper is the resource that keeps the revisions of a kind.
func Keeper(kind string) (resource string, err error) {
	switch kind {
	case "Deployment":
		return "replicasets.apps", nil
	case "DaemonSet", "StatefulSet":
		return "controllerrevisions.apps", nil
	}
	return "", fmt.Errorf("no history viewer has been implemented for %q", kind)
}

// Revisions are those of o among the objects of its keeper, oldest first. Two
// with one number count once.
func Revisions(o api.Object, kept []api.Object) []Revision {
	byNumber := map[int64]Revision{}
	for _, k := range kept {
		if !owned(o, k) {
			continue
		}
		n := k.Int("revision")
		if k.Kind() == "ReplicaSet" {
			n, _ = revisionOf(k)
		}
		if n == 0 {
			continue
		}
		byNumber[n] = Revision{Number: n, Cause: k.Strings("metadata", "annotations")[causeAnnotation], From: k}
	}
	out := make([]Revision, 0, len(byNumber))
	for _, r := range byNumber {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Number < out[j].Number })
	return out
}

func owned(o, k api.Object) bool {
	for _, r := range k.List("metadata", "ownerReferences") {
		if r.Bool("controller") && r.String("uid") == o.String("metadata", "uid") {
			return true
		}
	}
	return false
}

// Table lists revisions with their causes.
func Table(list []Revision) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprint(w, "REVISION\tCHANGE-CAUSE\n")
	for _, r := range list {
		cause := r.Cause
		if cause == "" {
			cause = "<none>"
		}
		fmt.Fprintf(w, "%d\t%s\n", r.Number, cause)
	}
	w.Flush()
	return b.String()
}

// Find is the revision of a number.
func Find(list []Revision, number int64) (Revision, error) {
	for _, r := range list {
		if r.Number == number {
			return r, nil
		}
	}
	return Revision{}, fmt.Errorf("unable to find the specified revision")
}

// Template is the pod template of a revision.
func (r Revision) Template() api.Object {
	t, _ := r.From.Field("spec", "template").(map[string]any)
	if r.From.Kind() != "ReplicaSet" {
		t, _ = r.From.Field("data", "spec", "template").(map[string]any)
	}
	return t
}
