package proxy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
)

// forward sends a request on to a pod, a service or a node.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, i *request.Info) error {
	if i.Rest == "" && r.Method == http.MethodGet {
		// Relative links in what comes back need the slash.
		u := *r.URL
		u.Path += "/"
		http.Redirect(w, r, u.String(), http.StatusMovedPermanently)
		return nil
	}
	scheme, name, port := splitTarget(i.Name)
	var host string
	var err error
	var t http.RoundTripper = p.insides
	switch i.Resource {
	case "pods":
		host, err = p.podHost(r.Context(), i.Namespace, name, port)
	case "services":
		host, err = p.serviceHost(r.Context(), i.Namespace, name, port)
	case "nodes":
		if host, err = p.kubeletHost(r.Context(), name); port == "" || port == strconv.Itoa(defaultKubeletPort) {
			scheme, t = "https", p.kubelets
		} else if err == nil {
			h, _, _ := net.SplitHostPort(host)
			host = net.JoinHostPort(h, port)
		}
	}
	if err != nil {
		return err
	}
	if scheme == "" {
		scheme = "http"
	}
	p.pass(w, r, t, &url.URL{Scheme: scheme, Host: host, Path: i.Rest, RawQuery: r.URL.RawQuery}, nil)
	return nil
}

// splitTarget takes [scheme:]name[:port] apart.
func splitTarget(s string) (scheme, name, port string) {
	parts := strings.Split(s, ":")
	switch {
	case len(parts) == 3:
		return parts[0], parts[1], parts[2]
	case len(parts) == 2 && (parts[0] == "http" || parts[0] == "https"):
		return parts[0], parts[1], ""
	case len(parts) == 2:
		return "", parts[0], parts[1]
	}
	return "", s, ""
}

// podHost is a pod's address with the port named, or its first one.
func (p *Proxy) podHost(ctx context.Context, namespace, name, port string) (string, error) {
	pod := &core.Pod{}
	if err := p.fetch(ctx, "pods", namespace, name, pod); err != nil {
		return "", err
	}
	if pod.Status.PodIP == "" {
		return "", status.BadRequest("address not allowed: pod %s has no address", name)
	}
	return net.JoinHostPort(pod.Status.PodIP, podPort(pod, port)), nil
}

func podPort(pod *core.Pod, port string) string {
	for i := range pod.Spec.Containers {
		for _, cp := range pod.Spec.Containers[i].Ports {
			if port == "" || port == cp.Name {
				return strconv.Itoa(int(cp.ContainerPort))
			}
		}
	}
	if port == "" {
		return "80"
	}
	return port
}

// serviceHost is a ready endpoint of a service.
func (p *Proxy) serviceHost(ctx context.Context, namespace, name, port string) (string, error) {
	svc, e := &core.Service{}, &core.Endpoints{}
	if err := p.fetch(ctx, "services", namespace, name, svc); err != nil {
		return "", err
	}
	portName, ok := servicePort(svc, port)
	if !ok {
		return "", status.Unavailable(fmt.Sprintf("no service port %q found for service %q", port, name))
	}
	if err := p.fetch(ctx, "endpoints", namespace, name, e); err != nil {
		return "", status.Unavailable(fmt.Sprintf("no endpoints available for service %q", name))
	}
	for _, s := range e.Subsets {
		for _, ep := range s.Ports {
			if ep.Name == portName && len(s.Addresses) > 0 {
				// Any of them: one that is dead and not yet known to be must not
				// take all requests.
				return net.JoinHostPort(s.Addresses[rand.IntN(len(s.Addresses))].IP, strconv.Itoa(int(ep.Port))), nil
			}
		}
	}
	return "", status.Unavailable(fmt.Sprintf("no endpoints available for service %q", name))
}

// ServiceHost is where a service is reached by the server itself, as host:port.
// Errors are in the words of those who call webhooks and extension servers.
func (p *Proxy) ServiceHost(ctx context.Context, namespace, name string, port int32) (string, error) {
	svc := &core.Service{}
	if err := p.fetch(ctx, "services", namespace, name, svc); err != nil {
		if status.From(err).Status.Code == http.StatusNotFound {
			return "", fmt.Errorf("service %q not found", name)
		}
		return "", err
	}
	number := strconv.Itoa(int(port))
	if svc.Spec.Type == core.ServiceTypeExternalName {
		return net.JoinHostPort(svc.Spec.ExternalName, number), nil
	}
	if _, ok := servicePort(svc, number); !ok {
		return "", status.Unavailable(fmt.Sprintf("no service port %s found for service %q", number, name))
	}
	return p.serviceHost(ctx, namespace, name, number)
}

// servicePort is the name of the port that is meant.
func servicePort(svc *core.Service, port string) (string, bool) {
	if port == "" && len(svc.Spec.Ports) == 1 {
		return svc.Spec.Ports[0].Name, true
	}
	for _, p := range svc.Spec.Ports {
		if p.Name == port || strconv.Itoa(int(p.Port)) == port {
			return p.Name, true
		}
	}
	return "", false
}
