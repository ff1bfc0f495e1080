package departure

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// holds is how long pods' ends were held back.
var holds = promauto.NewHistogramVec(prometheus.HistogramOpts{
	Name:    "kubelet_pod_departure_hold_seconds",
	Help:    "Time for which the end of a deleted pod was held back until no node sent new connections to it and those that it had were answered, by what the proxies said: unlisted, acknowledged, timeout.",
	Buckets: prometheus.ExponentialBuckets(0.001, 2, 13),
}, []string{"outcome"})

// Held counts one pod's wait.
func Held(o Outcome, d time.Duration) { holds.WithLabelValues(string(o)).Observe(d.Seconds()) }
