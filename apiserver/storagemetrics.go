package apiserver

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
)

var (
	objectsDesc = prometheus.NewDesc("apiserver_storage_objects", "Objects that are stored, by resource.", []string{"resource"}, nil)
	watchesDesc = prometheus.NewDesc("apiserver_registered_watchers", "Watches that are open, by resource.", []string{"resource"}, nil)
)

// stored tells of what the cache holds.
type stored struct{ cache *cache.Cache }

// Describe is for prometheus.Collector.
func (s stored) Describe(out chan<- *prometheus.Desc) {
	out <- objectsDesc
	out <- watchesDesc
}

// Collect is for prometheus.Collector.
func (s stored) Collect(out chan<- prometheus.Metric) {
	for _, t := range s.cache.Stats() {
		out <- prometheus.MustNewConstMetric(objectsDesc, prometheus.GaugeValue, float64(t.Objects), t.Resource)
		out <- prometheus.MustNewConstMetric(watchesDesc, prometheus.GaugeValue, float64(t.Watches), t.Resource)
	}
}
