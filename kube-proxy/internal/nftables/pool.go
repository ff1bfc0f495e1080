package nftables

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// The mark that a packet carries from the lookup of its service to the choice of an
// endpoint (and no further) is made of three parts: which picker, which pool, and whether
// to masquerade. Bit 14 is the one that other proxies use for the same purpose.
const (
	masqueradeBit = 0x4000
	pickerShift   = 20
	pickerMask    = 0xfff00000
	poolMask      = 0x000fbfff

	maxPools   = 1 << 19
	maxPickers = 1<<12 - 1
	// ownPickers is how many pickers may exist before pools of the same shape share one.
	// It bounds what the kernel must check again when a picker is added, so that an update
	// costs the same however many services there are.
	ownPickers = 256
	// idlePickers is how many pickers may exist before one that nobody uses is deleted.
	// Scaling a service back and forth then makes and deletes no chains.
	idlePickers = 64
)

// poolKey names a pool: the endpoints of one service port, either all or this node's only.
type poolKey struct {
	name  table.Name
	local bool
}

// pool is a list of endpoints among which connections are spread. Its number is the key
// into the endpoint maps. slots[i] is in the map endpoints-i; the zero value is a hole.
type pool struct {
	number uint32
	slots  []netip.AddrPort
	picker *picker
}

// bits returns the pool's number as it stands in a mark, around the masquerade bit.
func (p *pool) bits() uint32 { return p.number&0x3fff | p.number>>14<<15 }

// mark returns the value that leads a packet to this pool.
func (p *pool) mark() uint32 { return p.picker.number<<pickerShift | p.bits() }

// assign places the endpoints in slots: those that were there stay where they are, new
// ones take the lowest free slot. Without affinity holes are closed by moving the last;
// with affinity a client's slot must keep its meaning, so holes stay.
func assign(old []netip.AddrPort, now []table.Endpoint, affinity bool) []netip.AddrPort {
	wanted := make(map[netip.AddrPort]bool, len(now))
	for _, e := range now {
		wanted[e.Addr] = true
	}
	slots := slices.Clone(old)
	for i, a := range slots {
		if !wanted[a] {
			slots[i] = netip.AddrPort{}
		}
		delete(wanted, a)
	}
	free := 0
	for _, e := range now {
		if !wanted[e.Addr] {
			continue
		}
		for free < len(slots) && slots[free].IsValid() {
			free++
		}
		if free == len(slots) {
			slots = append(slots, netip.AddrPort{})
		}
		slots[free] = e.Addr
	}
	return trim(slots, !affinity)
}

// trim cuts empty slots off the end and, when asked, fills holes with the last ones.
func trim(slots []netip.AddrPort, compact bool) []netip.AddrPort {
	for i := 0; i < len(slots); i++ {
		for len(slots) > i && !slots[len(slots)-1].IsValid() {
			slots = slots[:len(slots)-1]
		}
		if compact && i < len(slots) && !slots[i].IsValid() {
			slots[i] = slots[len(slots)-1]
			slots = slots[:len(slots)-1]
		}
	}
	return slots
}

// picker is a chain that chooses one of a pool's slots in turn. The kernel counts inside
// its one rule, so a pool with a picker of its own gets a true round robin.
type picker struct {
	number   uint32
	shape    string
	occupied []int
	timeout  time.Duration
	users    int
	isNew    bool // not yet in the kernel
	gone     bool // to be deleted
}

// shapeOf describes what a picker must do for these slots: two pools of one shape can share.
func shapeOf(slots []netip.AddrPort, timeout time.Duration) (shape string, occupied []int) {
	for i, a := range slots {
		if a.IsValid() {
			occupied = append(occupied, i)
		}
	}
	return fmt.Sprint(occupied, timeout), occupied
}

func (p *picker) chain() string { return fmt.Sprintf("picker-%d", p.number) }

// rules returns the lines of the picker's chain.
func (p *picker) rules(f family) []string {
	var lines []string
	if p.timeout > 0 {
		for _, slot := range p.occupied {
			lines = append(lines, fmt.Sprintf("%s saddr . meta mark & %#x @%s goto %s",
				f.ip, poolMask, affinitySet(slot, p.timeout), endpointChain(slot, p.timeout)))
		}
	}
	if len(p.occupied) == 1 {
		return append(lines, "goto "+endpointChain(p.occupied[0], p.timeout))
	}
	targets := make([]string, len(p.occupied))
	for i, slot := range p.occupied {
		targets[i] = fmt.Sprintf("%d : goto %s", i, endpointChain(slot, p.timeout))
	}
	return append(lines, fmt.Sprintf("numgen inc mod %d vmap { %s }", len(targets), strings.Join(targets, ", ")))
}

func endpointMap(slot int) string { return fmt.Sprintf("endpoints-%d", slot) }

func endpointChain(slot int, timeout time.Duration) string {
	if timeout > 0 {
		return fmt.Sprintf("endpoint-%d-sticky-%d", slot, int(timeout.Seconds()))
	}
	return fmt.Sprintf("endpoint-%d", slot)
}

func affinitySet(slot int, timeout time.Duration) string {
	return fmt.Sprintf("clients-%d-%d", slot, int(timeout.Seconds()))
}

// pickers holds all pickers of a table.
type pickers struct {
	byShape map[string][]*picker
	used    map[uint32]*picker
	next    uint32
	// added and removed are the pickers that the next transaction must make or delete.
	added, removed []*picker
}

// acquire returns a picker of that shape for one more pool: its own, or when there are
// many the least used of the shape.
func (ps *pickers) acquire(shape string, occupied []int, timeout time.Duration) (*picker, error) {
	same := ps.byShape[shape]
	if len(same) > 0 {
		p := slices.MinFunc(same, func(a, b *picker) int { return a.users - b.users })
		single := len(occupied) == 1 // nothing to count: all share
		if single || p.users == 0 || len(ps.used) >= ownPickers {
			p.users++
			return p, nil
		}
	}
	number, err := ps.freeNumber()
	if err != nil {
		return nil, err
	}
	p := &picker{number: number, shape: shape, occupied: occupied, timeout: timeout, users: 1, isNew: true}
	ps.used[number] = p
	ps.byShape[shape] = append(same, p)
	ps.added = append(ps.added, p)
	return p, nil
}

func (ps *pickers) freeNumber() (uint32, error) {
	if len(ps.used) >= maxPickers {
		return 0, fmt.Errorf("more than %d different numbers of endpoints", maxPickers)
	}
	for {
		ps.next = ps.next%maxPickers + 1
		if ps.used[ps.next] == nil {
			return ps.next, nil
		}
	}
}

// release gives a picker back. One that nobody uses any more stays as long as there are few.
func (ps *pickers) release(p *picker) {
	p.users--
	if p.users > 0 || len(ps.used) <= idlePickers {
		return
	}
	// Its number stays taken until the transaction that deletes it is made.
	ps.byShape[p.shape] = slices.DeleteFunc(ps.byShape[p.shape], func(o *picker) bool { return o == p })
	if len(ps.byShape[p.shape]) == 0 {
		delete(ps.byShape, p.shape)
	}
	p.gone = true
	ps.removed = append(ps.removed, p)
}
