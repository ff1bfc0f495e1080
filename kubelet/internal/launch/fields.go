package launch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Field is the value of a downward API path such as metadata.name,
// metadata.labels['x'] or status.podIP.
func Field(pod *core.Pod, path string, ips, hostIPs []string) (string, error) {
	if base, key, ok := subscript(path); ok {
		switch base {
		case "metadata.labels":
			return pod.Labels[key], nil
		case "metadata.annotations":
			return pod.Annotations[key], nil
		}
		return "", fmt.Errorf("fieldPath %q: a subscript is allowed on metadata.labels and metadata.annotations only", path)
	}
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "metadata.labels":
		return mapText(pod.Labels), nil
	case "metadata.annotations":
		return mapText(pod.Annotations), nil
	case "spec.nodeName":
		return pod.Spec.NodeName, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.podIP":
		return first(ips), nil
	case "status.podIPs":
		return strings.Join(ips, ","), nil
	case "status.hostIP":
		return first(hostIPs), nil
	case "status.hostIPs":
		return strings.Join(hostIPs, ","), nil
	}
	return "", fmt.Errorf("unsupported fieldPath: %s", path)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// subscript splits metadata.labels['key'].
func subscript(path string) (base, key string, ok bool) {
	base, rest, found := strings.Cut(path, "['")
	if !found || !strings.HasSuffix(rest, "']") {
		return "", "", false
	}
	return base, strings.TrimSuffix(rest, "']"), true
}

// mapText writes labels or annotations as key="value" lines in order.
func mapText(m map[string]string) string {
	var lines []string
	for k, v := range m {
		lines = append(lines, k+"="+strconv.Quote(v))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Resource is the value of a resourceFieldRef: a request or limit of c divided
// by the divisor and rounded up. An unset limit is what the node can give.
func Resource(pod *core.Pod, c *core.Container, ref *core.ResourceFieldSelector, allocatable core.ResourceList) (string, error) {
	if ref.ContainerName != "" && (c == nil || c.Name != ref.ContainerName) {
		c = find(pod, ref.ContainerName)
		if c == nil {
			return "", fmt.Errorf("container %s not found", ref.ContainerName)
		}
	}
	if c == nil {
		return "", fmt.Errorf("resourceFieldRef %s needs a containerName", ref.Resource)
	}
	kind, name, _ := strings.Cut(ref.Resource, ".")
	resource := core.ResourceName(name)
	var q quantity.Quantity
	switch kind {
	case "limits":
		var ok bool
		if q, ok = c.Resources.Limits[resource]; !ok || q.IsZero() {
			q = allocatable[resource]
		}
	case "requests":
		var ok bool
		if q, ok = c.Resources.Requests[resource]; !ok {
			q = c.Resources.Limits[resource]
		}
	default:
		return "", fmt.Errorf("unsupported container resource: %s", ref.Resource)
	}
	divisor := ref.Divisor
	if resource == core.ResourceCPU {
		return divide(q.MilliValue(), divisor.MilliValue(), 1000), nil
	}
	return divide(q.Value(), divisor.Value(), 1), nil
}

func divide(v, by, unit int64) string {
	if by == 0 {
		by = unit
	}
	return strconv.FormatInt(int64(math.Ceil(float64(v)/float64(by))), 10)
}

func find(pod *core.Pod, name string) *core.Container {
	for _, list := range [][]core.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}
