package placement

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/random"
)

// TestWhatIsKeptChangesNoDecision: on random clusters, with changes in
// between, a chooser that keeps its findings and one that keeps nothing come to
// the same node or the same message, for every pod.
func TestWhatIsKeptChangesNoDecision(t *testing.T) {
	var chosen, refused, again int
	for seed := range uint64(20) {
		m := random.New(seed)
		c := cluster.New()
		for _, ns := range random.Namespaces {
			c.SetNamespace(ns, m.NamespaceLabels())
		}
		nodes := 10 + m.IntN(150) // with and without a search that ends early
		for i := range nodes {
			c.SetNode(m.Node(i))
		}
		keeps, forgets := New(DefaultProfile()), New(DefaultProfile())
		keeps.Rand, forgets.Rand = rand.New(rand.NewPCG(seed, 2)), rand.New(rand.NewPCG(seed, 2))
		forgets.Forgetful = true
		templates := make([]*core.Pod, 6)
		for i := range templates {
			templates[i] = m.Pod()
			templates[i].DeletionTimestamp = nil
		}
		var placed []meta.UID
		for step := range 300 {
			o := templates[m.IntN(len(templates))].DeepCopy()
			o.Name = fmt.Sprintf("%s-%d", o.Name, step)
			o.UID = meta.UID(o.Name)
			p := cluster.NewPod(o)
			known := keeps.known(p, c)
			if known != nil {
				// What is known costs no random numbers: let both have them.
				keeps.failures = map[string]*Failure{}
				again++
			}
			a, why := keeps.Choose(p, c)
			b, whyNot := forgets.Choose(p, c)
			if known != nil && (whyNot == nil || known.Message != whyNot.Message) {
				t.Fatalf("seed %d, step %d: known to fail with %q, but %v", seed, step, known.Message, whyNot)
			}
			if a != b || (why == nil) != (whyNot == nil) || why != nil && why.Message != whyNot.Message {
				t.Fatalf("seed %d, step %d: %v (%v) and %v (%v)", seed, step, a, why, b, whyNot)
			}
			if a == nil {
				refused++
			} else {
				chosen++
				c.SetPod(p, a.Name)
				placed = append(placed, p.UID)
			}
			switch m.IntN(8) {
			case 0:
				c.SetNode(m.Node(m.IntN(nodes)))
			case 1:
				c.RemoveNode(fmt.Sprintf("n%d", m.IntN(nodes)))
			case 2:
				if len(placed) > 0 {
					c.RemovePod(placed[m.IntN(len(placed))])
				}
			}
		}
	}
	if chosen < 500 || refused < 500 || again < 100 {
		t.Errorf("%d chosen, %d refused, %d of them known before; the test shows little", chosen, refused, again)
	}
}

// TestTheSameFailureIsNotWorkedOutTwice: but it is as soon as anything changes.
func TestTheSameFailureIsNotWorkedOutTwice(t *testing.T) {
	c := cluster.New()
	c.SetNode(node("a", "1"))
	chooser := New(DefaultProfile())
	_, first := chooser.Choose(pod("p1", "2", "rc"), c)
	_, second := chooser.Choose(pod("p2", "2", "rc"), c)
	if first == nil || first != second {
		t.Errorf("two pods of one class fail with %p and %p, want the same", first, second)
	}
	if _, other := chooser.Choose(pod("p3", "3", "rc"), c); other == first {
		t.Error("a pod that asks for more shares the failure")
	}
	c.SetNode(node("b", "2"))
	if n, _ := chooser.Choose(pod("p4", "2", "rc"), c); n == nil || n.Name != "b" {
		t.Errorf("after b came: %v, want b", n)
	}
}

// TestShapes: one that comes once is not kept; the one unused for longest gives
// way, but only if it was not used for long.
func TestShapes(t *testing.T) {
	var s shapes
	nodes := mostFindings / 8 // room for eight
	a := pod("a", "1", "")
	if s.of(a, nodes) != nil {
		t.Error("findings are kept for a shape that was seen once")
	}
	kept := s.of(a, nodes)
	if kept == nil || s.of(pod("b", "1", "other"), nodes) != kept {
		t.Error("pods of one shape do not share findings")
	}
	for i := range 20 {
		p := pod("c", fmt.Sprint(i+2), "")
		s.of(p, nodes)
		s.of(p, nodes)
	}
	if len(s.known) > 8 {
		t.Errorf("%d shapes are kept, want 8", len(s.known))
	}
}
