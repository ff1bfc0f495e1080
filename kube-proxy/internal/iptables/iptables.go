// Package iptables is the back end for machines without nftables, or for operators who want
// the chains they know: KUBE-SERVICES, KUBE-NODEPORTS, KUBE-SVC-*, KUBE-SEP-*.
//
// Changes go through iptables-restore --noflush, with only the chains that changed and
// single lines added to and removed from the chains that all services share. Endpoints are
// used in turn (statistic, mode nth). The kernel walks KUBE-SERVICES line by line, so a
// lookup costs in proportion to the number of services: nftables is the better choice.
//
// rules.go makes the rules of one service port and plan.go the differences, both pure; this
// file runs the programs.
package iptables

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// Proxy keeps one family's rules. One goroutine calls Apply and Rebuild.
type Proxy struct {
	config Config
	every  time.Duration
	plan   *plan
}

// New returns a proxy whose rules are not in the kernel yet: call Rebuild first. every is
// how often Watch looks whether the rules are still there.
func New(ctx context.Context, c Config, every time.Duration) (*Proxy, error) {
	p := &Proxy{config: c, every: every}
	if _, err := exec.LookPath(p.program()); err != nil {
		return nil, fmt.Errorf("%s is not installed (package iptables); or use --proxy-mode=nftables", p.program())
	}
	if _, err := p.run(ctx, "", "-w", "5", "-t", "nat", "-S", "PREROUTING"); err != nil {
		return nil, fmt.Errorf("iptables cannot be used here (root with CAP_NET_ADMIN is needed): %w", err)
	}
	return p, nil
}

func (p *Proxy) program() string {
	if p.config.IPv6 {
		return "ip6tables"
	}
	return "iptables"
}

// run executes iptables, or its companion with that suffix, and returns what it prints.
func (p *Proxy) run(ctx context.Context, suffix string, args ...string) (string, error) {
	return p.feed(ctx, "", suffix, args...)
}

func (p *Proxy) feed(ctx context.Context, input, suffix string, args ...string) (string, error) {
	var out, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.program()+suffix, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &stderr
	if err := cmd.Run(); err != nil {
		text := strings.ReplaceAll(strings.TrimSpace(stderr.String()), "\n", "; ")
		return "", fmt.Errorf("%s%s: %w: %s", p.program(), suffix, err, text)
	}
	return out.String(), nil
}

func (p *Proxy) restore(ctx context.Context, text string) error {
	if text == "" {
		return nil
	}
	_, err := p.feed(ctx, text, "-restore", "-w", "5", "--noflush")
	return err
}

// Rebuild makes exactly the rules of these ports, whatever chains of ours there were.
func (p *Proxy) Rebuild(ctx context.Context, ports []*table.Port) error {
	stale, err := p.perServiceChains(ctx)
	if err != nil {
		return err
	}
	p.plan = newPlan(p.config)
	out := newRestore()
	out.base()
	for _, port := range ports {
		p.plan.add(table.Change{Name: port.Name, New: port}, out)
	}
	out.dropStale(stale)
	if err := p.restore(ctx, out.text()); err != nil {
		return err
	}
	return p.ensureJumps(ctx)
}

// Apply makes the changes. After an error the next call must be Rebuild.
func (p *Proxy) Apply(ctx context.Context, changes []table.Change) error {
	out := newRestore()
	for _, ch := range changes {
		p.plan.add(ch, out)
	}
	return p.restore(ctx, out.text())
}

// perServiceChains lists the chains of services that are in the kernel's nat table.
func (p *Proxy) perServiceChains(ctx context.Context) ([]string, error) {
	text, err := p.run(ctx, "-save", "-t", tableNat)
	if err != nil {
		return nil, err
	}
	var list []string
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, ":"), " ")
		if strings.HasPrefix(line, ":") && slices.ContainsFunc(perServicePrefixes, func(pre string) bool { return strings.HasPrefix(name, pre) }) {
			list = append(list, name)
		}
	}
	return list, nil
}

// ensureJumps puts the rules that lead into our chains at the top, in their order, unless
// all are there.
func (p *Proxy) ensureJumps(ctx context.Context) error {
	if p.hasJumps(ctx) {
		return nil
	}
	list := jumps(p.config)
	p.removeJumps(ctx)
	for _, j := range slices.Backward(list) { // each goes above the one before
		args := append([]string{"-w", "5", "-t", j.table, "-I", j.chain}, words(j.rule)...)
		if _, err := p.run(ctx, "", args...); err != nil {
			return err
		}
	}
	return nil
}

func (p *Proxy) hasJumps(ctx context.Context) bool {
	for _, j := range jumps(p.config) {
		args := append([]string{"-w", "5", "-t", j.table, "-C", j.chain}, words(j.rule)...)
		if _, err := p.run(ctx, "", args...); err != nil {
			return false
		}
	}
	return true
}

func (p *Proxy) removeJumps(ctx context.Context) {
	for _, localhost := range []bool{false, true} { // as any earlier run may have made them
		c := p.config
		c.LocalhostNodePorts = localhost
		for _, j := range jumps(c) {
			args := append([]string{"-w", "5", "-t", j.table, "-D", j.chain}, words(j.rule)...)
			for { // a rule may stand there more than once
				if _, err := p.run(ctx, "", args...); err != nil {
					break
				}
			}
		}
	}
}

// words splits a rule at spaces, except inside double quotes.
func words(rule string) []string {
	var list []string
	for i, part := range strings.Split(rule, `"`) {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// Watch looks from time to time whether the chains and the jumps into them are still there,
// and calls tampered when not.
func (p *Proxy) Watch(ctx context.Context, tampered func()) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if !p.intact(ctx) && ctx.Err() == nil {
			slog.Warn("somebody removed rules of services; restoring them", "program", p.program())
			tampered()
		}
	}
}

func (p *Proxy) intact(ctx context.Context) bool {
	for _, t := range []string{tableNat, tableFilter} {
		if _, err := p.run(ctx, "", "-w", "5", "-t", t, "-S", chainCanary); err != nil {
			return false
		}
	}
	// Flushing a table leaves the chains and takes their rules.
	if text, err := p.run(ctx, "", "-w", "5", "-t", tableNat, "-S", chainPostrouting); err != nil || !strings.Contains(text, "MASQUERADE") {
		return false
	}
	return p.hasJumps(ctx)
}

// Cleanup removes all that this back end ever makes, in both families.
func Cleanup(ctx context.Context) error {
	var errs []error
	for _, v6 := range []bool{false, true} {
		p := &Proxy{config: Config{IPv6: v6}}
		if _, err := exec.LookPath(p.program()); err != nil {
			continue // then there is nothing of ours
		}
		errs = append(errs, p.cleanup(ctx))
	}
	return errors.Join(errs...)
}

func (p *Proxy) cleanup(ctx context.Context) error {
	if _, err := p.run(ctx, "", "-w", "5", "-t", tableNat, "-S", chainCanary); err != nil {
		return nil // never made, or gone already
	}
	stale, err := p.perServiceChains(ctx)
	if err != nil {
		return err
	}
	p.removeJumps(ctx)
	return p.restore(ctx, "*nat\n"+remove(append(slices.Clone(natChains), stale...))+"COMMIT\n*filter\n"+remove(filterChains)+"COMMIT\n")
}

// remove flushes all the chains before it deletes them, because they jump to each other.
func remove(chains []string) string {
	var b strings.Builder
	for _, c := range chains {
		fmt.Fprintf(&b, ":%s - [0:0]\n", c)
	}
	for _, c := range chains {
		fmt.Fprintf(&b, "-X %s\n", c)
	}
	return b.String()
}
