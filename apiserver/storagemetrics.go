package apiserver

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
)

var (
	objectsDesc = prometheus.NewDesc("apiserver_storage_objects", "Objects that are stored, by resource.", []string{"resource"}, nil)
	sizeDesc    = prometheus.NewDesc("apiserver_storage_size_bytes", "Size of etcd's database file.", []string{"storage_cluster_id"}, nil)
	watchesDesc = prometheus.NewDesc("apiserver_registered_watchers", "Watches that are open, by resource.", []string{"resource"}, nil)
)

// stored tells of what the cache and etcd hold.
type stored struct {
	cache *cache.Cache
	etcd  *etcd.Etcd
}

// Describe is for prometheus.Collector.
func (s stored) Describe(out chan<- *prometheus.Desc) {
	out <- objectsDesc
	out <- watchesDesc
	out <- sizeDesc
}

// Collect is for prometheus.Collector.
func (s stored) Collect(out chan<- prometheus.Metric) {
	if size, err := s.etcd.Size(context.Background()); err == nil {
		out <- prometheus.MustNewConstMetric(sizeDesc, prometheus.GaugeValue, float64(size), "etcd-0")
	}
	for _, t := range s.cache.Stats() {
		out <- prometheus.MustNewConstMetric(objectsDesc, prometheus.GaugeValue, float64(t.Objects), t.Resource)
		out <- prometheus.MustNewConstMetric(watchesDesc, prometheus.GaugeValue, float64(t.Watches), t.Resource)
	}
}

// deprecatedGauge tells which deprecated resources were asked for since the start.
func deprecatedGauge() *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_requested_deprecated_apis",
		Help: "1 for each deprecated resource that somebody has asked for."}, []string{"group", "version", "resource", "subresource", "removed_release"})
}
