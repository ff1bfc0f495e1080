package nftables

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

// plan remembers what the kernel's table holds and turns changes into the text of one
// transaction. It touches nothing itself.
type plan struct {
	config  Config
	f       family
	pools   map[poolKey]*pool
	numbers numbers
	pickers pickers
	claims  claims
	slots   int                 // endpoint slots that exist
	sticky  map[stickySlot]bool // slots that remember clients
	newSlot []string            // text of slots the next transaction makes
	vacated map[string][]uint32 // clients to forget: affinity set -> pools whose endpoint left that slot
}

type stickySlot struct {
	slot    int
	timeout time.Duration
}

func newPlan(c Config) *plan {
	return &plan{
		config:  c,
		f:       c.family(),
		pools:   map[poolKey]*pool{},
		pickers: pickers{byShape: map[string][]*picker{}, used: map[uint32]*picker{}},
		claims:  newClaims(),
		sticky:  map[stickySlot]bool{},
		vacated: map[string][]uint32{},
	}
}

// numbers hands out pool numbers, the lowest free one first. Zero is never given.
type numbers struct {
	free []uint32
	last uint32
}

func (n *numbers) take() (uint32, error) {
	if k := len(n.free); k > 0 {
		v := n.free[k-1]
		n.free = n.free[:k-1]
		return v, nil
	}
	if n.last+1 >= maxPools {
		return 0, fmt.Errorf("more than %d service ports with endpoints", maxPools-1)
	}
	n.last++
	return n.last, nil
}

func (n *numbers) give(v uint32) { n.free = append(n.free, v) }

// add takes one change into the plan.
func (p *plan) add(ch table.Change) error {
	if ch.New == nil {
		p.dropPool(poolKey{ch.Name, false})
		p.dropPool(poolKey{ch.Name, true})
		p.claims.set(ch.Name, nil)
		return nil
	}
	elements, err := p.elements(ch.New)
	if err != nil {
		return fmt.Errorf("service port %s: %w", ch.Name, err)
	}
	p.claims.set(ch.Name, elements)
	return nil
}

// elements returns every element that the port wants, and brings its pools up to date.
func (p *plan) elements(port *table.Port) ([]element, error) {
	cluster, err := p.pool(poolKey{port.Name, false}, port.Cluster, port.Affinity)
	if err != nil {
		return nil, err
	}
	local, err := p.pool(poolKey{port.Name, true}, port.Local, port.Affinity)
	if err != nil {
		return nil, err
	}
	list := []element{{set: setClusterIPs, key: port.ClusterIP.String()}}
	list = append(list, p.internal(port, cluster, local)...)
	list = append(list, p.external(port, cluster, local)...)
	list = append(list, restrictions(port)...)
	for _, pl := range []*pool{cluster, local} {
		list = append(list, endpointElements(pl)...)
	}
	return list, nil
}

// internal leads the cluster IP to its pool. Without endpoints there is nothing to do: the
// set of cluster IPs rejects.
func (p *plan) internal(port *table.Port, cluster, local *pool) []element {
	key := frontend(port.ClusterIP, port.Name.Protocol, port.Port)
	target := cluster
	if port.InternalLocal {
		target = local
	}
	switch {
	case target != nil:
		return []element{{setServices, key, markText(target, p.config.MasqueradeAll)}}
	case cluster != nil:
		return []element{{set: setDropped, key: key}}
	}
	return nil
}

// external leads external addresses and the node port. Under the policy Cluster the source
// is masqueraded, because the endpoint may be on another node and its answer must come
// back here. Under Local it is kept.
func (p *plan) external(port *table.Port, cluster, local *pool) []element {
	var list []element
	for _, a := range port.ExternalAddrs() {
		key := frontend(a, port.Name.Protocol, port.Port)
		list = append(list, externalEntry(port, key, cluster, local, externalSets)...)
	}
	if port.NodePort != 0 {
		key := fmt.Sprintf("%s . %d", proto(port.Name.Protocol), port.NodePort)
		list = append(list, externalEntry(port, key, cluster, local, nodePortSets)...)
	}
	return list
}

// entrySets names the sets for one kind of way in from outside.
type entrySets struct{ to, inside, rejected, dropped string }

var (
	externalSets = entrySets{setServices, setInsideServices, setRejected, setDropped}
	nodePortSets = entrySets{setNodePorts, setInsideNodePorts, setRejectedNodePorts, setDroppedNodePorts}
)

func externalEntry(port *table.Port, key string, cluster, local *pool, sets entrySets) []element {
	switch {
	case cluster == nil && local == nil:
		return []element{{set: sets.rejected, key: key}}
	case !port.ExternalLocal:
		return []element{{sets.to, key, markText(cluster, true)}}
	}
	var list []element
	if cluster != nil {
		list = append(list, element{sets.inside, key, markText(cluster, false)})
	}
	if local != nil {
		return append(list, element{sets.to, key, markText(local, false)})
	}
	return append(list, element{set: sets.dropped, key: key})
}

// restrictions limit who may use the load balancer's addresses.
func restrictions(port *table.Port) []element {
	if len(port.SourceRanges) == 0 {
		return nil
	}
	var list []element
	for _, a := range port.LoadBalancerIPs {
		key := frontend(a, port.Name.Protocol, port.Port)
		list = append(list, element{set: setRestricted, key: key})
		for _, r := range port.SourceRanges {
			list = append(list, element{set: setAllowed, key: key + " . " + r.String()})
		}
	}
	return list
}

func endpointElements(pl *pool) []element {
	if pl == nil {
		return nil
	}
	var list []element
	for i, a := range pl.slots {
		if !a.IsValid() {
			continue
		}
		ip := a.Addr().String()
		list = append(list,
			element{endpointMap(i), fmt.Sprintf("%#x", pl.bits()), fmt.Sprintf("%s . %d", ip, a.Port())},
			element{set: setHairpin, key: ip + " . " + ip})
	}
	return list
}

func frontend(a netip.Addr, protocol core.Protocol, port uint16) string {
	return fmt.Sprintf("%s . %s . %d", a, proto(protocol), port)
}

func proto(p core.Protocol) string { return strings.ToLower(string(p)) }

func markText(pl *pool, masquerade bool) string {
	m := pl.mark()
	if masquerade {
		m |= masqueradeBit
	}
	return fmt.Sprintf("%#x", m)
}

// pool brings one pool up to date and returns it, or nil when it has no endpoints.
func (p *plan) pool(key poolKey, endpoints []table.Endpoint, affinity time.Duration) (*pool, error) {
	if len(endpoints) == 0 {
		p.dropPool(key)
		return nil, nil
	}
	pl := p.pools[key]
	if pl == nil {
		number, err := p.numbers.take()
		if err != nil {
			return nil, err
		}
		pl = &pool{number: number}
		p.pools[key] = pl
	}
	before := pl.slots
	pl.slots = assign(before, endpoints, affinity > 0)
	p.vacate(pl, before)
	return pl, p.repick(pl, affinity)
}

// repick gives the pool a picker that fits its slots.
func (p *plan) repick(pl *pool, affinity time.Duration) error {
	shape, occupied := shapeOf(pl.slots, affinity)
	if pl.picker != nil && pl.picker.shape == shape {
		return nil
	}
	if pl.picker != nil {
		p.pickers.release(pl.picker)
	}
	p.needSlots(occupied, affinity)
	picker, err := p.pickers.acquire(shape, occupied, affinity)
	pl.picker = picker
	return err
}

func (p *plan) needSlots(occupied []int, affinity time.Duration) {
	for ; p.slots <= occupied[len(occupied)-1]; p.slots++ {
		p.newSlot = append(p.newSlot, slotText(p.f, p.slots))
	}
	if affinity == 0 {
		return
	}
	for _, slot := range occupied {
		if s := (stickySlot{slot, affinity}); !p.sticky[s] {
			p.sticky[s] = true
			p.newSlot = append(p.newSlot, stickyText(p.f, slot, affinity))
		}
	}
}

func (p *plan) dropPool(key poolKey) {
	pl := p.pools[key]
	if pl == nil {
		return
	}
	delete(p.pools, key)
	p.vacate(&pool{number: pl.number, picker: pl.picker}, pl.slots)
	p.pickers.release(pl.picker)
	p.numbers.give(pl.number)
}

// vacate notes which clients no longer have their endpoint: those of slots that now hold
// another endpoint, or none.
func (p *plan) vacate(pl *pool, before []netip.AddrPort) {
	if pl.picker == nil || pl.picker.timeout == 0 {
		return
	}
	for i, a := range before {
		if a.IsValid() && (i >= len(pl.slots) || pl.slots[i] != a) {
			set := affinitySet(i, pl.picker.timeout)
			p.vacated[set] = append(p.vacated[set], pl.bits())
		}
	}
}

// text returns the transaction for all changes added since the last call; empty when there
// is nothing to do.
func (p *plan) text() string {
	var b strings.Builder
	for _, s := range p.newSlot {
		b.WriteString(s)
	}
	p.newSlot = nil
	p.writeNewPickers(&b)
	del, add := p.claims.diff()
	writeElements(&b, p.f, "delete", del)
	writeElements(&b, p.f, "add", add)
	p.writeOldPickers(&b)
	return b.String()
}

func (p *plan) writeNewPickers(b *strings.Builder) {
	for _, pk := range p.pickers.added {
		if pk.gone { // came and went within one transaction
			continue
		}
		fmt.Fprintf(b, "add chain %s %s %s\n", p.f.ip, tableName, pk.chain())
		for _, line := range pk.rules(p.f) {
			fmt.Fprintf(b, "add rule %s %s %s %s\n", p.f.ip, tableName, pk.chain(), line)
		}
		fmt.Fprintf(b, "add element %s %s pickers { %#x : goto %s }\n", p.f.ip, tableName, pk.number<<pickerShift, pk.chain())
		pk.isNew = false
	}
	p.pickers.added = nil
}

func (p *plan) writeOldPickers(b *strings.Builder) {
	for _, pk := range p.pickers.removed {
		delete(p.pickers.used, pk.number)
		if pk.isNew { // never reached the kernel
			continue
		}
		fmt.Fprintf(b, "delete element %s %s pickers { %#x }\n", p.f.ip, tableName, pk.number<<pickerShift)
		fmt.Fprintf(b, "flush chain %[1]s %[2]s %[3]s\ndelete chain %[1]s %[2]s %[3]s\n", p.f.ip, tableName, pk.chain())
	}
	p.pickers.removed = nil
}

// perLine is how many elements one nft command carries.
const perLine = 200

// writeElements writes commands for sorted elements, many to a command.
func writeElements(b *strings.Builder, f family, verb string, list []element) {
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(e element) bool { return e.set != list[0].set })
		if n < 0 {
			n = len(list)
		}
		n = min(n, perLine)
		fmt.Fprintf(b, "%s element %s %s %s { ", verb, f.ip, tableName, list[0].set)
		for i, e := range list[:n] {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(e.key)
			if e.value != "" {
				b.WriteString(" : " + e.value)
			}
		}
		b.WriteString(" }\n")
		list = list[n:]
	}
}
