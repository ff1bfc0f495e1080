package fairness

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// flowOf names what is counted together: the requests that one schema sends to
// one level.
type flowOf struct{ schema, level string }

// counts is what became of the requests of one flowOf.
type counts struct {
	executing, waiting  atomic.Int64
	dispatched          atomic.Uint64
	full, limit, timely atomic.Uint64 // sent away, by reason
	waits               prometheus.Observer
}

func (c *counts) enter(waited time.Duration) {
	c.executing.Add(1)
	c.dispatched.Add(1)
	c.waits.Observe(waited.Seconds())
}

func (c *counts) refused(reason string) {
	switch reason {
	case "queue-full":
		c.full.Add(1)
	case "concurrency-limit":
		c.limit.Add(1)
	default:
		c.timely.Add(1)
	}
}

// countsOf are the counts of a schema and a level, which outlive changes of
// both. The caller holds the lock.
func (c *Controller) countsOf(schema, level string) *counts {
	k := flowOf{schema, level}
	if c.counts[k] == nil {
		c.counts[k] = &counts{waits: c.waits.WithLabelValues(level, schema, "true")}
	}
	return c.counts[k]
}

func newWaits() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_flowcontrol_request_wait_duration_seconds",
		Help:    "How long requests waited for their seats.",
		Buckets: []float64{0, .005, .02, .05, .1, .2, .5, 1, 2, 5, 10, 15, 30}}, []string{"priority_level", "flow_schema", "execute"})
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("apiserver_flowcontrol_"+name, help, labels, nil)
}

var (
	nominalDesc    = describe("nominal_limit_seats", "Seats that a level has by its shares.", "priority_level")
	limitDesc      = describe("current_limit_seats", "Seats that a level has now.", "priority_level")
	seatsDesc      = describe("current_executing_seats", "Seats that requests have now.", "priority_level")
	executingDesc  = describe("current_executing_requests", "Requests that are being worked on.", "priority_level", "flow_schema")
	waitingDesc    = describe("current_inqueue_requests", "Requests that wait in queues.", "priority_level", "flow_schema")
	dispatchedDesc = describe("dispatched_requests_total", "Requests that were let in.", "priority_level", "flow_schema")
	rejectedDesc   = describe("rejected_requests_total", "Requests that were sent away.", "priority_level", "flow_schema", "reason")
)

// Describe is for prometheus.Collector.
func (c *Controller) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{nominalDesc, limitDesc, seatsDesc, executingDesc, waitingDesc, dispatchedDesc, rejectedDesc} {
		out <- d
	}
	c.waits.Describe(out)
}

// Collect tells how full the levels are and what became of the requests.
func (c *Controller) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	count := func(d *prometheus.Desc, v uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	for _, s := range c.Stats() {
		gauge(nominalDesc, int64(s.Seats), s.Level)
		gauge(limitDesc, int64(max(s.Seats, s.InUse)), s.Level)
		gauge(seatsDesc, int64(s.InUse), s.Level)
	}
	c.mu.Lock()
	all := make(map[flowOf]*counts, len(c.counts))
	for k, v := range c.counts {
		all[k] = v
	}
	c.mu.Unlock()
	for k, v := range all {
		gauge(executingDesc, v.executing.Load(), k.level, k.schema)
		gauge(waitingDesc, v.waiting.Load(), k.level, k.schema)
		count(dispatchedDesc, v.dispatched.Load(), k.level, k.schema)
		for reason, n := range map[string]uint64{"queue-full": v.full.Load(), "concurrency-limit": v.limit.Load(), "time-out": v.timely.Load()} {
			if n > 0 {
				count(rejectedDesc, n, k.level, k.schema, reason)
			}
		}
	}
	c.waits.Collect(out)
}
