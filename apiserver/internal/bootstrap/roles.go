package bootstrap

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz/defaults"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// atOnce is how many roles are written at a time: etcd writes to its disk once
// for all that come together.
const atOnce = 64

// roles makes the default roles and bindings that are missing and puts back
// what was taken away from those that are there. What administrators have added
// to them stays, and one that is marked with autoupdate "false" is left alone.
func (c *Cluster) roles(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, r := range defaults.Roles() {
		g.Go(func() error { return c.reconcile(ctx, r.Object()) })
	}
	for _, b := range defaults.Bindings() {
		g.Go(func() error { return c.reconcile(ctx, b.Object()) })
	}
	return g.Wait()
}

// plural names the resource of each kind.
var plural = map[string]string{"Role": "roles", "ClusterRole": "clusterroles",
	"RoleBinding": "rolebindings", "ClusterRoleBinding": "clusterrolebindings"}

// reconcile brings one object to what it must at least be.
func (c *Cluster) reconcile(ctx context.Context, want meta.Object) error {
	m, resource := want.GetObjectMeta(), plural[want.GetTypeMeta().Kind]
	path := "/apis/rbac.authorization.k8s.io/v1/"
	if m.Namespace != "" {
		path += "namespaces/" + m.Namespace + "/"
	}
	path += resource
	failed := func(err error) error {
		if err != nil {
			return fmt.Errorf("put %s %s: %w", resource, m.Name, err)
		}
		return nil
	}
	there := c.Cache.Table(resource+".rbac.authorization.k8s.io").Get(m.Namespace, m.Name)
	if there == nil {
		return failed(c.put(ctx, http.MethodPost, path, want))
	}
	have := want.DeepCopyObject()
	if err := codec.DecodeJSON(there.JSON(), have); err != nil {
		return failed(err)
	}
	merged, again := merge(have, want)
	switch {
	case merged == nil:
		return nil
	case again:
		// A binding never changes its role: the wrong one goes.
		if err := c.put(ctx, http.MethodDelete, path+"/"+m.Name, nil); err != nil {
			return failed(err)
		}
		return failed(c.put(ctx, http.MethodPost, path, merged))
	}
	return failed(c.put(ctx, http.MethodPut, path+"/"+m.Name, merged))
}

// merge is have with all that want has, or nil when nothing is missing. again
// says that the object must be made anew.
func merge(have, want meta.Object) (merged meta.Object, again bool) {
	if have.GetObjectMeta().Annotations[defaults.AnnotationAutoupdate] == "false" {
		return nil, false
	}
	changed := mergeMarks(have.GetObjectMeta(), want.GetObjectMeta())
	switch have := have.(type) {
	case *rbac.ClusterRole:
		want := want.(*rbac.ClusterRole)
		if want.AggregationRule != nil {
			changed = mergeSelectors(have, want) || changed
			break
		}
		changed = mergeRules(&have.Rules, want.Rules) || changed
	case *rbac.Role:
		changed = mergeRules(&have.Rules, want.(*rbac.Role).Rules) || changed
	case *rbac.ClusterRoleBinding:
		want := want.(*rbac.ClusterRoleBinding)
		changed = mergeSubjects(&have.Subjects, want.Subjects) || changed
		if again = have.RoleRef != want.RoleRef; again {
			have.RoleRef = want.RoleRef
		}
	case *rbac.RoleBinding:
		want := want.(*rbac.RoleBinding)
		changed = mergeSubjects(&have.Subjects, want.Subjects) || changed
		if again = have.RoleRef != want.RoleRef; again {
			have.RoleRef = want.RoleRef
		}
	}
	if again {
		m := have.GetObjectMeta()
		*m = meta.ObjectMeta{Namespace: m.Namespace, Name: m.Name, Labels: m.Labels, Annotations: m.Annotations}
	}
	if !changed && !again {
		return nil, false
	}
	return have, again
}

// mergeMarks adds labels and annotations.
func mergeMarks(have, want *meta.ObjectMeta) bool {
	changed := false
	for _, m := range []struct {
		have *map[string]string
		want map[string]string
	}{{&have.Labels, want.Labels}, {&have.Annotations, want.Annotations}} {
		for k, v := range m.want {
			if old, ok := (*m.have)[k]; !ok || old != v {
				next := maps.Clone(*m.have)
				if next == nil {
					next = map[string]string{}
				}
				next[k] = v
				*m.have, changed = next, true
			}
		}
	}
	return changed
}

// mergeRules adds the rules that are not covered.
func mergeRules(have *[]rbac.PolicyRule, want []rbac.PolicyRule) bool {
	missing := authz.Missing(*have, want)
	*have = append(*have, missing...)
	return len(missing) > 0
}

func mergeSelectors(have, want *rbac.ClusterRole) bool {
	if have.AggregationRule == nil {
		have.AggregationRule = want.AggregationRule
		return true
	}
	changed := false
	for _, s := range want.AggregationRule.ClusterRoleSelectors {
		if !slices.ContainsFunc(have.AggregationRule.ClusterRoleSelectors, func(o meta.LabelSelector) bool { return meta.Equal(o, s) }) {
			have.AggregationRule.ClusterRoleSelectors = append(have.AggregationRule.ClusterRoleSelectors, s)
			changed = true
		}
	}
	return changed
}

func mergeSubjects(have *[]rbac.Subject, want []rbac.Subject) bool {
	changed := false
	for _, s := range want {
		if !slices.Contains(*have, s) {
			*have, changed = append(*have, s), true
		}
	}
	return changed
}
