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

// metrics counts requests and times them, under the names and labels that
// dashboards of upstream's API server ask for.
type metrics struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	own      *prometheus.HistogramVec
	expiry   prometheus.Histogram
	sizes    *prometheus.HistogramVec
	reading  prometheus.Gauge
	writing  prometheus.Gauge
	lasting  *prometheus.GaugeVec
	// known and unknown count whom credentials told of, allowed and others what they
	// might do.
	known, unknown  prometheus.Counter
	allowed, others prometheus.Counter

	// series remembers the children of the vectors, which are costly to look up.
	series sync.Map
}

// seriesKey names one series.
type seriesKey struct {
	verb, group, version, resource, sub, scope string
	dry                                        bool
	code                                       int
}

type seriesSet struct {
	count prometheus.Counter
	time  prometheus.Observer
	own   prometheus.Observer
	size  prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) *metrics {
	labels := []string{"verb", "group", "version", "resource", "subresource", "scope", "component"}
	inflight := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_current_inflight_requests",
		Help: "Requests being answered, by whether they change anything, without those that last."}, []string{"request_kind"})
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_request_total",
			Help: "Requests answered, by verb, resource and HTTP code."}, append(labels, "dry_run", "code")),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_request_duration_seconds",
			Help:    "Time from a request's arrival to the end of its answer, without those that last.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, append(labels, "dry_run")),
		own: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_request_sli_duration_seconds",
			Help:    "The same without what others took: webhooks, and requests in front of it.",
			Buckets: []float64{.05, .1, .2, .4, .6, .8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60}}, labels),
		expiry: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "apiserver_client_certificate_expiration_seconds",
			Help:    "How long the certificates that requests came with are still good for.",
			Buckets: []float64{0, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 2592000, 7776000, 15552000, 31104000}}),
		sizes: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_response_sizes",
			Help: "Bytes of the answers to reads, before they are encrypted.", Buckets: prometheus.ExponentialBuckets(1000, 10, 7)}, labels),
		reading: inflight.WithLabelValues("readOnly"),
		writing: inflight.WithLabelValues("mutating"),
		lasting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_longrunning_requests",
			Help: "Watches and other requests that last, being served."}, labels),
	}
	attempts := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authentication_attempts",
		Help: "Requests by whether their credentials told who sent them."}, []string{"result"})
	m.known, m.unknown = attempts.WithLabelValues("success"), attempts.WithLabelValues("failure")
	decisions := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "authorization_attempts_total",
		Help: "Requests by whether they were allowed; what nothing allows, nothing has an opinion about."}, []string{"result"})
	m.allowed, m.others = decisions.WithLabelValues("allowed"), decisions.WithLabelValues("no-opinion")
	reg.MustRegister(attempts, decisions, m.requests, m.latency, m.own, m.expiry, m.sizes, inflight, m.lasting)
	return m
}

// begin counts a request in; the function that it returns counts it out.
func (m *metrics) begin(r *http.Request, i *request.Info) func(code, written int) {
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		m.expiry.Observe(time.Until(r.TLS.PeerCertificates[0].NotAfter).Seconds())
	}
	dry := r.URL.RawQuery != "" && strings.Contains(r.URL.RawQuery, "dryRun=")
	if longRunning(i) {
		k := keyOf(i, http.StatusOK, false)
		g := m.lasting.WithLabelValues(k.labels()...)
		g.Inc()
		return func(code, _ int) {
			g.Dec()
			m.of(keyOf(i, code, dry)).count.Inc()
		}
	}
	start := time.Now()
	inflight := m.reading
	if i.Verb != "get" && i.Verb != "list" && i.Verb != "head" {
		inflight = m.writing
	}
	inflight.Inc()
	return func(code, written int) {
		inflight.Dec()
		s := m.of(keyOf(i, code, dry))
		s.count.Inc()
		took := time.Since(start)
		s.time.Observe(took.Seconds())
		s.own.Observe((took - i.Waited()).Seconds())
		if s.size != nil {
			s.size.Observe(float64(written))
		}
	}
}

// keyOf is the series of a request. What is not found is counted without names:
// anybody can ask for anything, and series must not grow with that.
func keyOf(i *request.Info, code int, dry bool) seriesKey {
	k := seriesKey{verb: i.Verb, code: code, dry: dry}
	switch {
	case i.IsResource && code != http.StatusNotFound && code != http.StatusForbidden && code != http.StatusMethodNotAllowed:
		k.group, k.version, k.resource, k.sub, k.scope = i.Group, i.Version, i.Resource, i.Subresource, scopeOf(i)
	case !i.IsResource && i.Verb != "get" && i.Verb != "head":
		k.verb = "other"
	}
	if k.verb == "" {
		k.verb = "other"
	}
	return k
}

// scopeOf is what a request is about: one object, a namespace or the cluster.
func scopeOf(i *request.Info) string {
	switch {
	case i.Name != "" || i.Verb == "create":
		return "resource"
	case i.Namespace != "":
		return "namespace"
	}
	return "cluster"
}

// of finds or makes a series.
func (m *metrics) of(k seriesKey) *seriesSet {
	if s, ok := m.series.Load(k); ok {
		return s.(*seriesSet)
	}
	dry := ""
	if k.dry {
		dry = "All"
	}
	labels := k.labels()
	s := &seriesSet{count: m.requests.WithLabelValues(append(labels, dry, strconv.Itoa(k.code))...),
		time: m.latency.WithLabelValues(append(labels, dry)...), own: m.own.WithLabelValues(labels...)}
	if k.verb == "get" || k.verb == "list" {
		s.size = m.sizes.WithLabelValues(labels...)
	}
	m.series.Store(k, s)
	return s
}

// verbs are upstream's names in metrics for ours.
var verbs = map[string]string{"create": "POST", "update": "PUT", "deletecollection": "DELETECOLLECTION"}

// labels are those that all metrics have.
func (k *seriesKey) labels() []string {
	verb := verbs[k.verb]
	switch {
	case verb != "":
	case k.sub == "exec" || k.sub == "attach" || k.sub == "portforward" || k.sub == "proxy":
		verb = "CONNECT"
	default:
		verb = strings.ToUpper(k.verb)
	}
	return append(make([]string, 0, 9), verb, k.group, k.version, k.resource, k.sub, k.scope, "apiserver")
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
