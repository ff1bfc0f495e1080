package rollout

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// hashLabel marks the pods of one replica set.
const hashLabel = "pod-template-hash"

// Patch is a change of a workload, and how it is to be sent.
type Patch struct {
	Type string // an api content type
	Body []byte
}

// Restart has all pods made again.
func Restart(o api.Object, now time.Time) (Patch, error) {
	switch o.Kind() {
	case "Deployment":
		if o.Bool("spec", "paused") {
			return Patch{}, fmt.Errorf("can't restart paused deployment (run rollout resume first)")
		}
	case "DaemonSet", "StatefulSet":
	default:
		return Patch{}, fmt.Errorf("restarting is not supported")
	}
	body := api.Object{}
	body.Set(now.Format(time.RFC3339), "spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")
	return encode(api.StrategicType, body)
}

// Pause stops or starts a deployment's rollouts.
func Pause(o api.Object, paused bool) (Patch, error) {
	word := "resuming"
	if paused {
		word = "pausing"
	}
	if o.Kind() != "Deployment" {
		return Patch{}, fmt.Errorf("%s is not supported", word)
	}
	if o.Bool("spec", "paused") == paused {
		if paused {
			return Patch{}, fmt.Errorf("is already paused")
		}
		return Patch{}, fmt.Errorf("is not paused")
	}
	var value any
	if paused {
		value = true
	}
	return encode(api.MergeType, api.Object{"spec": map[string]any{"paused": value}})
}

// Target is the revision to go back to: the one of the number, or with 0 the
// one before the newest.
func Target(o api.Object, list []Revision, number int64) (Revision, error) {
	switch {
	case number < 0:
		return Revision{}, fmt.Errorf("unable to find specified revision %d in history", number)
	case number > 0:
		r, err := Find(list, number)
		if err != nil {
			return r, fmt.Errorf("unable to find specified revision %d in history", number)
		}
		return r, nil
	case len(list) < 2 && o.Kind() == "Deployment":
		return Revision{}, fmt.Errorf("no rollout history found for deployment %q", o.Name())
	case len(list) < 2:
		return Revision{}, fmt.Errorf("no last revision to roll back to")
	}
	return list[len(list)-2], nil
}

// Undo brings the pods of a revision back. There is nothing to change when the
// workload is in that state already.
func Undo(o api.Object, to Revision) (p Patch, changed bool, err error) {
	switch o.Kind() {
	case "Deployment":
		if o.Bool("spec", "paused") {
			return p, false, fmt.Errorf("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
		}
		return undoDeployment(o, to)
	case "DaemonSet", "StatefulSet":
		return undoRevision(o, to)
	}
	return p, false, fmt.Errorf("no rollbacker has been implemented for %q", o.Kind())
}

func undoDeployment(o api.Object, to Revision) (Patch, bool, error) {
	template := to.Template()
	template.Remove("metadata", "labels", hashLabel)
	if reflect.DeepEqual(map[string]any(template), o.Field("spec", "template")) {
		return Patch{}, false, nil
	}
	// The annotations of the revision come back too, its cause with them; what
	// the deployment and kubectl keep for themselves stays.
	annotations := map[string]any{}
	keep := map[string]bool{
		"kubectl.kubernetes.io/last-applied-configuration": true, revisionAnnotation: true,
		"deployment.kubernetes.io/revision-history": true, "deployment.kubernetes.io/desired-replicas": true,
		"deployment.kubernetes.io/max-replicas": true, "deprecated.deployment.rollback.to": true,
	}
	for k, v := range o.Strings("metadata", "annotations") {
		if keep[k] {
			annotations[k] = v
		}
	}
	for k, v := range to.From.Strings("metadata", "annotations") {
		if !keep[k] {
			annotations[k] = v
		}
	}
	b, err := json.Marshal([]any{
		map[string]any{"op": "replace", "path": "/spec/template", "value": template},
		map[string]any{"op": "replace", "path": "/metadata/annotations", "value": annotations},
	})
	return Patch{api.PatchType, b}, true, err
}

// undoRevision sends what a ControllerRevision keeps, which is a patch by itself.
func undoRevision(o api.Object, to Revision) (Patch, bool, error) {
	data, ok := to.From.Field("data").(map[string]any)
	if !ok {
		return Patch{}, false, fmt.Errorf("revision %d holds no data", to.Number)
	}
	now, _ := o.Field("spec", "template").(map[string]any)
	then := map[string]any{}
	for k, v := range to.Template() {
		if k != "$patch" {
			then[k] = v
		}
	}
	if reflect.DeepEqual(now, then) {
		return Patch{}, false, nil
	}
	p, err := encode(api.StrategicType, data)
	return p, true, err
}

func encode(contentType string, o api.Object) (Patch, error) {
	b, err := json.Marshal(o)
	return Patch{contentType, b}, err
}
