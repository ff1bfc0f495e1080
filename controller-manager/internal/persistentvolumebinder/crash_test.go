package persistentvolumebinder

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

// TestCrashes makes random claims and volumes, removes some, and stops the
// controller after a random number of writes each time. Whatever happened, a
// volume is bound to one claim at most, the two agree in the end, and no claim
// waits that a free volume would do for.
func TestCrashes(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := newMade()
		for i := range 40 {
			switch r.IntN(6) {
			case 0, 1:
				m.addVolume(fmt.Sprintf("v%d", i), fmt.Sprintf("%dGi", 1+r.IntN(5)), "disk")
			case 2, 3:
				c := m.addClaim(fmt.Sprintf("c%d", i), fmt.Sprintf("%dGi", 1+r.IntN(5)), "disk")
				if names := sortedNames(m.volumes); r.IntN(4) == 0 && len(names) > 0 {
					c.Spec.VolumeName = names[r.IntN(len(names))]
				}
			case 4:
				if names := sortedNames(m.claims); len(names) > 0 && r.IntN(2) == 0 {
					delete(m.claims, names[r.IntN(len(names))])
				}
			case 5:
				m.addVolume(fmt.Sprintf("v%d", i), "3Gi", "disk", held(fmt.Sprintf("c%d", i+1), ""))
			}
			m.rest(t, r.IntN(5))
			m.check(t, seed)
		}
		m.rest(t, 1000)
		m.check(t, seed)
		for _, c := range m.claims {
			if c.Status.Phase == core.ClaimBound {
				if v := m.volumes[c.Spec.VolumeName]; v.Status.Phase != core.VolumeBound || v.Spec.ClaimRef.UID != c.UID || !c.FullyBound() {
					t.Fatalf("seed %d: %s is bound, %s is %s: %s", seed, c.Name, v.Name, v.Status.Phase, m.state())
				}
			} else if c.Spec.VolumeName == "" && c.Best(m.candidates(c), nil, nil) != nil {
				t.Fatalf("seed %d: %s waits for nothing: %s", seed, c.Name, m.state())
			}
		}
	}
}

// check asks what must hold at any time: no two claims that are bound to one
// volume, nor one of our choice that is smaller than was asked for.
func (m *made) check(t *testing.T, seed uint64) {
	t.Helper()
	by := map[string]string{}
	for _, c := range m.claims {
		if c.Status.Phase != core.ClaimBound {
			continue
		}
		if other := by[c.Spec.VolumeName]; other != "" {
			t.Fatalf("seed %d: %s has %s and %s", seed, c.Spec.VolumeName, other, c.Name)
		}
		by[c.Spec.VolumeName] = c.Name
		if v := m.volumes[c.Spec.VolumeName]; v == nil || v.Holds() < c.Asks() && c.Annotations[core.AnnotationBoundByController] != "" {
			t.Fatalf("seed %d: %s is bound to what does not do: %s", seed, c.Name, m.state())
		}
	}
}
