package controllermanager

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// rows are the controllers, each with its story.
var rows = []row{
	{name: "replication controller", controllers: []string{"replicationcontroller-controller"}, script: func(s *stage) error {
		return replicasStory[*core.ReplicationController](s, `{"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"app":"web"},`+podTemplate("web", "")+`}}`)
	}},
	{name: "replica set", controllers: []string{"replicaset-controller"}, script: func(s *stage) error {
		return replicasStory[*apps.ReplicaSet](s, `{"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},`+podTemplate("web", "")+`}}`)
	}},
	{name: "deployment", controllers: []string{"deployment-controller", "replicaset-controller"}, script: deploymentStory},
	{name: "daemon set", controllers: []string{"daemonset-controller"}, script: daemonStory},
	{name: "stateful set", controllers: []string{"statefulset-controller"}, script: statefulStory},
	{name: "job", controllers: []string{"job-controller"}, script: jobStory},
	{name: "indexed job", controllers: []string{"job-controller"}, script: indexedStory},
	{name: "failed job", controllers: []string{"job-controller"}, script: failedStory},
	{name: "job that adopts", controllers: []string{"job-controller"}, script: adoptedStory},
	{name: "deleted job", controllers: []string{"job-controller", "garbage-collector-controller"}, groups: onlyBatch, script: deletedStory},
	{name: "cron job", controllers: []string{"cronjob-controller", "job-controller"}, script: cronStory},
	{name: "autoscaler", controllers: []string{"horizontal-pod-autoscaler-controller", "replicationcontroller-controller"}, script: autoscalerStory, tune: func(c *Config) {
		c.Autoscaling.Period = 50 * time.Millisecond
	}},
	{name: "garbage collector", controllers: []string{"garbage-collector-controller"}, groups: onlyApps, script: garbageStory},
	{name: "namespace", controllers: []string{"namespace-controller"}, groups: onlyApps, script: namespaceStory},
	{name: "disruption", controllers: []string{"disruption-controller", "replicationcontroller-controller"}, script: disruptionStory},
	{name: "resource quota", controllers: []string{"resourcequota-controller", "replicationcontroller-controller"}, groups: onlyApps, script: quotaStory},
	{name: "endpoints", controllers: []string{"endpoints-controller", "endpointslice-controller", "replicationcontroller-controller"}, script: endpointsStory},
	{name: "ended job", controllers: []string{"job-controller", "ttl-after-finished-controller", "garbage-collector-controller"}, groups: onlyBatch, script: ttlStory},
	{name: "volumes and claims", controllers: []string{"persistentvolume-binder-controller", "persistentvolumeclaim-protection-controller"}, script: storageStory},
	{name: "service account", controllers: []string{"serviceaccount-controller"}, account: true, script: accountStory},
}

// podTemplate is a template's JSON; outcome is how its pods end, if they do.
func podTemplate(app, outcome string) string {
	more := ""
	if outcome != "" {
		more = fmt.Sprintf(`,"annotations":{%q:%q}`, annotationOutcome, outcome)
	}
	restart := ""
	if outcome != "" {
		restart = `"restartPolicy":"Never",`
	}
	return fmt.Sprintf(`"template":{"metadata":{"labels":{"app":%q}%s},"spec":{%s"containers":[{"name":"c","image":"i:1"}]}}`, app, more, restart)
}

// create posts an object given as JSON.
func create[T meta.Object](s *stage, text string) error {
	r := client.Of[T](s.client)
	o := r.Kind().New().(T)
	if err := json.Unmarshal([]byte(text), o); err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	o.GetObjectMeta().Namespace = s.ns
	_, err := r.Create(s.ctx, o)
	return err
}

// patch changes an object.
func patch[T meta.Object](s *stage, name, text string, opts ...client.Option) error {
	_, err := client.Of[T](s.client).Patch(s.ctx, s.ns, name, client.MergePatch, []byte(text), opts...)
	return err
}

// untilStatus waits until an object is as ok wants it.
func untilStatus[T meta.Object](s *stage, name string, ok func(T) bool) error {
	return s.until(func() error {
		o, err := client.Of[T](s.client).Get(s.ctx, s.ns, name)
		if err != nil || ok(o) {
			return err
		}
		b, _ := json.Marshal(o)
		return fmt.Errorf("the object is %s", b)
	})
}

// living are the pods that are not on their way out.
func (s *stage) living() ([]*core.Pod, error) {
	l, err := client.Of[*core.Pod](s.client).List(s.ctx, s.ns, client.ListOptions{})
	return slices.DeleteFunc(l.Items, func(p *core.Pod) bool { return p.DeletionTimestamp != nil }), err
}

// counted holds what was seen of pods against what is allowed.
func (s *stage) counted(wantMade, wantMost int) error {
	if made, most, _, _ := s.world.tally(s.ns); made != wantMade || most > wantMost {
		return fmt.Errorf("%d pods were made and %d alive at once; want %d and at most %d", made, most, wantMade, wantMost)
	}
	return nil
}

// steps runs one after the other until one fails.
func steps(all ...func() error) error {
	for i, f := range all {
		if err := f(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// replicasStory: three, four, one of them lost, two.
func replicasStory[T meta.Object](s *stage, text string) error {
	shows := func(n int32) func() error {
		return func() error {
			return untilStatus(s, "web", func(o T) bool {
				switch o := any(o).(type) {
				case *core.ReplicationController:
					return o.Status.Replicas == n && o.Status.ReadyReplicas == n && len(o.Status.Conditions) == 0
				case *apps.ReplicaSet:
					return o.Status.Replicas == n && o.Status.ReadyReplicas == n && len(o.Status.Conditions) == 0
				}
				return false
			})
		}
	}
	return steps(
		func() error { return create[T](s, text) },
		shows(3),
		func() error { return patch[T](s, "web", `{"spec":{"replicas":4}}`) },
		shows(4),
		func() error {
			pods, err := s.living()
			if err != nil {
				return err
			}
			return client.Of[*core.Pod](s.client).Delete(s.ctx, s.ns, pods[0].Name, client.GracePeriod(0))
		},
		func() error {
			return s.until(func() error {
				if made, _, _, _ := s.world.tally(s.ns); made < 5 {
					return fmt.Errorf("%d pods were made", made)
				}
				return nil
			})
		},
		shows(4),
		func() error { return patch[T](s, "web", `{"spec":{"replicas":2}}`) },
		shows(2),
		func() error { return s.counted(5, 4) },
	)
}

// deploymentStory: three replicas, another template, bounds kept.
func deploymentStory(s *stage) error {
	done := func(d *apps.Deployment) bool {
		st := d.Status
		return st.ObservedGeneration == d.Generation && st.Replicas == 3 && st.UpdatedReplicas == 3 && st.AvailableReplicas == 3 && st.ReadyReplicas == 3
	}
	return steps(
		func() error {
			return create[*apps.Deployment](s, `{"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},
				"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1}},`+podTemplate("web", "")+`}}`)
		},
		func() error { return untilStatus(s, "web", done) },
		func() error { return s.until(func() error { return s.world.watchReady(s.ns) }) },
		func() error {
			_, err := client.Of[*apps.Deployment](s.client).Patch(s.ctx, s.ns, "web", client.StrategicPatch, []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}`))
			return err
		},
		func() error { return untilStatus(s, "web", done) },
		func() error {
			sets, err := client.Of[*apps.ReplicaSet](s.client).List(s.ctx, s.ns, client.ListOptions{})
			if err != nil || len(sets.Items) != 2 {
				return fmt.Errorf("%d replica sets, %v", len(sets.Items), err)
			}
			if _, _, least, _ := s.world.tally(s.ns); least < 2 {
				return fmt.Errorf("only %d pods were ready in between", least)
			}
			return s.counted(6, 4)
		},
	)
}

// daemonStory: a pod on every node, and one after the other replaced.
func daemonStory(s *stage) error {
	done := func(d *apps.DaemonSet) bool {
		st := d.Status
		return st.ObservedGeneration == d.Generation && st.DesiredNumberScheduled == 3 && st.UpdatedNumberScheduled == 3 && st.NumberAvailable == 3
	}
	return steps(
		func() error {
			return create[*apps.DaemonSet](s, `{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},`+podTemplate("web", "")+`}}`)
		},
		func() error { return untilStatus(s, "web", done) },
		func() error { return s.until(func() error { return s.world.watchReady(s.ns) }) },
		func() error {
			_, err := client.Of[*apps.DaemonSet](s.client).Patch(s.ctx, s.ns, "web", client.StrategicPatch, []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}`))
			return err
		},
		func() error { return untilStatus(s, "web", done) },
		func() error {
			if _, _, least, _ := s.world.tally(s.ns); least < 2 {
				return fmt.Errorf("only %d pods were ready in between", least)
			}
			return s.counted(6, 3)
		},
		s.revisions,
	)
}

// revisions wants two of the template, numbered 1 and 2.
func (s *stage) revisions() error {
	l, err := client.Of[*apps.ControllerRevision](s.client).List(s.ctx, s.ns, client.ListOptions{})
	var numbers []int64
	for _, r := range l.Items {
		numbers = append(numbers, r.Revision)
	}
	slices.Sort(numbers)
	if err == nil && !slices.Equal(numbers, []int64{1, 2}) {
		err = fmt.Errorf("revisions %v", numbers)
	}
	return err
}

// statefulStory: three in order, another template, two.
func statefulStory(s *stage) error {
	done := func(n int32) func(*apps.StatefulSet) bool {
		return func(d *apps.StatefulSet) bool {
			st := d.Status
			return st.ObservedGeneration == d.Generation && st.Replicas == n && st.UpdatedReplicas == n && st.AvailableReplicas == n && st.CurrentRevision == st.UpdateRevision
		}
	}
	return steps(
		func() error {
			return create[*apps.StatefulSet](s, `{"metadata":{"name":"web"},"spec":{"replicas":3,"serviceName":"web","selector":{"matchLabels":{"app":"web"}},`+podTemplate("web", "")+`}}`)
		},
		func() error { return untilStatus(s, "web", done(3)) },
		func() error {
			_, err := client.Of[*apps.StatefulSet](s.client).Patch(s.ctx, s.ns, "web", client.StrategicPatch, []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}`))
			return err
		},
		func() error { return untilStatus(s, "web", done(3)) },
		func() error { return patch[*apps.StatefulSet](s, "web", `{"spec":{"replicas":2}}`) },
		func() error { return untilStatus(s, "web", done(2)) },
		func() error { return s.counted(6, 3) },
		s.revisions,
	)
}
