package kubeproxy

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The metrics are named as operators' dashboards know them.
var (
	syncDuration = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "kubeproxy_sync_proxy_rules_duration_seconds",
		Help:    "Time that one round of setting rules took.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
	})
	programmingDuration = promauto.NewHistogram(prometheus.HistogramOpts{
		Name:    "kubeproxy_network_programming_duration_seconds",
		Help:    "Time from the arrival of a change to its rules being in the kernel.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 18),
	})
	syncFailures = promauto.NewCounter(prometheus.CounterOpts{
		Name: "kubeproxy_sync_proxy_rules_failures_total",
		Help: "Rounds in which the kernel refused the rules.",
	})
)
