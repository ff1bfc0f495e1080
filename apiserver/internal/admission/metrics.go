package admission

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// stepBuckets are upstream's bounds, in seconds.
var stepBuckets = []float64{.005, .025, .1, .5, 1, 2.5}

// turn is one of the chain's two: Admit, which upstream's metrics call admit, or
// Check, which they call validate.
type turn struct {
	kind  string
	steps []*timedStep
	// whole times all steps of a request together.
	whole timer
}

// timedStep is a step with the series that it is timed in.
type timedStep struct {
	Step
	timer
}

// timer remembers the series of one histogram by operation and by whether the
// request was refused; looking them up by their labels is costly.
type timer struct {
	vec    *prometheus.HistogramVec
	labels []string
	series [4][2]atomic.Pointer[prometheus.Observer]
}

// operations are in the order of timer.series.
var operations = [4]Operation{Create, Update, Delete, Connect}

func (o Operation) index() int {
	switch o {
	case Create:
		return 0
	case Update:
		return 1
	case Delete:
		return 2
	}
	return 3
}

// observe counts one run.
func (t *timer) observe(operation int, err error, took time.Duration) {
	refused := 0
	if err != nil {
		refused = 1
	}
	series := &t.series[operation][refused]
	o := series.Load()
	if o == nil {
		made := t.vec.WithLabelValues(append(t.labels[:len(t.labels):len(t.labels)], string(operations[operation]), strconv.FormatBool(err != nil))...)
		o = &made
		series.Store(o)
	}
	(*o).Observe(took.Seconds())
}

// metrics are the histograms of a chain.
type metrics struct{ controllers, steps *prometheus.HistogramVec }

func newMetrics() metrics {
	return metrics{
		controllers: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_admission_controller_admission_duration_seconds",
			Help: "Time of one admission step, by its name.", Buckets: stepBuckets}, []string{"name", "type", "operation", "rejected"}),
		steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_admission_step_admission_duration_seconds",
			Help: "Time of all admission steps of a request together, before validation (admit) or after it (validate).", Buckets: stepBuckets},
			[]string{"type", "operation", "rejected"}),
	}
}

// Describe is for prometheus.Collector.
func (c *Chain) Describe(out chan<- *prometheus.Desc) {
	c.metrics.controllers.Describe(out)
	c.metrics.steps.Describe(out)
}

// Collect is for prometheus.Collector.
func (c *Chain) Collect(out chan<- prometheus.Metric) {
	c.metrics.controllers.Collect(out)
	c.metrics.steps.Collect(out)
}
