package aggregation

import "github.com/prometheus/client_golang/prometheus"

var unavailableDesc = prometheus.NewDesc("aggregator_unavailable_apiservice",
	"Whether another API server cannot be reached, by its APIService.", []string{"name"}, nil)

// Describe is for prometheus.Collector.
func (a *Aggregator) Describe(out chan<- *prometheus.Desc) { out <- unavailableDesc }

// Collect is for prometheus.Collector.
func (a *Aggregator) Collect(out chan<- prometheus.Metric) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, x := range a.all {
		unavailable := 1.0
		if x.available.Load() {
			unavailable = 0
		}
		out <- prometheus.MustNewConstMetric(unavailableDesc, prometheus.GaugeValue, unavailable, name)
	}
}
