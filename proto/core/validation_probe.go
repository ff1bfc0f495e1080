package core

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// checkProbes checks the three probes of a container that stays up.
func checkProbes(r *field.Report, c *Container, p *field.Path) {
	if probe, p := c.LivenessProbe, p.Child("livenessProbe"); probe != nil {
		checkProbe(r, probe, p)
		checkOneSuccess(r, probe, p)
	}
	if probe, p := c.ReadinessProbe, p.Child("readinessProbe"); probe != nil {
		checkProbe(r, probe, p)
		if probe.TerminationGracePeriodSeconds != nil {
			r.Invalid(p.Child("terminationGracePeriodSeconds"), *probe.TerminationGracePeriodSeconds, "must not be set for readinessProbes")
		}
	}
	if probe, p := c.StartupProbe, p.Child("startupProbe"); probe != nil {
		checkProbe(r, probe, p)
		checkOneSuccess(r, probe, p)
	}
}

func checkOneSuccess(r *field.Report, probe *Probe, p *field.Path) {
	if probe.SuccessThreshold != 1 {
		r.Invalid(p.Child("successThreshold"), probe.SuccessThreshold, "must be 1")
	}
}

func checkProbe(r *field.Report, probe *Probe, p *field.Path) {
	h := handler{Exec: probe.Exec, HTTPGet: probe.HTTPGet, TCPSocket: probe.TCPSocket, GRPC: probe.GRPC}
	h.check(r, nil, p)
	r.NonNegative(p.Child("initialDelaySeconds"), int64(probe.InitialDelaySeconds))
	r.NonNegative(p.Child("timeoutSeconds"), int64(probe.TimeoutSeconds))
	r.NonNegative(p.Child("periodSeconds"), int64(probe.PeriodSeconds))
	r.NonNegative(p.Child("successThreshold"), int64(probe.SuccessThreshold))
	r.NonNegative(p.Child("failureThreshold"), int64(probe.FailureThreshold))
	if g := probe.TerminationGracePeriodSeconds; g != nil && *g <= 0 {
		r.Invalid(p.Child("terminationGracePeriodSeconds"), *g, "must be greater than 0")
	}
}

func checkLifecycle(r *field.Report, l *Lifecycle, p *field.Path, c *podContext) {
	if l == nil {
		return
	}
	grace := c.spec.TerminationGracePeriodSeconds
	if h := l.PostStart; h != nil {
		handler{Exec: h.Exec, HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket, Sleep: h.Sleep}.check(r, grace, p.Child("postStart"))
	}
	if h := l.PreStop; h != nil {
		handler{Exec: h.Exec, HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket, Sleep: h.Sleep}.check(r, grace, p.Child("preStop"))
	}
}

// handler is what a probe or a hook does; exactly one is to be set.
type handler struct {
	Exec      *ExecAction
	HTTPGet   *HTTPGetAction
	TCPSocket *TCPSocketAction
	GRPC      *GRPCAction
	Sleep     *SleepAction
}

func (h handler) check(r *field.Report, grace *int64, p *field.Path) {
	n := 0
	// one reports all handlers behind the first.
	one := func(set bool, name string, check func(*field.Path)) {
		if !set {
			return
		}
		if n++; n > 1 {
			r.Forbidden(p.Child(name), "may not specify more than 1 handler type")
			return
		}
		check(p.Child(name))
	}
	one(h.Exec != nil, "exec", func(p *field.Path) {
		if len(h.Exec.Command) == 0 {
			r.Required(p.Child("command"), "")
		}
	})
	one(h.HTTPGet != nil, "httpGet", func(p *field.Path) { checkHTTPGet(r, h.HTTPGet, p) })
	one(h.TCPSocket != nil, "tcpSocket", func(p *field.Path) { checkPortOrName(r, h.TCPSocket.Port, p.Child("port")) })
	one(h.GRPC != nil, "grpc", func(p *field.Path) { checkPort(r, h.GRPC.Port, p.Child("port")) })
	one(h.Sleep != nil, "sleep", func(p *field.Path) {
		if s := h.Sleep.Seconds; grace != nil && (s < 0 || s > *grace) {
			r.Invalid(p, s, fmt.Sprintf("must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))
		}
	})
	if n == 0 {
		r.Required(p, "must specify a handler type")
	}
}

func checkHTTPGet(r *field.Report, h *HTTPGetAction, p *field.Path) {
	if h.Path == "" {
		r.Required(p.Child("path"), "")
	}
	checkPortOrName(r, h.Port, p.Child("port"))
	if h.Scheme != URISchemeHTTP && h.Scheme != URISchemeHTTPS {
		r.Add(field.NotSupported(p.Child("scheme"), h.Scheme, []URIScheme{URISchemeHTTP, URISchemeHTTPS}))
	}
	for _, header := range h.HTTPHeaders {
		r.Each(p.Child("httpHeaders"), header.Name, meta.IsHTTPHeaderName(header.Name))
	}
}
