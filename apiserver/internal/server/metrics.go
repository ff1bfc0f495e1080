package server

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// metrics counts requests and times them.
type metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	inflight prometheus.Gauge
	watches  *prometheus.GaugeVec

	// series remembers the children of the vectors, which are costly to look up.
	series sync.Map
}

// seriesKey names one series.
type seriesKey struct {
	verb, group, resource, sub string
	code                       int
}

type seriesPair struct {
	count prometheus.Counter
	time  prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) *metrics {
	labels := []string{"verb", "group", "resource", "subresource"}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_request_total",
			Help: "Requests answered, by verb, resource and HTTP code."}, append(labels, "code")),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_request_duration_seconds",
			Help:    "Time from a request's arrival to the end of its answer, without watches.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, labels),
		inflight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "apiserver_current_inflight_requests", Help: "Requests being answered, without watches."}),
		watches:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_longrunning_requests", Help: "Watches and other long requests being served."}, labels),
	}
	reg.MustRegister(m.requests, m.latency, m.inflight, m.watches)
	return m
}

// begin counts a request in; the function that it returns counts it out.
func (m *metrics) begin(i *request.Info) func(code int) {
	if longRunning(i) {
		g := m.watches.WithLabelValues(i.Verb, i.Group, i.Resource, i.Subresource)
		g.Inc()
		return func(code int) {
			g.Dec()
			m.of(i, code).count.Inc()
		}
	}
	start := time.Now()
	m.inflight.Inc()
	return func(code int) {
		m.inflight.Dec()
		s := m.of(i, code)
		s.count.Inc()
		s.time.Observe(time.Since(start).Seconds())
	}
}

// of is the series of a request. What is not found is counted without names:
// anybody can ask for anything, and series must not grow with that.
func (m *metrics) of(i *request.Info, code int) seriesPair {
	k := seriesKey{verb: i.Verb, code: code}
	if i.IsResource && code != http.StatusNotFound && code != http.StatusForbidden && code != http.StatusMethodNotAllowed {
		k.group, k.resource, k.sub = i.Group, i.Resource, i.Subresource
	} else if !i.IsResource && i.Verb != "get" && i.Verb != "head" {
		k.verb = "other"
	}
	if s, ok := m.series.Load(k); ok {
		return s.(seriesPair)
	}
	s := seriesPair{
		count: m.requests.WithLabelValues(k.verb, k.group, k.resource, k.sub, strconv.Itoa(code)),
		time:  m.latency.WithLabelValues(k.verb, k.group, k.resource, k.sub),
	}
	m.series.Store(k, s)
	return s
}

// longRunning says whether a request is expected to last.
func longRunning(i *request.Info) bool {
	if !i.IsResource {
		return strings.HasPrefix(i.Path, "/debug/pprof/")
	}
	switch i.Subresource {
	case "log", "exec", "attach", "portforward", "proxy":
		return true
	}
	return i.Verb == "watch"
}
