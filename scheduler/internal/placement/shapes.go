package placement

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// keptMarks is of how many scores the marks are kept.
const keptMarks = 4

// mostFindings is how many findings are kept together, about 48 MB.
const mostFindings = 500_000

// finding is what is known about a node for pods of one shape. It holds for
// the generation of the node that it was made for.
type finding struct {
	checked uint64
	refusal *filter.Refusal
	marked  [keptMarks]uint64
	marks   [keptMarks]int64
}

// shape is what is known about all nodes for pods of one shape.
type shape struct {
	findings []finding // by slot
	used     uint64
}

// finding is what is known about n.
func (s *shape) finding(n *cluster.Node) *finding { return &s.findings[n.Slot] }

// shapes are those that pods come in.
type shapes struct {
	known map[string]*shape
	// once are shapes that were seen a single time lately: it pays to keep
	// findings for those that come again.
	once map[string]bool
	now  uint64
}

// of is the shape of p; nil when nothing is kept for it.
func (s *shapes) of(p *cluster.Pod, nodes int) *shape {
	s.now++
	key := p.Shape()
	x := s.known[key]
	if x == nil {
		if x = s.admit(key, nodes); x == nil {
			return nil
		}
	}
	x.used = s.now
	for len(x.findings) < nodes {
		x.findings = append(x.findings, make([]finding, nodes-len(x.findings))...)
	}
	return x
}

// admit has findings kept for a shape that came before, if there is room: one
// that was not used for long gives way.
func (s *shapes) admit(key string, nodes int) *shape {
	if !s.once[key] {
		if s.once == nil || len(s.once) > 1000 {
			s.once = map[string]bool{}
		}
		s.once[key] = true
		return nil
	}
	room := max(mostFindings/max(nodes, 1), 8)
	if len(s.known) >= room {
		var oldest string
		for k, x := range s.known {
			if oldest == "" || x.used < s.known[oldest].used {
				oldest = k
			}
		}
		if s.now-s.known[oldest].used < uint64(2*room) {
			return nil
		}
		delete(s.known, oldest)
	}
	if s.known == nil {
		s.known = map[string]*shape{}
	}
	delete(s.once, key)
	x := &shape{findings: make([]finding, nodes)}
	s.known[key] = x
	return x
}

// known is why pods of p's class fit nowhere, if that was found out and
// nothing has changed since.
func (c *Chooser) known(p *cluster.Pod, in *cluster.Cluster) *Failure {
	if c.Forgetful || c.version != in.Version || len(c.failures) == 0 {
		return nil
	}
	class := p.Class()
	if class == "" {
		return nil
	}
	return c.failures[class]
}

// remember notes why p fits nowhere.
func (c *Chooser) remember(p *cluster.Pod, in *cluster.Cluster, f *Failure) {
	if c.Forgetful || p.Class() == "" {
		return
	}
	if c.version != in.Version {
		c.version = in.Version
		clear(c.failures)
	}
	c.failures[p.Class()] = f
}
