package usage

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// said is what a kubelet says of one container at a time after noon, in seconds.
type said struct{ at, start, cpu float64 }

func after(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }

func (s said) point() *point {
	return &point{at: after(s.at), start: after(s.start), cpu: time.Duration(s.cpu * float64(time.Second)), memory: 100}
}

func TestContainers(t *testing.T) {
	for _, c := range []struct {
		name  string
		looks []said
		want  string // thousandths of a processor, seconds; empty: not known
	}{
		{"one look", []said{{100, 0, 10}}, ""},
		{"two looks", []said{{100, 0, 10}, {115, 0, 13}}, "200m 15s"},
		{"three looks", []said{{100, 0, 10}, {115, 0, 13}, {130, 0, 13}}, "0m 15s"},
		{"just started", []said{{5, 0, 2}}, ""},
		{"started ten seconds ago", []said{{10, 0, 2}}, "200m 10s"},
		{"started longer ago", []said{{15, 0, 2}}, ""},
		{"started anew", []said{{100, 0, 50}, {115, 112, 1}}, ""},
		{"started anew, and looked at again", []said{{100, 0, 50}, {115, 112, 1}, {130, 112, 4}}, "200m 15s"},
		{"the runtime has not looked again", []said{{100, 0, 10}, {115, 0, 13}, {115, 0, 13}}, "200m 15s"},
		{"the counter goes back", []said{{100, 0, 10}, {115, 0, 5}}, ""},
		{"the clock goes back", []said{{100, 0, 10}, {95, 0, 11}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var k *known
			for _, s := range c.looks {
				k = k.next(report{containers: map[container]*point{{"ns", "pod", "c"}: s.point()}})
			}
			got := ""
			if cs := k.pods[podKey{"ns", "pod"}]; len(cs) > 0 {
				got = fmt.Sprintf("%dm %v", cs[0].CPU/1e6, cs[0].Window)
				if last := c.looks[len(c.looks)-1]; !cs[0].At.Equal(after(last.at)) || cs[0].Memory != 100 {
					t.Errorf("at %v, %d bytes", cs[0].At, cs[0].Memory)
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestWholePods: a pod of which one container is not known is not known.
func TestWholePods(t *testing.T) {
	old, young := said{100, 0, 10}, said{115, 113, 1}
	k := (*known)(nil).next(report{containers: map[container]*point{{"ns", "pod", "a"}: old.point(), {"ns", "other", "a"}: old.point()}})
	old.at, old.cpu = 115, 11
	k = k.next(report{containers: map[container]*point{{"ns", "pod", "a"}: old.point(), {"ns", "pod", "b"}: young.point(), {"ns", "other", "a"}: old.point()}})
	if len(k.pods) != 1 || k.pods[podKey{"ns", "other"}] == nil {
		t.Errorf("known: %v", k.pods)
	}
}

func TestNodes(t *testing.T) {
	at := func(s, cpu float64) report { return report{node: *said{s, 0, cpu}.point()} }
	k := (*known)(nil).next(at(100, 10))
	if k.node.Window != 0 {
		t.Errorf("after one look: %+v", k.node)
	}
	k = k.next(at(115, 40))
	if want := (Use{after(115), 15 * time.Second, 2e9, 100}); k.node != want {
		t.Errorf("%+v, want %+v", k.node, want)
	}
	if k = k.next(at(120, 1)); k.node.Window != 0 {
		t.Errorf("after the node was started anew: %+v", k.node)
	}
}

func TestParse(t *testing.T) {
	now := noon
	r := parse([]byte(`# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="c",namespace="ns",pod="p"} 1.5 1772366400000
container_memory_working_set_bytes{container="c",namespace="ns",pod="p"} 2.048e+06 1772366400000
container_start_time_seconds{container="c",namespace="ns",pod="p"} 1.772366300123e+09
container_cpu_usage_seconds_total{container="half",namespace="ns",pod="p"} 1.5 1772366400000
container_memory_working_set_bytes{container="other half",namespace="ns",pod="p"} 5
container_cpu_usage_seconds_total{container="bad",namespace="ns",pod="p"} NaN 1772366400000
container_cpu_usage_seconds_total{container="bad" 1
container_cpu_usage_seconds_total}{ 1
pod_cpu_usage_seconds_total{namespace="ns",pod="p"} 7 1772366400000
node_cpu_usage_seconds_total 12.25
node_memory_working_set_bytes 4096 1772366400000
node_memory_working_set_bytes
`), now)
	if want := (point{at: now, cpu: 12250 * time.Millisecond, memory: 4096}); r.node != want {
		t.Errorf("the node: %+v, want %+v", r.node, want)
	}
	if len(r.containers) != 1 {
		t.Errorf("containers: %v", r.containers)
	}
	p := r.containers[container{"ns", "p", "c"}]
	if p == nil || p.cpu != 1500*time.Millisecond || p.memory != 2048000 || !p.at.Equal(noon) || p.start.Round(time.Millisecond).UnixMilli() != 1772366300123 {
		t.Errorf("the container: %+v", p)
	}
}
