package controllermanager

import (
	"fmt"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// onlyBatch is the same for the collector of jobs' pods.
const onlyBatch = `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"batch","versions":[{"groupVersion":"batch/v1","version":"v1"}],"preferredVersion":{"groupVersion":"batch/v1","version":"v1"}}]}`

// onlyApps is what discovery tells those who would otherwise watch everything.
const onlyApps = `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}]}`

// untilGone waits until an object of the namespace is no more.
func untilGone[T meta.Object](s *stage, name string) error {
	return s.until(func() error {
		_, err := client.Of[T](s.client).Get(s.ctx, s.ns, name)
		if client.IsNotFound(err) {
			return nil
		}
		if err == nil {
			err = fmt.Errorf("%s is there", name)
		}
		return err
	})
}

// family is an owner and two that it owns, the first of which owns a third.
func (s *stage) family(owner string) error {
	maps := client.Of[*core.ConfigMap](s.client)
	make := func(name string, of *core.ConfigMap) (*core.ConfigMap, error) {
		m := &core.ConfigMap{}
		m.Namespace, m.Name = s.ns, name
		if of != nil {
			m.OwnerReferences = []meta.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: of.Name, UID: of.UID, BlockOwnerDeletion: new(true)}}
		}
		return maps.Create(s.ctx, m)
	}
	top, err := make(owner, nil)
	if err != nil {
		return err
	}
	if _, err := make(owner+"-a", top); err != nil {
		return err
	}
	b, err := make(owner+"-b", top)
	if err != nil {
		return err
	}
	_, err = make(owner+"-b-c", b)
	return err
}

// garbageStory: three families, each deleted in another way.
func garbageStory(s *stage) error {
	maps := client.Of[*core.ConfigMap](s.client)
	remove := func(name string, p meta.DeletionPropagation) func() error {
		return func() error { return maps.Delete(s.ctx, s.ns, name, client.Propagation(p)) }
	}
	all := func(owner string, names ...string) func() error {
		return func() error {
			for _, n := range names {
				if err := untilGone[*core.ConfigMap](s, owner+n); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return steps(
		func() error { return s.family("back") },
		func() error { return s.family("fore") },
		func() error { return s.family("orphan") },
		remove("back", meta.DeletePropagationBackground),
		remove("fore", meta.DeletePropagationForeground),
		remove("orphan", meta.DeletePropagationOrphan),
		all("back", "", "-a", "-b", "-b-c"),
		all("fore", "", "-a", "-b", "-b-c"),
		all("orphan", ""),
		func() error {
			for name, owners := range map[string]int{"orphan-a": 0, "orphan-b": 0, "orphan-b-c": 1} {
				m, err := maps.Get(s.ctx, s.ns, name)
				if err != nil || len(m.OwnerReferences) != owners {
					return fmt.Errorf("%s has %v, %v", name, m, err)
				}
			}
			return nil
		},
	)
}

// namespaceStory: a namespace with contents, one of which is held back.
func namespaceStory(s *stage) error {
	return steps(
		func() error { return s.family("x") },
		func() error {
			return create[*core.Pod](s, `{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}`)
		},
		func() error { return patch[*core.ConfigMap](s, "x", `{"metadata":{"finalizers":["crash.test/hold"]}}`) },
		func() error { return client.Of[*core.Namespace](s.client).Delete(s.ctx, "", s.ns) },
		func() error {
			return s.until(func() error {
				ns, err := client.Of[*core.Namespace](s.client).Get(s.ctx, "", s.ns)
				if err != nil {
					return err
				}
				for _, c := range ns.Status.Conditions {
					if c.Type == core.NamespaceFinalizersRemaining && c.Status == core.ConditionTrue && c.Message == "Some content in the namespace has finalizers remaining: crash.test/hold in 1 resource instances" {
						return nil
					}
				}
				return fmt.Errorf("conditions %v", ns.Status.Conditions)
			})
		},
		func() error { return patch[*core.ConfigMap](s, "x", `{"metadata":{"finalizers":null}}`) },
		func() error { return untilGone[*core.ConfigMap](s, "x") },
		func() error {
			return s.until(func() error {
				_, err := client.Of[*core.Namespace](s.client).Get(s.ctx, "", s.ns)
				if client.IsNotFound(err) {
					return nil
				}
				return fmt.Errorf("the namespace is there: %v", err)
			})
		},
	)
}

func rcOf(replicas int) string {
	return fmt.Sprintf(`{"metadata":{"name":"web"},"spec":{"replicas":%d,"selector":{"app":"web"},%s}}`, replicas, podTemplate("web", ""))
}

// disruptionStory: one of three is evicted and replaced.
func disruptionStory(s *stage) error {
	calm := func(b *policy.PodDisruptionBudget) bool {
		st := b.Status
		return st.CurrentHealthy == 3 && st.DesiredHealthy == 2 && st.ExpectedPods == 3 && st.DisruptionsAllowed == 1 && len(st.DisruptedPods) == 0
	}
	return steps(
		func() error {
			return create[*policy.PodDisruptionBudget](s, `{"metadata":{"name":"web"},"spec":{"minAvailable":2,"selector":{"matchLabels":{"app":"web"}}}}`)
		},
		func() error { return create[*core.ReplicationController](s, rcOf(3)) },
		func() error { return untilStatus(s, "web", calm) },
		func() error { return s.until(func() error { return s.world.watchReady(s.ns) }) },
		func() error {
			return s.until(func() error {
				pods, err := s.living()
				if err != nil {
					return err
				}
				e := &policy.Eviction{}
				e.APIVersion, e.Kind, e.Namespace, e.Name = "policy/v1", "Eviction", s.ns, pods[0].Name
				return client.Of[*core.Pod](s.client).CreateSub(s.ctx, s.ns, e.Name, "eviction", e, nil)
			})
		},
		func() error {
			return s.until(func() error {
				if made, _, _, _ := s.world.tally(s.ns); made < 4 {
					return fmt.Errorf("%d pods were made", made)
				}
				return nil
			})
		},
		func() error { return untilStatus(s, "web", calm) },
		func() error {
			if _, _, least, _ := s.world.tally(s.ns); least < 2 {
				return fmt.Errorf("only %d pods were ready in between", least)
			}
			return s.counted(4, 3)
		},
	)
}

// quotaStory: fewer than asked for, and free again what goes.
func quotaStory(s *stage) error {
	used := func(n int64) func(*core.ResourceQuota) bool {
		return func(q *core.ResourceQuota) bool {
			v, ok := q.Status.Used[core.ResourcePods]
			hard := q.Status.Hard[core.ResourcePods]
			return ok && v.Equal(quantity.FromInt(n, quantity.DecimalSI)) && hard.Value() == 3
		}
	}
	return steps(
		func() error {
			return create[*core.ResourceQuota](s, `{"metadata":{"name":"q"},"spec":{"hard":{"pods":"3","secrets":"1","count/deployments.apps":"2"}}}`)
		},
		func() error { return untilStatus(s, "q", used(0)) },
		func() error { return create[*core.ReplicationController](s, rcOf(4)) },
		func() error { return untilStatus(s, "q", used(3)) },
		func() error {
			return untilStatus(s, "web", func(rc *core.ReplicationController) bool { return rc.Status.ReadyReplicas == 3 })
		},
		func() error { return patch[*core.ReplicationController](s, "web", `{"spec":{"replicas":1}}`) },
		func() error { return untilStatus(s, "q", used(1)) },
		func() error {
			return untilStatus(s, "web", func(rc *core.ReplicationController) bool {
				return rc.Status.Replicas == 1 && rc.Status.ReadyReplicas == 1 && len(rc.Status.Conditions) == 0
			})
		},
		func() error { return s.counted(3, 3) },
	)
}

// endpointsStory: a service follows its pods.
func endpointsStory(s *stage) error {
	shows := func(n int) func() error {
		return func() error {
			return s.until(func() error {
				e, err := client.Of[*core.Endpoints](s.client).Get(s.ctx, s.ns, "web")
				if err != nil {
					return err
				}
				addresses := 0
				for _, sub := range e.Subsets {
					addresses += len(sub.Addresses)
				}
				slices, err := client.Of[*discovery.EndpointSlice](s.client).List(s.ctx, s.ns, client.ListOptions{LabelSelector: discovery.LabelServiceName + "=web"})
				if err != nil {
					return err
				}
				ready := 0
				for _, sl := range slices.Items {
					for _, ep := range sl.Endpoints {
						if ep.Conditions.Ready != nil && *ep.Conditions.Ready {
							ready++
						}
					}
				}
				if addresses != n || ready != n || len(slices.Items) != 1 {
					return fmt.Errorf("%d addresses, %d in %d slices; want %d", addresses, ready, len(slices.Items), n)
				}
				return nil
			})
		}
	}
	return steps(
		func() error {
			return create[*core.Service](s, `{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}`)
		},
		func() error { return create[*core.ReplicationController](s, rcOf(3)) },
		shows(3),
		func() error { return patch[*core.ReplicationController](s, "web", `{"spec":{"replicas":1}}`) },
		shows(1),
		func() error { return s.counted(3, 3) },
	)
}

// accountStory: the account comes, and comes back.
func accountStory(s *stage) error {
	accounts := client.Of[*core.ServiceAccount](s.client)
	there := func() error {
		return s.until(func() error { _, err := accounts.Get(s.ctx, s.ns, "default"); return err })
	}
	return steps(there, func() error { return accounts.Delete(s.ctx, s.ns, "default") }, there)
}
