// Package nftables is the back end that puts the service table into one nft table of its
// own, "kube-proxy", in the family ip and, where asked, ip6.
//
// A packet for a service is handled in three steps, each of constant cost. A map leads from
// (address, protocol, port) to a mark, which names a pool (the endpoints of one service
// port) and a picker. The picker is a chain that counts through the pool's slots with
// numgen, so connections go to the endpoints in turn. The chain of the slot looks the pool
// up in the map of that slot and translates the destination. The mark is cleared right
// behind the translation.
//
// So services are elements of maps and nothing else: there is no chain and no rule per
// service, and a change is one small transaction of elements. (Chains per service would
// make the kernel walk every one of them again at each change, and nft read them all.)
// Pickers are shared by pools of one endpoint; beyond 256 pickers, pools with the same
// number of endpoints share one and their connections are counted together.
//
// Read ruleset.go for the static rules, plan.go for the elements, pool.go for pools and
// pickers. The plan is pure; this file runs it through nft.
package nftables

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// Proxy keeps one family's rules. One goroutine calls Apply and Rebuild.
type Proxy struct {
	config Config
	plan   *plan
	runner runner
}

// New returns a proxy whose rules are not in the kernel yet: call Rebuild first. It fails
// when nft cannot be used here.
func New(ctx context.Context, c Config) (*Proxy, error) {
	p := &Proxy{config: c}
	if _, err := exec.LookPath("nft"); err != nil {
		return nil, errors.New("nft is not installed (package nftables); or use --proxy-mode=iptables")
	}
	if err := p.runner.run(ctx, "list tables\n"); err != nil {
		return nil, fmt.Errorf("nftables cannot be used here (root with CAP_NET_ADMIN is needed): %w", err)
	}
	return p, nil
}

// Rebuild replaces whatever the table holds by the rules of these ports, in one
// transaction: there is no moment without rules.
func (p *Proxy) Rebuild(ctx context.Context, ports []*table.Port) error {
	p.plan = newPlan(p.config)
	for _, port := range ports {
		if err := p.plan.add(table.Change{Name: port.Name, New: port}); err != nil {
			return err
		}
	}
	return p.runner.run(ctx, base(p.config)+p.plan.text())
}

// Apply makes the changes in one transaction. After an error the kernel is unchanged but
// the proxy's own picture is not: call Rebuild.
func (p *Proxy) Apply(ctx context.Context, changes []table.Change) error {
	for _, ch := range changes {
		if err := p.plan.add(ch); err != nil {
			return err
		}
	}
	text := p.plan.text()
	if text == "" {
		return nil
	}
	if err := p.runner.run(ctx, text); err != nil {
		return err
	}
	return p.forgetClients(ctx)
}

// Cleanup removes all that this back end ever makes, in both families.
func Cleanup(ctx context.Context) error {
	if _, err := exec.LookPath("nft"); err != nil {
		return nil // then there is nothing of ours
	}
	var r runner
	var errs []error
	for _, f := range []family{ipv4, ipv6} {
		errs = append(errs, r.run(ctx, fmt.Sprintf("add table %[1]s %[2]s\ndelete table %[1]s %[2]s\n", f.ip, tableName)))
	}
	return errors.Join(errs...)
}

// forgetClients removes remembered clients whose endpoint has left its slot, so that the
// slot's next endpoint does not inherit them.
func (p *Proxy) forgetClients(ctx context.Context) error {
	for set, pools := range p.plan.vacated {
		gone := map[string]bool{}
		for _, bits := range pools {
			gone[fmt.Sprintf("%#x", bits)] = true
		}
		clients, err := p.clients(ctx, set)
		if err != nil {
			return fmt.Errorf("set %s: %w", set, err)
		}
		var list []element
		for _, c := range clients {
			if gone[c.pool] {
				list = append(list, element{set: set, key: c.addr + " . " + c.pool})
			}
		}
		var b strings.Builder
		writeElements(&b, p.plan.f, "delete", list)
		if err := p.runner.run(ctx, b.String()); err != nil && !strings.Contains(err.Error(), "No such file") {
			return err // an element that expired meanwhile is no error
		}
	}
	clear(p.plan.vacated)
	return nil
}

// client is one remembered client of an affinity set; pool is its mark as in the maps.
type client struct{ addr, pool string }

// clients lists an affinity set.
func (p *Proxy) clients(ctx context.Context, set string) ([]client, error) {
	out, err := exec.CommandContext(ctx, "nft", "-j", "list", "set", p.plan.f.ip, tableName, set).Output()
	if err != nil {
		return nil, err
	}
	return parseClients(out)
}

func parseClients(out []byte) ([]client, error) {
	var doc struct {
		Nftables []struct {
			Set struct {
				Elem []struct {
					Elem struct {
						Val struct {
							Concat []any `json:"concat"`
						} `json:"val"`
					} `json:"elem"`
				} `json:"elem"`
			} `json:"set"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		return nil, fmt.Errorf("nft's JSON: %w", err)
	}
	var list []client
	for _, o := range doc.Nftables {
		for _, e := range o.Set.Elem {
			c := e.Elem.Val.Concat
			if len(c) != 2 {
				continue
			}
			addr, _ := c[0].(string)
			mark, _ := c[1].(float64)
			list = append(list, client{addr, fmt.Sprintf("%#x", uint32(mark))})
		}
	}
	return list, nil
}

// runner feeds text to nft and remembers under which netlink port ids it did, so that a
// watcher can tell our changes from those of others.
type runner struct {
	mu   sync.Mutex
	pids []uint32
}

// keptPids is how many of our last nft processes are remembered. Events of a transaction
// arrive right behind it.
const keptPids = 64

func (r *runner) run(ctx context.Context, text string) error {
	if text == "" {
		return nil
	}
	cmd := exec.CommandContext(ctx, "nft", "-f", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	r.remember(uint32(cmd.Process.Pid)) // before it can have done anything
	_, werr := in.Write([]byte(text))
	in.Close()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, firstLines(stderr.String()))
	}
	return werr
}

func (r *runner) remember(pid uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pids = append(r.pids, pid)
	if len(r.pids) > keptPids {
		r.pids = r.pids[1:]
	}
}

// isOurs says whether a change came from one of our last nft processes.
func (r *runner) isOurs(pid uint32) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pids {
		if p == pid {
			return true
		}
	}
	return false
}

// firstLines keeps an error readable: nft repeats the offending line at full length.
func firstLines(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 500 {
		s = s[:500] + "..."
	}
	return strings.ReplaceAll(s, "\n", "; ")
}
