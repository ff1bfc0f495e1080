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

	"golang.org/x/net/http/httpguts"

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
	var ports []uint16
	var err error
	switch i.Subresource {
	case "log":
		err = checkLog(q, i.Name)
	case "portforward":
		ports, err = forwarded(q["ports"])
	}
	if err != nil {
		return err
	}
	pod := &core.Pod{}
	if err := p.fetch(r.Context(), "pods", i.Namespace, i.Name, pod); err != nil {
		return err
	}
	container := ""
	if i.Subresource != "portforward" {
		if container, err = chosen(pod, q.Get("container")); err != nil {
			return err
		}
	}
	if pod.Spec.NodeName == "" {
		if i.Subresource == "log" { // It has said nothing yet.
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		return status.BadRequest("pod %s does not have a host assigned", pod.Name)
	}
	host, err := p.kubeletHost(r.Context(), pod.Spec.NodeName)
	if err != nil {
		return err
	}
	target := &url.URL{Scheme: "https", Host: host}
	if i.Subresource == "log" {
		target.Path = fmt.Sprintf("/containerLogs/%s/%s/%s", pod.Namespace, pod.Name, container)
		target.RawQuery = logQuery(q).Encode()
		if translates(r) {
			return p.watchLog(w, r, target)
		}
		p.pass(w, r, behind{transport: p.kubelets, target: target, change: logAnswer, failed: notGot(target)})
		return nil
	}
	if !httpguts.HeaderValuesContainsToken(r.Header["Connection"], "Upgrade") || r.Header.Get("Upgrade") == "" {
		return status.BadRequest("Upgrade request required")
	}
	if i.Subresource == "portforward" {
		target.Path = fmt.Sprintf("/portForward/%s/%s", pod.Namespace, pod.Name)
	} else {
		target.Path = fmt.Sprintf("/%s/%s/%s/%s", i.Subresource, pod.Namespace, pod.Name, container)
		target.RawQuery = streams(q, i.Subresource == "exec").Encode()
	}
	if translates(r) {
		return p.translate(w, r, target, ports)
	}
	p.pass(w, r, behind{transport: p.kubelets, target: target, failed: func(err error) error {
		return status.Unexplained(http.StatusInternalServerError, "error dialing backend: "+err.Error())
	}})
	return nil
}

// notGot is what clients hear of a log whose kubelet does not answer.
func notGot(target *url.URL) func(error) error {
	return func(err error) error {
		return status.Unexplained(http.StatusInternalServerError, fmt.Sprintf("Get %q: %v", target, err))
	}
}

// chosen is the container that is meant: the one named, the one that the pod
// names as its main one, or the only one.
func chosen(pod *core.Pod, name string) (string, error) {
	var all []string
	for i := range pod.Spec.InitContainers {
		all = append(all, pod.Spec.InitContainers[i].Name)
	}
	for i := range pod.Spec.Containers {
		all = append(all, pod.Spec.Containers[i].Name)
	}
	for i := range pod.Spec.EphemeralContainers {
		all = append(all, pod.Spec.EphemeralContainers[i].Name)
	}
	if name == "" && len(pod.Spec.Containers) != 1 {
		if d := pod.Annotations[core.AnnotationDefaultContainer]; d != "" && slices.Contains(all, d) {
			return d, nil
		}
		return "", status.BadRequest("a container name must be specified for pod %s, choose one of: [%s]", pod.Name, strings.Join(all, " "))
	}
	if name == "" {
		return pod.Spec.Containers[0].Name, nil
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
	return "", status.Unknown(errors.New("no preferred addresses found; known addresses: []"))
}

// flag reads a parameter as it is read everywhere: it is set unless it says
// otherwise.
func flag(q url.Values, name string) bool {
	return q.Has(name) && q.Get(name) != "0" && !strings.EqualFold(q.Get(name), "false")
}

// logQuery are the parameters of a log as kubelets know them.
func logQuery(q url.Values) url.Values {
	out := url.Values{}
	for _, n := range []string{"follow", "previous", "timestamps"} {
		if flag(q, n) {
			out.Set(n, "true")
		}
	}
	for _, n := range []string{"sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream"} {
		if v := q.Get(n); v != "" {
			out.Set(n, v)
		}
	}
	return out
}

// streams are the parameters of exec and attach as kubelets call them.
func streams(q url.Values, exec bool) url.Values {
	out := url.Values{}
	for from, to := range map[string]string{"stdin": core.ExecStdinParam, "stdout": core.ExecStdoutParam, "stderr": core.ExecStderrParam, "tty": core.ExecTTYParam} {
		if flag(q, from) {
			out.Set(to, "1")
		}
	}
	if exec {
		out[core.ExecCommandParam] = q["command"]
	}
	return out
}

// logStreams are the parts of a log that can be asked for.
var logStreams = []string{"All", "Stderr", "Stdout"}

// checkLog refuses parameters that make no sense, before the pod is looked for.
func checkLog(q url.Values, pod string) error {
	var r field.Report
	for _, n := range []string{"tailLines", "limitBytes", "sinceSeconds"} {
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
	if v := q.Get("stream"); v != "" && !slices.Contains(logStreams, v) {
		r.Add(field.NotSupported(field.New("stream"), v, logStreams))
	} else if v != "" && v != "All" && q.Get("tailLines") != "" {
		e := field.Forbidden(nil, "`tailLines` and specific `stream` are mutually exclusive for now")
		e.Field = "[]"
		r.Add(e)
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
