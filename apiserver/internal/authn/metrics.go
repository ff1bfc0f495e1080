package authn

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// tokenUses counts the service accounts' tokens that were shown, under the names
// that upstream's metrics have.
type tokenUses struct{ valid, stale, legacy atomic.Int64 }

var (
	validDesc = prometheus.NewDesc("serviceaccount_valid_tokens_total",
		"Requests with tokens of pods that are not older than their holders think.", nil, nil)
	staleDesc = prometheus.NewDesc("serviceaccount_stale_tokens_total",
		"Requests with tokens of pods that their holders should have renewed by now.", nil, nil)
	legacyDesc = prometheus.NewDesc("serviceaccount_legacy_tokens_total",
		"Requests with tokens that lie in secrets and never end.", nil, nil)
)

// Describe is for prometheus.Collector.
func (s *ServiceAccounts) Describe(out chan<- *prometheus.Desc) {
	out <- validDesc
	out <- staleDesc
	out <- legacyDesc
}

// Collect is for prometheus.Collector.
func (s *ServiceAccounts) Collect(out chan<- prometheus.Metric) {
	for desc, n := range map[*prometheus.Desc]*atomic.Int64{validDesc: &s.uses.valid, staleDesc: &s.uses.stale, legacyDesc: &s.uses.legacy} {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(n.Load()))
	}
}
