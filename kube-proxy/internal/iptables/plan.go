package iptables

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// plan remembers the rules in the kernel and turns changes into the input of
// iptables-restore --noflush: only chains that changed are in it.
type plan struct {
	config Config
	ports  map[table.Name]rules
}

func newPlan(c Config) *plan { return &plan{config: c, ports: map[table.Name]rules{}} }

// restore is the input for one run of iptables-restore, in the making.
type restore struct {
	declared map[shared]bool     // chains to create or flush
	lines    map[string][]string // by table
	removed  []string            // chains of the nat table to delete
}

func newRestore() *restore {
	return &restore{declared: map[shared]bool{}, lines: map[string][]string{}}
}

// add takes one change into the plan and the restore.
func (p *plan) add(ch table.Change, out *restore) {
	old, now := p.ports[ch.Name], rules{}
	if ch.New != nil {
		now = rulesOf(p.config, ch.New)
		p.ports[ch.Name] = now
	} else {
		delete(p.ports, ch.Name)
	}
	for _, chain := range slices.Sorted(maps.Keys(now.own)) {
		if was, ok := old.own[chain]; ok && slices.Equal(was, now.own[chain]) {
			continue
		}
		out.declare(chain)
		for _, line := range now.own[chain] {
			out.line(tableNat, "-A %s %s", chain, line)
		}
	}
	out.shared(old, now)
	for _, chain := range slices.Sorted(maps.Keys(old.own)) {
		if _, ok := now.own[chain]; !ok {
			out.declare(chain) // flush it: it may hold the last jump to another
			out.removed = append(out.removed, chain)
		}
	}
}

// declare creates or flushes one of the nat table's chains.
func (r *restore) declare(chain string) { r.declared[shared{tableNat, chain}] = true }

func (r *restore) line(table, format string, args ...any) {
	r.lines[table] = append(r.lines[table], fmt.Sprintf(format, args...))
}

// shared removes and adds single lines in the chains that all ports have in common.
func (r *restore) shared(old, now rules) {
	keys := map[shared]bool{}
	for k := range old.shared {
		keys[k] = true
	}
	for k := range now.shared {
		keys[k] = true
	}
	for _, k := range slices.SortedFunc(maps.Keys(keys), func(a, b shared) int { return strings.Compare(a.table+a.chain, b.table+b.chain) }) {
		for _, line := range old.shared[k] {
			if !slices.Contains(now.shared[k], line) {
				r.line(k.table, "-D %s %s", k.chain, line)
			}
		}
		for _, line := range now.shared[k] {
			if !slices.Contains(old.shared[k], line) {
				r.line(k.table, "-A %s %s", k.chain, line)
			}
		}
	}
}

// text returns the input, empty when there is nothing to do. Each table is one commit, so
// there is no moment with half of its rules.
func (r *restore) text() string {
	var b strings.Builder
	for _, t := range []string{tableNat, tableFilter} {
		var chains []string
		for k := range r.declared {
			if k.table == t {
				chains = append(chains, k.chain)
			}
		}
		if len(chains)+len(r.lines[t]) == 0 {
			continue
		}
		slices.Sort(chains)
		b.WriteString("*" + t + "\n")
		for _, chain := range chains {
			fmt.Fprintf(&b, ":%s - [0:0]\n", chain)
		}
		for _, line := range r.lines[t] {
			b.WriteString(line + "\n")
		}
		if t == tableNat {
			for _, chain := range r.removed {
				fmt.Fprintf(&b, "-X %s\n", chain)
			}
		}
		b.WriteString("COMMIT\n")
	}
	return b.String()
}

// base declares (and so empties) the chains that exist once and fills those that never
// change.
func (r *restore) base() {
	for _, chain := range natChains {
		r.declare(chain)
	}
	for _, chain := range filterChains {
		r.declared[shared{tableFilter, chain}] = true
	}
	r.line(tableNat, "-A %s -j MARK --or-mark %s", chainMarkMasq, masqueradeMark)
	r.line(tableNat, "-A %s -m mark ! --mark %[2]s/%[2]s -j RETURN", chainPostrouting, masqueradeMark)
	r.line(tableNat, "-A %s -j MARK --xor-mark %s", chainPostrouting, masqueradeMark)
	r.line(tableNat, "-A %s -m comment --comment \"services: answers must come back by this node\" -j MASQUERADE --random-fully", chainPostrouting)
	r.line(tableFilter, "-A %s -m mark --mark %[2]s/%[2]s -j ACCEPT", chainForward, masqueradeMark)
	r.line(tableFilter, "-A %s -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", chainForward)
}

// dropStale deletes the chains of an earlier run that are not made anew.
func (r *restore) dropStale(chains []string) {
	for _, chain := range chains {
		if !r.declared[shared{tableNat, chain}] {
			r.declare(chain)
			r.removed = append(r.removed, chain)
		}
	}
}

var (
	natChains    = []string{chainServices, chainNodePorts, chainPostrouting, chainMarkMasq, chainCanary}
	filterChains = []string{chainServices, chainExternal, chainFirewall, chainForward, chainCanary}
)

// jump is a rule in one of the kernel's own chains that leads into ours.
type jump struct{ table, chain, rule string }

// jumps lists them in the order in which they must stand.
func jumps(c Config) []jump {
	const comment = `-m comment --comment "kubernetes services"`
	nodePorts := "-m addrtype --dst-type LOCAL " + comment + " -j " + chainNodePorts
	if !c.LocalhostNodePorts {
		loopback := loopbackNodePorts
		if c.IPv6 {
			loopback = "::1/128"
		}
		nodePorts = "! -d " + loopback + " " + nodePorts
	}
	list := []jump{
		{tableNat, "PREROUTING", comment + " -j " + chainServices}, {tableNat, "PREROUTING", nodePorts},
		{tableNat, "OUTPUT", comment + " -j " + chainServices}, {tableNat, "OUTPUT", nodePorts},
		{tableNat, "POSTROUTING", comment + " -j " + chainPostrouting},
	}
	const isNew = "-m conntrack --ctstate NEW "
	for _, hook := range []string{"INPUT", "FORWARD", "OUTPUT"} {
		for _, chain := range []string{chainFirewall, chainExternal, chainServices} {
			list = append(list, jump{tableFilter, hook, isNew + comment + " -j " + chain})
		}
	}
	return append(list, jump{tableFilter, "FORWARD", comment + " -j " + chainForward})
}
