package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
)

// defaultKubeletPort is where a kubelet serves that does not say.
const defaultKubeletPort = 10250

// throughKubelet serves log, exec, attach and portforward.
func (p *Proxy) throughKubelet(w http.ResponseWriter, r *http.Request, i *request.Info) error {
	q := r.URL.Query()
	if i.Subresource == "log" && r.Method == http.MethodGet {
		if err := checkLog(q, i.Name); err != nil {
			return err
		}
	}
	pod := &core.Pod{}
	if err := p.fetch(r.Context(), "pods", i.Namespace, i.Name, pod); err != nil {
		return err
	}
	container := ""
	if i.Subresource != "portforward" {
		var err error
		if container, err = chosen(pod, q.Get("container")); err != nil {
			return err
		}
	}
	if pod.Spec.NodeName == "" {
		if i.Subresource == "log" && r.Method == http.MethodGet {
			return nil // It has said nothing yet.
		}
		return status.BadRequest("pod %s does not have a host assigned", pod.Name)
	}
	host, err := p.kubeletHost(r.Context(), pod.Spec.NodeName)
	if err != nil {
		return err
	}
	target := &url.URL{Scheme: "https", Host: host}
	switch i.Subresource {
	case "log":
		if r.Method != http.MethodGet {
			return status.MethodNotAllowed(status.Resource{Name: "pods/log"}, i.Verb)
		}
		target.Path = fmt.Sprintf("/containerLogs/%s/%s/%s", pod.Namespace, pod.Name, container)
		target.RawQuery = only(q, "follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream").Encode()
		if translates(r) {
			return p.watchLog(w, r, target)
		}
		p.pass(w, r, p.kubelets, target, logAnswer)
		return nil
	case "portforward":
		target.Path = fmt.Sprintf("/portForward/%s/%s", pod.Namespace, pod.Name)
		out := url.Values{}
		for _, port := range q["ports"] {
			out.Add("port", port)
		}
		target.RawQuery = out.Encode()
	default:
		target.Path = fmt.Sprintf("/%s/%s/%s/%s", i.Subresource, pod.Namespace, pod.Name, container)
		target.RawQuery = streams(q, i.Subresource == "exec").Encode()
	}
	if translates(r) {
		return p.translate(w, r, target)
	}
	p.pass(w, r, p.kubelets, target, nil)
	return nil
}

// chosen is the container that is meant: the one named, the one that the pod
// names as its main one, or the only one.
func chosen(pod *core.Pod, name string) (string, error) {
	var names, all []string
	for i := range pod.Spec.Containers {
		names = append(names, pod.Spec.Containers[i].Name)
	}
	all = append(all, names...)
	for i := range pod.Spec.InitContainers {
		all = append(all, pod.Spec.InitContainers[i].Name)
	}
	for i := range pod.Spec.EphemeralContainers {
		all = append(all, pod.Spec.EphemeralContainers[i].Name)
	}
	if name == "" && len(names) != 1 {
		if d := pod.Annotations[core.AnnotationDefaultContainer]; d != "" && slices.Contains(all, d) {
			return d, nil
		}
		msg := fmt.Sprintf("a container name must be specified for pod %s, choose one of: [%s]", pod.Name, strings.Join(names, " "))
		if len(all) > len(names) {
			msg += fmt.Sprintf(" or one of the init containers: [%s]", strings.Join(all[len(names):], " "))
		}
		return "", status.BadRequest("%s", msg)
	}
	if name == "" {
		return names[0], nil
	}
	if !slices.Contains(all, name) {
		return "", status.BadRequest("container %s is not valid for pod %s", name, pod.Name)
	}
	return name, nil
}

// kubeletHost is where a node's kubelet is reached.
func (p *Proxy) kubeletHost(ctx context.Context, node string) (string, error) {
	n := &core.Node{}
	if err := p.fetch(ctx, "nodes", "", node, n); err != nil {
		return "", err
	}
	return kubeletOf(n)
}

// kubeletOf is where the kubelet of a node is reached that has been read.
func kubeletOf(n *core.Node) (string, error) {
	port := n.Status.DaemonEndpoints.KubeletEndpoint.Port
	if port == 0 {
		port = defaultKubeletPort
	}
	for _, kind := range []core.NodeAddressType{core.NodeInternalIP, core.NodeExternalIP, core.NodeInternalDNS, core.NodeHostName} {
		for _, a := range n.Status.Addresses {
			if a.Type == kind {
				return net.JoinHostPort(a.Address, strconv.Itoa(int(port))), nil
			}
		}
	}
	return "", status.Internal(fmt.Errorf("no preferred addresses found; known addresses: []"))
}

// only keeps some parameters.
func only(q url.Values, names ...string) url.Values {
	out := url.Values{}
	for _, n := range names {
		if v, ok := q[n]; ok {
			out[n] = v
		}
	}
	return out
}

// streams are the parameters of exec and attach as kubelets call them.
func streams(q url.Values, exec bool) url.Values {
	out := url.Values{}
	for from, to := range map[string]string{"stdin": core.ExecStdinParam, "stdout": core.ExecStdoutParam, "stderr": core.ExecStderrParam, "tty": core.ExecTTYParam} {
		if b, err := strconv.ParseBool(q.Get(from)); err == nil && b {
			out.Set(to, "1")
		}
	}
	if exec {
		out[core.ExecCommandParam] = q["command"]
	}
	return out
}

// checkLog refuses parameters that make no sense, before the pod is looked for.
func checkLog(q url.Values, pod string) error {
	var r field.Report
	for _, n := range []string{"sinceSeconds", "tailLines", "limitBytes"} {
		v := q.Get(n)
		if v == "" {
			continue
		}
		x, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return status.BadRequest("strconv.ParseInt: parsing %q: %v", v, errors.Unwrap(err))
		}
		switch {
		case n == "tailLines":
			r.NonNegative(field.New(n), x)
		case x < 1:
			r.Invalid(field.New(n), x, "must be greater than 0")
		}
	}
	if v := q.Get("sinceTime"); v != "" {
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return status.BadRequest("%v", err)
		}
		if q.Get("sinceSeconds") != "" {
			e := field.Forbidden(nil, "at most one of `sinceTime` or `sinceSeconds` may be specified")
			e.Field = "[]"
			r.Add(e)
		}
	}
	if len(r.Errors) > 0 {
		return status.Invalid("", "PodLogOptions", pod, r.Errors)
	}
	return nil
}

// logAnswer turns a kubelet's refusal into a Status.
func logAnswer(resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		resp.Header.Set("Content-Type", "text/plain")
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	resp.Body.Close()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(b))
	switch resp.StatusCode {
	case http.StatusBadRequest:
		return status.BadRequest("%s", text)
	case http.StatusNotFound:
		e := status.NotFound(status.Resource{Name: "pods"}, "")
		e.Status.Message = text
		return e
	}
	return status.Internal(fmt.Errorf("the kubelet answers %s: %s", resp.Status, text))
}
