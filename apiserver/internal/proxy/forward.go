package proxy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
)

// forward sends a request on to a pod, a service or a node.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, i *request.Info) error {
	scheme, name, port, ok := splitTarget(i.Name)
	if !ok {
		return status.BadRequest("invalid %s request %q", strings.TrimSuffix(i.Resource, "s"), i.Name)
	}
	var host string
	var err error
	var t http.RoundTripper = p.insides
	switch i.Resource {
	case "pods":
		host, err = p.podHost(r.Context(), i.Namespace, name, port)
	case "services":
		host, err = p.serviceHost(r.Context(), i.Namespace, i.Name, name, port, p.ofPod)
	case "nodes":
		host, err = p.nodeHost(r.Context(), name, port)
		if port == "" || err == nil && port == portOf(host) {
			scheme, t = "https", p.kubelets
		}
	}
	if err != nil {
		return err
	}
	if upgrade := httpguts.HeaderValuesContainsToken(r.Header["Connection"], "Upgrade"); i.Rest == "" && !upgrade && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		// Relative links in what comes back need the slash.
		to := r.URL.Path + "/"
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
		return nil
	}
	if scheme == "" {
		scheme = "http"
	}
	p.pass(w, r, behind{transport: t, target: &url.URL{Scheme: scheme, Host: host, Path: plain(i.Rest), RawQuery: r.URL.RawQuery},
		failed: unreached, prefix: strings.TrimSuffix(r.URL.Path, i.Rest)})
	return nil
}

// plain is a path without detours. Its last slash stays: it means something to
// those behind us.
func plain(rest string) string {
	if rest == "" {
		return ""
	}
	clean := path.Clean(rest)
	if strings.HasSuffix(rest, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// splitTarget takes name, name:port or scheme:name:port apart.
func splitTarget(s string) (scheme, name, port string, ok bool) {
	switch parts := strings.Split(s, ":"); len(parts) {
	case 1:
		name = parts[0]
	case 2:
		name, port = parts[0], parts[1]
	case 3:
		scheme, name, port = parts[0], parts[1], parts[2]
	}
	return scheme, name, port, name != "" && (scheme == "" || scheme == "http" || scheme == "https")
}

func portOf(host string) string {
	_, port, _ := net.SplitHostPort(host)
	return port
}

// allowed says whether clients may be led to an address: not to this machine
// itself, nor to what only its own link knows, such as a cloud's metadata.
func allowed(address string) error {
	if ip := net.ParseIP(address); ip == nil || !ip.IsGlobalUnicast() {
		return status.BadRequest("address not allowed")
	}
	return nil
}

// podHost is a pod's address with the port named, or its first one.
func (p *Proxy) podHost(ctx context.Context, namespace, name, port string) (string, error) {
	pod := &core.Pod{}
	if err := p.fetch(ctx, "pods", namespace, name, pod); err != nil {
		return "", err
	}
	if err := allowed(pod.Status.PodIP); err != nil {
		return "", err
	}
	if port = podPort(pod, port); port == "" {
		if strings.Contains(pod.Status.PodIP, ":") {
			return "[" + pod.Status.PodIP + "]", nil
		}
		return pod.Status.PodIP, nil
	}
	return net.JoinHostPort(pod.Status.PodIP, port), nil
}

func podPort(pod *core.Pod, port string) string {
	for i := range pod.Spec.Containers {
		for _, cp := range pod.Spec.Containers[i].Ports {
			if port == "" || port == cp.Name {
				return strconv.Itoa(int(cp.ContainerPort))
			}
		}
	}
	return port
}

// nodeHost is a node's address with the port given, or its kubelet's.
func (p *Proxy) nodeHost(ctx context.Context, name, port string) (string, error) {
	host, err := p.kubeletHost(ctx, name)
	if err != nil {
		return "", err
	}
	address, own, err := net.SplitHostPort(host)
	if err != nil {
		return "", err
	}
	found, err := net.DefaultResolver.LookupIPAddr(ctx, address)
	if err != nil {
		return "", status.BadRequest("%s", err)
	}
	for _, a := range found {
		if err := allowed(a.IP.String()); err != nil {
			return "", err
		}
	}
	if port == "" {
		port = own
	}
	return net.JoinHostPort(address, port), nil
}

// ofPod says whether an endpoint is a pod of the namespace. Clients are led to no
// other: whoever may write endpoints could reach anything from here.
func (p *Proxy) ofPod(ctx context.Context, namespace string, a *core.EndpointAddress) bool {
	if a.TargetRef == nil || a.TargetRef.Namespace != namespace {
		return false
	}
	pod := &core.Pod{}
	if err := p.fetch(ctx, "pods", namespace, a.TargetRef.Name, pod); err != nil {
		return false
	}
	return slices.ContainsFunc(pod.Status.PodIPs, func(ip core.PodIP) bool { return ip.IP == a.IP })
}

// serviceHost is a ready endpoint of a service that suits. asked is what the client
// calls the service and its port.
func (p *Proxy) serviceHost(ctx context.Context, namespace, asked, name, port string, suits func(context.Context, string, *core.EndpointAddress) bool) (string, error) {
	svc, e := &core.Service{}, &core.Endpoints{}
	if err := p.fetch(ctx, "services", namespace, name, svc); err != nil {
		return "", err
	}
	portName, ok := servicePort(svc, port)
	if n, err := strconv.ParseInt(port, 10, 64); !ok && err == nil {
		return "", status.Upstream(http.StatusServiceUnavailable, fmt.Sprintf("no service port %d found for service %q", n, name))
	}
	if err := p.fetch(ctx, "endpoints", namespace, name, e); err != nil {
		if s := status.From(err); s.Status.Code == http.StatusNotFound {
			return "", status.NotFound(status.Resource{Name: "services"}, name)
		}
		return "", err
	}
	none := func(what string) error {
		return status.Upstream(http.StatusServiceUnavailable, fmt.Sprintf("no endpoints available for service %q", what))
	}
	if len(e.Subsets) == 0 {
		return "", none(name)
	}
	for _, s := range e.Subsets {
		for _, ep := range s.Ports {
			if !ok || ep.Name != portName || len(s.Addresses) == 0 {
				continue
			}
			// Any of them: one that is dead and not yet known to be must not
			// take all requests.
			for i, from := 0, rand.IntN(len(s.Addresses)); i < len(s.Addresses); i++ {
				if a := &s.Addresses[(from+i)%len(s.Addresses)]; suits(ctx, namespace, a) {
					return net.JoinHostPort(a.IP, strconv.Itoa(int(ep.Port))), nil
				}
			}
		}
	}
	return "", none(asked)
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
	return p.serviceHost(ctx, namespace, name, name, number, func(context.Context, string, *core.EndpointAddress) bool { return true })
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
