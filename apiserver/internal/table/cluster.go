package table

import (
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
)

func nodeCells(n *core.Node, now time.Time) []any {
	return []any{n.Name, nodeStatus(n), nodeRoles(n), age(n.CreationTimestamp, now), n.Status.NodeInfo.KubeletVersion,
		orNone(nodeAddress(n, core.NodeInternalIP)), orNone(nodeAddress(n, core.NodeExternalIP)),
		orUnknown(n.Status.NodeInfo.OSImage), orUnknown(n.Status.NodeInfo.KernelVersion), orUnknown(n.Status.NodeInfo.ContainerRuntimeVersion)}
}

// nodeStatus says whether a node is ready, and whether it takes pods.
func nodeStatus(n *core.Node) string {
	s := "Unknown"
	for _, c := range n.Status.Conditions {
		if c.Type == core.NodeReady {
			s = "NotReady"
			if c.Status == core.ConditionTrue {
				s = "Ready"
			}
		}
	}
	if n.Spec.Unschedulable {
		s += ",SchedulingDisabled"
	}
	return s
}

// nodeRoles are those that labels give the node.
func nodeRoles(n *core.Node) string {
	var roles []string
	for k, v := range n.Labels {
		if r, ok := strings.CutPrefix(k, core.LabelNodeRolePrefix); ok && r != "" {
			roles = append(roles, r)
		} else if k == core.LabelNodeRole && v != "" {
			roles = append(roles, v)
		}
	}
	slices.Sort(roles)
	return orNone(strings.Join(slices.Compact(roles), ","))
}

func nodeAddress(n *core.Node, kind core.NodeAddressType) string {
	for _, a := range n.Status.Addresses {
		if a.Type == kind {
			return a.Address
		}
	}
	return ""
}

func orUnknown(s string) string {
	if s == "" {
		return "<unknown>"
	}
	return s
}

func namespaceCells(n *core.Namespace, now time.Time) []any {
	return []any{n.Name, string(n.Status.Phase), age(n.CreationTimestamp, now)}
}

func leaseCells(l *coordination.Lease, now time.Time) []any {
	holder := ""
	if l.Spec.HolderIdentity != nil {
		holder = *l.Spec.HolderIdentity
	}
	return []any{l.Name, holder, age(l.CreationTimestamp, now)}
}

func limitCells(l *core.LimitRange, _ time.Time) []any {
	return []any{l.Name, l.CreationTimestamp.UTC().Format(time.RFC3339)}
}

func quotaCells(q *core.ResourceQuota, now time.Time) []any {
	var requests, limits []string
	for name, hard := range q.Status.Hard {
		used := q.Status.Used[name]
		text := string(name) + ": " + used.String() + "/" + hard.String()
		if strings.HasPrefix(string(name), core.ResourceLimitsPrefix) {
			limits = append(limits, text)
		} else {
			requests = append(requests, text)
		}
	}
	slices.Sort(requests)
	slices.Sort(limits)
	return []any{q.Name, age(q.CreationTimestamp, now), strings.Join(requests, ", "), strings.Join(limits, ", ")}
}
