package apiserver

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
)

var sizeDesc = prometheus.NewDesc("apiserver_storage_size_bytes", "Size of etcd's database file.", []string{"storage_cluster_id"}, nil)

// tableMetric is a figure that every table of the cache has, under the name that
// upstream's has.
type tableMetric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*cache.Stat) float64
	more []string // the values of further labels
}

func tableGauge(name, help string, of func(*cache.Stat) float64) tableMetric {
	return tableMetric{prometheus.NewDesc(name, help, []string{"resource"}, nil), prometheus.GaugeValue, of, nil}
}

func tableCounter(name, help string, of func(*cache.Stat) float64) tableMetric {
	return tableMetric{prometheus.NewDesc(name, help, []string{"resource"}, nil), prometheus.CounterValue, of, nil}
}

var tableMetrics = []tableMetric{
	tableGauge("apiserver_storage_objects", "Objects that are stored, by resource.", func(s *cache.Stat) float64 { return float64(s.Objects) }),
	tableGauge("apiserver_registered_watchers", "Watches that are open, by resource.", func(s *cache.Stat) float64 { return float64(s.Watches) }),
	tableGauge("watch_cache_capacity", "Changes that are kept for watches at most, by resource.", func(s *cache.Stat) float64 { return float64(s.Capacity) }),
	tableGauge("apiserver_watch_cache_resource_version", "The revision that the cache has reached, by resource.", func(s *cache.Stat) float64 { return float64(s.Revision) }),
	tableCounter("apiserver_watch_cache_initializations_total", "Times that everything was read from etcd, by resource.", func(s *cache.Stat) float64 { return float64(s.Loads) }),
	tableCounter("apiserver_watch_cache_events_received_total", "Changes that came from etcd, by resource.", func(s *cache.Stat) float64 { return float64(s.Received) }),
	tableCounter("apiserver_watch_cache_events_dispatched_total", "Changes that watches were told of, once for each watch, by resource.", func(s *cache.Stat) float64 { return float64(s.Told) }),
	tableCounter("apiserver_init_events_total", "Objects that watches began with, by resource.", func(s *cache.Stat) float64 { return float64(s.Initial) }),
	tableCounter("apiserver_terminated_watchers_total", "Watches that were ended because their clients were too slow, by resource.", func(s *cache.Stat) float64 { return float64(s.Terminated) }),
	{prometheus.NewDesc("apiserver_watch_cache_consistent_read_total", "Lists of the current state that the cache answered, which is all of them, by resource.",
		[]string{"resource", "success", "fallback"}, nil), prometheus.CounterValue, func(s *cache.Stat) float64 { return float64(s.Fresh) }, []string{"true", "false"}},
}

// stored tells of what the cache and etcd hold.
type stored struct {
	cache *cache.Cache
	etcd  *etcd.Etcd
}

// Describe is for prometheus.Collector.
func (s stored) Describe(out chan<- *prometheus.Desc) {
	for i := range tableMetrics {
		out <- tableMetrics[i].desc
	}
	out <- sizeDesc
}

// Collect is for prometheus.Collector.
func (s stored) Collect(out chan<- prometheus.Metric) {
	if size, err := s.etcd.Size(context.Background()); err == nil {
		out <- prometheus.MustNewConstMetric(sizeDesc, prometheus.GaugeValue, float64(size), "etcd-0")
	}
	stats := s.cache.Stats()
	for i := range tableMetrics {
		m := &tableMetrics[i]
		for j := range stats {
			out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.of(&stats[j]), append([]string{stats[j].Resource}, m.more...)...)
		}
	}
}

// deprecatedGauge tells which deprecated resources were asked for since the start.
func deprecatedGauge() *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_requested_deprecated_apis",
		Help: "1 for each deprecated resource that somebody has asked for."}, []string{"group", "version", "resource", "subresource", "removed_release"})
}
