package webhook

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// metrics tell how each webhook answers, under upstream's names.
type metrics struct {
	took                       *prometheus.HistogramVec
	asked, refused, failedOpen *prometheus.CounterVec
}

func newMetrics() metrics {
	return metrics{
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_admission_webhook_admission_duration_seconds",
			Help: "Time that a webhook took to answer.", Buckets: []float64{.005, .025, .1, .5, 1, 2.5, 10, 25}}, []string{"name", "type", "operation", "rejected"}),
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_admission_webhook_request_total",
			Help: "Times that a webhook was asked."}, []string{"name", "type", "operation", "code", "rejected"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_admission_webhook_rejection_count",
			Help: "Requests that were refused because of a webhook: its own no (no_error), no answer of it (calling_webhook_error), or the server's failure."},
			[]string{"name", "type", "operation", "error_type", "rejection_code"}),
		failedOpen: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_admission_webhook_fail_open_count",
			Help: "Times that a webhook that may fail did."}, []string{"name", "type"}),
	}
}

func (m *metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.took, m.asked, m.refused, m.failedOpen}
}

// Describe is for prometheus.Collector.
func (h *Hooks) Describe(out chan<- *prometheus.Desc) {
	for _, c := range h.metrics.all() {
		c.Describe(out)
	}
}

// Collect is for prometheus.Collector.
func (h *Hooks) Collect(out chan<- prometheus.Metric) {
	for _, c := range h.metrics.all() {
		c.Collect(out)
	}
}

// count notes what came of asking a hook.
func (m *metrics) count(k *hook, operation admission.Operation, err error, took time.Duration) {
	kind := "validating"
	if k.mutating {
		kind = "admit"
	}
	code, refused, why := 200, err != nil, "apiserver_internal_error"
	var call *callError
	var answer *status.Error
	switch {
	case errors.As(err, &call):
		code, why = 0, "calling_webhook_error"
		if refused = !k.ignore; !refused {
			m.failedOpen.WithLabelValues(k.name, kind).Inc()
		}
	case errors.As(err, &answer):
		if code = int(answer.Status.Code); code < 500 {
			why = "no_error"
		}
	case err != nil:
		code = 0
	}
	rejected := strconv.FormatBool(refused)
	m.took.WithLabelValues(k.name, kind, string(operation), rejected).Observe(took.Seconds())
	m.asked.WithLabelValues(k.name, kind, string(operation), strconv.Itoa(code), rejected).Inc()
	if refused {
		m.refused.WithLabelValues(k.name, kind, string(operation), why, strconv.Itoa(code)).Inc()
	}
}
