package nodelifecycle

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Limits cap how fast pods are driven away when many nodes fall silent at
// once: the fault may then lie between us and them.
type Limits struct {
	UnhealthyThreshold float64 // share of unhealthy nodes from which a zone counts as disrupted
	Rate               float64 // nodes a second that may lose their pods in a healthy zone
	SecondaryRate      float64 // the same in a disrupted zone of a large cluster
	LargeCluster       int     // nodes above which a zone is large; a smaller disrupted one loses none
}

// zoneState is the health of the nodes of one zone.
type zoneState int

const (
	zoneNormal  zoneState = iota // few nodes or none are unhealthy
	zonePartial                  // at least the threshold's share are
	zoneFull                     // all are
)

// zoneOf names node's zone.
func zoneOf(node *core.Node) string {
	return node.Labels[core.LabelTopologyRegion] + "/" + node.Labels[core.LabelTopologyZone]
}

// census counts the nodes of a zone.
type census struct{ ready, unhealthy int }

func (c census) state(threshold float64) zoneState {
	switch {
	case c.ready == 0 && c.unhealthy > 0:
		return zoneFull
	case c.unhealthy > 2 && float64(c.unhealthy)/float64(c.unhealthy+c.ready) >= threshold:
		return zonePartial
	}
	return zoneNormal
}

// countZones takes the census of all zones. Nodes that have not reported yet
// are left out: they carry no pods that could be lost.
func countZones(nodes []*core.Node) map[string]census {
	zones := map[string]census{}
	for _, n := range nodes {
		c := zones[zoneOf(n)]
		switch readiness(n) {
		case core.ConditionTrue:
			c.ready++
		case "":
			continue
		default:
			c.unhealthy++
		}
		zones[zoneOf(n)] = c
	}
	return zones
}

// evictionRate is the number of nodes a second of zone that may lose their
// pods. When every zone is down nobody loses any: it is we who are cut off.
func (l Limits) evictionRate(zone string, zones map[string]census) float64 {
	c := zones[zone]
	switch state := c.state(l.UnhealthyThreshold); {
	case allDown(zones, l.UnhealthyThreshold):
		return 0
	case state == zonePartial && c.ready+c.unhealthy > l.LargeCluster:
		return l.SecondaryRate
	case state == zonePartial:
		return 0
	}
	return l.Rate
}

// allDown tells whether no zone has a healthy node.
func allDown(zones map[string]census, threshold float64) bool {
	for _, c := range zones {
		if c.state(threshold) != zoneFull {
			return false
		}
	}
	return len(zones) > 0
}

// limiter hands out leave to drive pods away, one node at a time, at a rate
// that may change. It starts with one leave in hand.
type limiter struct {
	next time.Time // when the next leave is due
}

// take asks for leave at the given rate. When it is refused, wait is when to
// ask again; zero when the rate is zero.
func (l *limiter) take(rate float64, now time.Time) (ok bool, wait time.Duration) {
	if rate <= 0 {
		return false, 0
	}
	if now.Before(l.next) {
		return false, l.next.Sub(now)
	}
	l.next = now.Add(time.Duration(float64(time.Second) / rate))
	return true, 0
}
