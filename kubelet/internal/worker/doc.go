// Package worker runs the node's pods, one worker per pod.
//
// Each worker goes round one loop: look at the pod's spec, its state in the
// runtime and the worker's own small memory; let Plan name the one next step;
// take it; look again. Plan (plan.go), Phase (phase.go) and Status (status.go)
// are pure functions and hold all the decisions; worker.go is the loop and
// steps.go the hands. Whatever must outlive the kubelet is written on the
// sandboxes and containers themselves, so a new kubelet goes on where the old
// one stopped and disturbs nothing. One thing belongs to neither: what the node
// agreed to give the pod, which lies in the pod's folder (allocation.go).
package worker
