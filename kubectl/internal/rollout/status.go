// Package rollout knows how the workloads of apps/v1 move from one revision of
// their pods to the next: how far they are (status.go), which revisions they
// had (history.go), and which patch brings them back, stops or starts them
// (change.go). It works on objects that its caller has read and asks nobody.
package rollout

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// Status tells how far a rollout is, in the words that every kubectl uses, and
// whether it is over. With a revision that is not the object's own it fails.
func Status(o api.Object, revision int64) (text string, done bool, err error) {
	switch o.Kind() {
	case "Deployment":
		return deploymentStatus(o, revision)
	case "DaemonSet":
		return daemonSetStatus(o)
	case "StatefulSet":
		return statefulSetStatus(o)
	}
	return "", false, fmt.Errorf("no status viewer has been implemented for %s", o.Kind())
}

// replicas are the pods wanted: 1 where the object does not say.
func replicas(o api.Object) int64 {
	if o.Field("spec", "replicas") == nil {
		return 1
	}
	return o.Int("spec", "replicas")
}

func unobserved(o api.Object) bool {
	return o.Int("metadata", "generation") > o.Int("status", "observedGeneration")
}

func deploymentStatus(o api.Object, revision int64) (string, bool, error) {
	name := o.Name()
	if revision > 0 {
		own, err := revisionOf(o)
		if err != nil {
			return "", false, fmt.Errorf("cannot get the revision of deployment %q: %w", name, err)
		}
		if own != revision {
			return "", false, fmt.Errorf("desired revision (%d) is different from the running revision (%d)", revision, own)
		}
	}
	if unobserved(o) {
		return "Waiting for deployment spec update to be observed...\n", false, nil
	}
	for _, c := range o.List("status", "conditions") {
		if c.String("type") == "Progressing" && c.String("reason") == "ProgressDeadlineExceeded" {
			return "", false, fmt.Errorf("deployment %q exceeded its progress deadline", name)
		}
	}
	want, total := replicas(o), o.Int("status", "replicas")
	updated, available := o.Int("status", "updatedReplicas"), o.Int("status", "availableReplicas")
	switch {
	case updated < want:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d out of %d new replicas have been updated...\n", name, updated, want), false, nil
	case total > updated:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d old replicas are pending termination...\n", name, total-updated), false, nil
	case available < updated:
		return fmt.Sprintf("Waiting for deployment %q rollout to finish: %d of %d updated replicas are available...\n", name, available, updated), false, nil
	}
	return fmt.Sprintf("deployment %q successfully rolled out\n", name), true, nil
}

// errOnlyRolling is about workloads whose pods somebody else replaces.
var errOnlyRolling = errors.New("rollout status is only available for RollingUpdate strategy type")

func daemonSetStatus(o api.Object) (string, bool, error) {
	if o.String("spec", "updateStrategy", "type") != "RollingUpdate" {
		return "", true, errOnlyRolling
	}
	if unobserved(o) {
		return "Waiting for daemon set spec update to be observed...\n", false, nil
	}
	name, want := o.Name(), o.Int("status", "desiredNumberScheduled")
	updated, available := o.Int("status", "updatedNumberScheduled"), o.Int("status", "numberAvailable")
	switch {
	case updated < want:
		return fmt.Sprintf("Waiting for daemon set %q rollout to finish: %d out of %d new pods have been updated...\n", name, updated, want), false, nil
	case available < want:
		return fmt.Sprintf("Waiting for daemon set %q rollout to finish: %d of %d updated pods are available...\n", name, available, want), false, nil
	}
	return fmt.Sprintf("daemon set %q successfully rolled out\n", name), true, nil
}

func statefulSetStatus(o api.Object) (string, bool, error) {
	if o.String("spec", "updateStrategy", "type") != "RollingUpdate" {
		return "", true, fmt.Errorf("rollout status is only available for RollingUpdate strategy type")
	}
	if o.Int("status", "observedGeneration") == 0 || unobserved(o) {
		return "Waiting for statefulset spec update to be observed...\n", false, nil
	}
	want, updated := replicas(o), o.Int("status", "updatedReplicas")
	if ready := o.Int("status", "readyReplicas"); ready < want {
		return fmt.Sprintf("Waiting for %d pods to be ready...\n", want-ready), false, nil
	}
	if from := o.Int("spec", "updateStrategy", "rollingUpdate", "partition"); from > 0 {
		if updated < want-from {
			return fmt.Sprintf("Waiting for partitioned roll out to finish: %d out of %d new pods have been updated...\n", updated, want-from), false, nil
		}
		return fmt.Sprintf("partitioned roll out complete: %d new pods have been updated...\n", updated), true, nil
	}
	if o.String("status", "updateRevision") != o.String("status", "currentRevision") {
		return fmt.Sprintf("waiting for statefulset rolling update to complete %d pods at revision %s...\n", updated, o.String("status", "updateRevision")), false, nil
	}
	return fmt.Sprintf("statefulset rolling update complete %d pods at revision %s...\n", o.Int("status", "currentReplicas"), o.String("status", "currentRevision")), true, nil
}

// revisionAnnotation is where deployments and their replica sets note theirs.
const revisionAnnotation = "deployment.kubernetes.io/revision"

func revisionOf(o api.Object) (int64, error) {
	text := o.Strings("metadata", "annotations")[revisionAnnotation]
	if text == "" {
		return 0, nil
	}
	return strconv.ParseInt(text, 10, 64)
}
