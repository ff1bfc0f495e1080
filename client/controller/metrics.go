package controller

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	syncSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "controller_sync_duration_seconds",
		Help:    "How long one look at one object took.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9),
	}, []string{"controller"})
	syncErrors = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "controller_sync_errors_total",
		Help: "Looks at an object that ended in an error.",
	}, []string{"controller"})
	queueDepth = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "workqueue_depth",
		Help: "Objects that wait to be looked at.",
	}, []string{"name"})
)

// observe counts one call of Sync.
func observe(name string, took time.Duration, err error, depth int) {
	syncSeconds.WithLabelValues(name).Observe(took.Seconds())
	if err != nil {
		syncErrors.WithLabelValues(name).Inc()
	}
	queueDepth.WithLabelValues(name).Set(float64(depth))
}
