package controllers

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestDeletedJobLeavesNothingHeld deletes a job with running pods in each of the
// ways: it goes, with its pods or without, and no pod is held to be counted.
func TestDeletedJobLeavesNothingHeld(t *testing.T) {
	for _, how := range []meta.DeletionPropagation{meta.DeletePropagationForeground, meta.DeletePropagationBackground, meta.DeletePropagationOrphan} {
		t.Run(string(how), func(t *testing.T) {
			ns := namespace(t)
			jobs := client.Of[*batch.Job](testbed.client)
			j := &batch.Job{}
			j.Namespace, j.Name = ns, "work"
			j.Spec.Completions, j.Spec.Parallelism = new(int32(2)), new(int32(2))
			j.Spec.Template.Spec = core.PodSpec{RestartPolicy: core.RestartPolicyNever, Containers: []core.Container{{Name: "c", Image: "i"}}}
			must(jobs.Create(t.Context(), j))(t)
			eventually(t, 20*time.Second, func() error {
				j, err := jobs.Get(t.Context(), ns, "work")
				if err == nil && (j.Status.Ready == nil || *j.Status.Ready != 2) {
					err = fmt.Errorf("%+v", j.Status)
				}
				return err
			})
			if err := jobs.Delete(t.Context(), ns, "work", client.Propagation(how)); err != nil {
				t.Fatal(err)
			}
			left := 0
			if how == meta.DeletePropagationOrphan {
				left = 2
			}
			eventually(t, 20*time.Second, func() error {
				_, err := jobs.Get(t.Context(), ns, "work")
				if err := gone("the job", err); err != nil {
					return err
				}
				l, err := client.Of[*core.Pod](testbed.client).List(t.Context(), ns, client.ListOptions{})
				if err != nil || len(l.Items) != left {
					return fmt.Errorf("%d pods, %v", len(l.Items), err)
				}
				for _, p := range l.Items {
					if len(p.Finalizers)+len(p.OwnerReferences) > 0 || p.DeletionTimestamp != nil {
						return fmt.Errorf("%s is held by %v, owned by %v, deleted %v", p.Name, p.Finalizers, p.OwnerReferences, p.DeletionTimestamp)
					}
				}
				return nil
			})
		})
	}
}

// TestAdoptedPodCounts: the end of a pod that a job did not make itself is
// counted as well, and the pod keeps the finalizers that it came with.
func TestAdoptedPodCounts(t *testing.T) {
	ns := namespace(t)
	pods, jobs := client.Of[*core.Pod](testbed.client), client.Of[*batch.Job](testbed.client)
	p := &core.Pod{}
	p.Namespace, p.Name, p.Labels, p.Finalizers = ns, "orphan", map[string]string{"app": "work"}, []string{"example.com/mine"}
	p.Spec = core.PodSpec{RestartPolicy: core.RestartPolicyNever, Containers: []core.Container{{Name: "c", Image: "i"}}}
	must(pods.Create(t.Context(), p))(t)
	j := &batch.Job{}
	j.Namespace, j.Name = ns, "work"
	j.Spec.ManualSelector, j.Spec.Selector = new(true), &meta.LabelSelector{MatchLabels: p.Labels}
	j.Spec.Template.Labels, j.Spec.Template.Spec = p.Labels, p.Spec
	must(jobs.Create(t.Context(), j))(t)
	finalizers := func(want ...string) error {
		p, err := pods.Get(t.Context(), ns, "orphan")
		if err == nil && !slices.Equal(slices.Sorted(slices.Values(p.Finalizers)), want) {
			err = fmt.Errorf("the pod has the finalizers %v", p.Finalizers)
		}
		return err
	}
	eventually(t, 20*time.Second, func() error { return finalizers(batch.FinalizerJobTracking, "example.com/mine") })
	must(pods.Patch(t.Context(), ns, "orphan", client.MergePatch, []byte(`{"status":{"phase":"Succeeded"}}`), client.Subresource("status")))(t)
	eventually(t, 20*time.Second, func() error {
		j, err := jobs.Get(t.Context(), ns, "work")
		if err == nil && (j.Status.Succeeded != 1 || j.Status.CompletionTime == nil) {
			err = fmt.Errorf("%+v", j.Status)
		}
		return err
	})
	eventually(t, 20*time.Second, func() error { return finalizers("example.com/mine") })
	if l := must(pods.List(t.Context(), ns, client.ListOptions{}))(t); len(l.Items) != 1 {
		t.Errorf("%d pods", len(l.Items))
	}
	must(pods.Patch(t.Context(), ns, "orphan", client.MergePatch, []byte(`{"metadata":{"finalizers":null}}`)))(t)
}
