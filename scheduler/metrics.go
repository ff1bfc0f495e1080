package scheduler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var (
	attempts = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "scheduler_schedule_attempts_total",
		Help: "Looks for a node, by whether there was one.",
	}, []string{"result"})
	attemptSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "scheduler_scheduling_attempt_duration_seconds",
		Help:    "How long one look for a node took, without the binding.",
		Buckets: prometheus.ExponentialBuckets(0.00001, 4, 10),
	}, []string{"result"})
	bindErrors = promauto.NewCounter(prometheus.CounterOpts{
		Name: "scheduler_binding_errors_total",
		Help: "Bindings that the API server did not take.",
	})
	preemptions = promauto.NewCounter(prometheus.CounterOpts{
		Name: "scheduler_preemption_attempts_total",
		Help: "Searches for pods to push out.",
	})
	preemptionVictims = promauto.NewCounter(prometheus.CounterOpts{
		Name: "scheduler_preemption_victims_total",
		Help: "Pods that were pushed out for others.",
	})
)

// observe counts one look for a node.
func observe(found bool, took time.Duration) {
	result := "unschedulable"
	if found {
		result = "scheduled"
	}
	attempts.WithLabelValues(result).Inc()
	attemptSeconds.WithLabelValues(result).Observe(took.Seconds())
}
