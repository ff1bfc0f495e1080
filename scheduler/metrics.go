package scheduler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/pilothouse/pilothouse/scheduler/internal/backlog"
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
	pending = promauto.NewGaugeVec(prometheus.GaugeOpts{
		Name: "scheduler_pending_pods",
		Help: "Pods without a node: to be tried now (active), waiting for a pause to end (backoff), fitting nowhere (unschedulable), held by gates (gated).",
	}, []string{"queue"})
	pendingActive, pendingBackoff      = pending.WithLabelValues("active"), pending.WithLabelValues("backoff")
	pendingUnschedulable, pendingGated = pending.WithLabelValues("unschedulable"), pending.WithLabelValues("gated")
	bindErrors                         = promauto.NewCounter(prometheus.CounterOpts{
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

// observeBacklog tells how many pods wait for what.
func observeBacklog(b *backlog.Backlog) {
	toTry, pausing, unschedulable, gates := b.Counts()
	pendingActive.Set(float64(toTry))
	pendingBackoff.Set(float64(pausing))
	pendingUnschedulable.Set(float64(unschedulable))
	pendingGated.Set(float64(gates))
}
