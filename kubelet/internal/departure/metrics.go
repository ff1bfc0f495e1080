package departure

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// holds is how long pods' ends were held back.
var holds = promauto.NewHistogramVec(prometheus.HistogramOpts{
	Name:    "kubelet_pod_departure_hold_seconds",
	Help:    "Time for which the end of a pod was held back until no node sent new connections to it, by outcome: unlisted, acknowledged, timeout.",
	Buckets: prometheus.ExponentialBuckets(0.001, 2, 13),
}, []string{"outcome"})
