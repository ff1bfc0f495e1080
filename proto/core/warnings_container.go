package core

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
)

func (w *warner) container(c *Container, p *field.Path) {
	for _, name := range []ResourceName{ResourceMemory, ResourceEphemeralStorage} {
		w.fraction(c.Resources.Limits, name, p.Child("resources", "limits"))
	}
	for _, name := range []ResourceName{ResourceMemory, ResourceEphemeralStorage} {
		w.fraction(c.Resources.Requests, name, p.Child("resources", "requests"))
	}
	seen := map[string]bool{}
	for i := range c.Env {
		e := &c.Env[i]
		// A value may be made of the one before it.
		if seen[e.Name] && !strings.Contains(e.Value, "$("+e.Name+")") {
			w.add(p.Child("env").Index(i), "hides previous definition of %q, which may be dropped when using apply", e.Name)
		}
		seen[e.Name] = true
	}
}

// ports looks for ports that stand in the way of others of the pod.
func (w *warner) ports(s *PodSpec, spec *field.Path) {
	eachContainer(s, spec, func(c *EphemeralContainerCommon, p *field.Path) {
		for i := range c.Ports {
			port, p := &c.Ports[i], p.Child("ports").Index(i)
			if port.HostIP != "" && port.HostPort == 0 {
				w.add(p, "hostIP set without hostPort: {Name:%s HostPort:%d ContainerPort:%d Protocol:%s HostIP:%s}",
					port.Name, port.HostPort, port.ContainerPort, port.Protocol, port.HostIP)
			}
			before := true
			eachContainer(s, spec, func(o *EphemeralContainerCommon, q *field.Path) {
				for j := range o.Ports {
					if before = before && &o.Ports[j] != port; !before {
						return
					}
					if text := clash(port, &o.Ports[j]); text != "" {
						w.add(p, "%s port definition with %s", text, q.Child("ports").Index(j))
					}
				}
			})
		}
	})
}

// clash says how a port disagrees with one before it, if it does.
func clash(port, other *ContainerPort) string {
	switch {
	case port.ContainerPort != other.ContainerPort || port.Protocol != other.Protocol:
		return ""
	case port.HostIP == other.HostIP && port.HostPort == other.HostPort:
		return "duplicate"
	case port.HostPort == 0 || other.HostPort == 0:
		return "overlapping"
	case port.HostPort == other.HostPort && (port.HostIP == "") != (other.HostIP == ""):
		return "dangerously ambiguous"
	}
	return ""
}

// file is a path inside a volume, with where it comes from.
type file struct{ path, source string }

// overlaps looks for files of a volume that are in each other's place.
func (w *warner) overlaps(v *Volume) {
	var files []file
	name := ""
	items := func(list []KeyToPath, source string) {
		for _, i := range list {
			files = append(files, file{i.Path, source})
		}
	}
	fields := func(list []DownwardAPIVolumeFile, source string) {
		for _, i := range list {
			files = append(files, file{i.Path, source})
		}
	}
	switch {
	case v.ConfigMap != nil:
		name = fmt.Sprintf("ConfigMap %q", v.ConfigMap.Name)
		items(v.ConfigMap.Items, "")
	case v.Secret != nil:
		name = fmt.Sprintf("Secret %q", v.Secret.SecretName)
		items(v.Secret.Items, "")
	case v.DownwardAPI != nil:
		name = "DownwardAPI"
		fields(v.DownwardAPI.Items, "")
	case v.Projected != nil:
		name = "Projected"
		for i := range v.Projected.Sources {
			switch s := &v.Projected.Sources[i]; {
			case s.ConfigMap != nil:
				items(s.ConfigMap.Items, fmt.Sprintf(" (ConfigMap %q)", s.ConfigMap.Name))
			case s.Secret != nil:
				items(s.Secret.Items, fmt.Sprintf(" (Secret %q)", s.Secret.Name))
			case s.DownwardAPI != nil:
				fields(s.DownwardAPI.Items, " (DownwardAPI)")
			case s.ServiceAccountToken != nil:
				files = append(files, file{s.ServiceAccountToken.Path, " (ServiceAccountToken)"})
			case s.ClusterTrustBundle != nil:
				files = append(files, file{s.ClusterTrustBundle.Path, " (ClusterTrustBundle)"})
			case s.PodCertificate == nil:
				w.texts = append(w.texts, fmt.Sprintf("volume %q (Projected) has no sources provided", v.Name))
			}
		}
	}
	for i, f := range files {
		for _, o := range files[:i] {
			if f.path == o.path || strings.HasPrefix(f.path, o.path+"/") || strings.HasPrefix(o.path, f.path+"/") {
				w.texts = append(w.texts, fmt.Sprintf("volume %q (%s): overlapping paths: %q%s with %q%s", v.Name, name, f.path, f.source, o.path, o.source))
			}
		}
	}
}
