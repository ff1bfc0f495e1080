// Package allocator gives services their cluster addresses and node ports.
//
// Every value in use is a claim: a key of its own in etcd, made in the same
// transaction as the write of the service that uses it, and only if it is not
// there. So no value is ever handed out twice, by however many API servers,
// through whatever crash: either both the service and its claims are written
// or neither is. What this package keeps in memory is only a guess at which
// values are free; a wrong guess costs another try.
//
// Beside the claim of an address, and in the same transactions, stands an
// IPAddress object that shows it. One that somebody else has made keeps its
// address from being handed out.
//
// Assign is what a create and an update call, Release what a deletion adds to
// its transaction. Repair, at start and now and then, makes claims that were
// lost and drops those whose service is gone. errors.go has the words that
// clients know; ranges.go the arithmetic; addresses.go the objects.
package allocator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

// Keys of claims; the value or port follows, and the owner is what they hold.
const (
	ipPrefix   = "/registry/ranges/serviceips/"
	portPrefix = "/registry/ranges/servicenodeports/"
)

// Config says which values there are.
type Config struct {
	// Services is the range of cluster addresses.
	Services netip.Prefix
	// NodePorts is the range of node ports.
	NodePorts PortRange
	// Log is for repairs; nil means slog.Default().
	Log *slog.Logger
}

// Allocator hands out addresses and ports. It is safe for concurrent use.
type Allocator struct {
	cfg    Config
	store  *store.Store
	client *clientv3.Client
	log    *slog.Logger

	mu     sync.Mutex
	more   []netip.Prefix    // ranges beside the configured one
	owners map[string]string // claim key -> owner, as last heard
	ready  chan struct{}
	once   sync.Once
}

// New makes an allocator that claims through s; client reads the claims.
// Run must run for it to know what is free.
func New(s *store.Store, client *clientv3.Client, cfg Config) *Allocator {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Services = cfg.Services.Masked()
	return &Allocator{
		cfg: cfg, store: s, client: client, log: cfg.Log,
		owners: map[string]string{}, ready: make(chan struct{}),
	}
}

// First is the first address of the range, which is the kubernetes service's.
func (a *Allocator) First() netip.Addr { return a.cfg.Services.Addr().Next() }

// Request is what a service wants and has.
type Request struct {
	// Owner is the service, "namespace/name".
	Owner string
	// WantIP asks for a cluster address: IP, or any if it is empty.
	WantIP bool
	IP     string
	// Ports has an entry per node port wanted: the port, or 0 for any.
	Ports []int32
	// HaveIP and HavePorts are what the stored service has. They are kept
	// where they are asked for again and released where they are not.
	HaveIP    string
	HavePorts []int32
}

// Result is what a service gets: in the order of the request.
type Result struct {
	// IP is the address, empty if none was wanted.
	IP string
	// Ports are the node ports.
	Ports []int32
}

// Assign picks what r asks for and calls commit, which must write the service
// with it and with ops in one transaction. If another API server was faster
// with a value that was any, commit is called again with others. Errors:
// *TakenError, *RangeError, *FullError, and those of commit.
func (a *Allocator) Assign(ctx context.Context, r Request, commit func(got Result, ops []store.Op) error) error {
	if err := a.Ready(ctx); err != nil {
		return err
	}
	for {
		p, err := a.pick(r)
		if err != nil {
			return err
		}
		err = commit(p.got, p.ops)
		if err == nil {
			a.note(p.ops)
			return nil
		}
		a.unreserve(p.reserved)
		var claimed *store.ClaimedError
		if !errors.As(err, &claimed) {
			return err
		}
		key := claimed.Key
		if ip, ok := strings.CutPrefix(key, AddressPrefix); ok {
			// Somebody has made an IPAddress by hand: the address is theirs.
			key = ipKey(ip)
			a.learn(key, foreign)
		} else {
			a.learn(key, claimed.Owner)
		}
		if p.asked[claimed.Key] {
			return taken(key)
		}
	}
}

// pending marks a value that this process has picked and not yet written.
const pending = "(pending)"

// foreign owns the addresses of IPAddress objects that were not made here.
const foreign = "(foreign)"

// picked is one try.
type picked struct {
	got      Result
	ops      []store.Op
	asked    map[string]bool // claims of values that were asked for by name
	reserved []string        // keys marked pending
}

func (a *Allocator) pick(r Request) (picked, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := picked{asked: map[string]bool{}}
	err := a.pickIP(&p, r)
	if err == nil {
		err = a.pickPorts(&p, r)
	}
	if err != nil {
		a.unreserveLocked(p.reserved)
		return p, err
	}
	if r.HaveIP != "" && r.HaveIP != p.got.IP {
		p.ops = append(p.ops, releaseIP(r.HaveIP, r.Owner)...)
	}
	for _, port := range distinct(r.HavePorts) {
		if !slices.Contains(p.got.Ports, port) {
			p.ops = append(p.ops, store.Release(portKey(port), r.Owner))
		}
	}
	return p, nil
}

func (a *Allocator) pickIP(p *picked, r Request) error {
	switch {
	case !r.WantIP:
		return nil
	case r.IP != "" && r.IP == r.HaveIP:
		p.got.IP = r.IP
		return nil
	case r.IP == "" && r.HaveIP != "":
		p.got.IP = r.HaveIP
		return nil
	case r.IP != "":
		if err := a.offers(r.IP); err != nil {
			return err
		}
		p.got.IP = r.IP
		return a.reserveIP(p, r.Owner, true)
	}
	ip, ok := a.freeIP()
	if !ok {
		return &FullError{What: "IP"}
	}
	p.got.IP = ip
	return a.reserveIP(p, r.Owner, false)
}

// reserveIP adds the claim of the address that was picked, and the object that
// shows it.
func (a *Allocator) reserveIP(p *picked, owner string, asked bool) error {
	if err := a.reserve(p, ipKey(p.got.IP), owner, asked); err != nil {
		return err
	}
	op, err := show(p.got.IP, owner)
	p.asked[op.Key()] = asked
	p.ops = append(p.ops, op)
	return err
}

func (a *Allocator) pickPorts(p *picked, r Request) error {
	for _, port := range r.Ports {
		if port != 0 && slices.Contains(r.HavePorts, port) {
			p.got.Ports = append(p.got.Ports, port)
			continue
		}
		if port == 0 {
			free, ok := a.freePort()
			if !ok {
				return &FullError{What: "port"}
			}
			p.got.Ports = append(p.got.Ports, free)
			if err := a.reserve(p, portKey(free), r.Owner, false); err != nil {
				return err
			}
			continue
		}
		if !a.cfg.NodePorts.Contains(port) {
			return &RangeError{Port: port, Valid: "The range of valid ports is " + a.cfg.NodePorts.String()}
		}
		// The same port for two protocols of one service is one claim.
		if !slices.Contains(p.got.Ports, port) {
			if err := a.reserve(p, portKey(port), r.Owner, true); err != nil {
				return err
			}
		}
		p.got.Ports = append(p.got.Ports, port)
	}
	return nil
}

// reserve adds a claim. Values asked for by name are tried even if somebody
// seems to have them: only etcd knows.
func (a *Allocator) reserve(p *picked, key, owner string, asked bool) error {
	if asked {
		if a.owners[key] == pending {
			return taken(key)
		}
		p.asked[key] = true
	}
	if _, known := a.owners[key]; !known {
		a.owners[key] = pending
		p.reserved = append(p.reserved, key)
	}
	p.ops = append(p.ops, store.Claim(key, owner))
	return nil
}

// Release is what the deletion of a service adds to its transaction.
func (a *Allocator) Release(owner, ip string, ports []int32) []store.Op {
	var ops []store.Op
	if ip != "" {
		ops = append(ops, releaseIP(ip, owner)...)
	}
	for _, port := range distinct(ports) {
		ops = append(ops, store.Release(portKey(port), owner))
	}
	return ops
}

// releaseIP gives an address back, and takes away the object that showed it.
func releaseIP(ip, owner string) []store.Op {
	return []store.Op{store.Release(ipKey(ip), owner), store.Drop(objectKey(ip), ipKey(ip), owner)}
}

// distinct is ports without zeros and repeats.
func distinct(ports []int32) []int32 {
	var out []int32
	for _, p := range ports {
		if p != 0 && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// note remembers claims that were written; releases are heard of by the watch.
func (a *Allocator) note(ops []store.Op) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, op := range ops {
		if op.IsClaim() && isClaim(op.Key()) {
			a.owners[op.Key()] = op.Owner()
		}
	}
}

func (a *Allocator) learn(key, owner string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.owners[key] = owner
}

func (a *Allocator) unreserve(keys []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unreserveLocked(keys)
}

func (a *Allocator) unreserveLocked(keys []string) {
	for _, key := range keys {
		if a.owners[key] == pending {
			delete(a.owners, key)
		}
	}
}

// freeIP tries the ranges in turn.
func (a *Allocator) freeIP() (string, bool) {
	for _, p := range a.ranges() {
		if ip, ok := a.freeIn(p); ok {
			return ip, true
		}
	}
	return "", false
}

// freeIn tries addresses at random and then in order. The lowest part of the
// range is left to those who ask by name, as long as there are others.
func (a *Allocator) freeIn(p netip.Prefix) (string, bool) {
	size := addresses(p)
	low := reserved(size)
	for range 64 {
		if size <= low {
			break
		}
		if ip := nth(p, low+rand.Uint64N(size-low)); a.isFree(ip) {
			return ip.String(), true
		}
	}
	for _, part := range [][2]uint64{{low, size}, {0, low}} {
		for i := part[0]; i < part[1]; i++ {
			if ip := nth(p, i); a.isFree(ip) {
				return ip.String(), true
			}
		}
	}
	return "", false
}

// isFree says whether an address may be handed out: the first is never, it is
// the kubernetes service's.
func (a *Allocator) isFree(ip netip.Addr) bool {
	if ip == a.First() {
		return false
	}
	_, used := a.owners[ipKey(ip.String())]
	return !used
}

func (a *Allocator) freePort() (int32, bool) {
	size := a.cfg.NodePorts.size()
	low := int32(reserved(uint64(size)))
	free := func(i int32) bool {
		_, used := a.owners[portKey(a.cfg.NodePorts.Low+i)]
		return !used
	}
	for range 64 {
		if i := low + rand.Int32N(size-low); free(i) {
			return a.cfg.NodePorts.Low + i, true
		}
	}
	for _, part := range [][2]int32{{low, size}, {0, low}} {
		for i := part[0]; i < part[1]; i++ {
			if free(i) {
				return a.cfg.NodePorts.Low + i, true
			}
		}
	}
	return 0, false
}

func ipKey(ip string) string    { return ipPrefix + ip }
func portKey(port int32) string { return portPrefix + strconv.Itoa(int(port)) }
func isClaim(key string) bool {
	return strings.HasPrefix(key, ipPrefix) || strings.HasPrefix(key, portPrefix)
}

// Ready waits until the claims are known.
func (a *Allocator) Ready(ctx context.Context) error {
	select {
	case <-a.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the claims of service addresses are not loaded: %w", ctx.Err())
	}
}

// Run follows the claims until ctx ends.
func (a *Allocator) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := a.follow(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("the claims of service addresses could not be followed, trying again", "error", err)
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

func (a *Allocator) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	const prefix = "/registry/ranges/"
	resp, err := a.client.Get(ctx, prefix, clientv3.WithPrefix())
	if err != nil {
		return err
	}
	a.mu.Lock()
	for key, owner := range a.owners {
		if owner != pending {
			delete(a.owners, key)
		}
	}
	for _, kv := range resp.Kvs {
		if isClaim(string(kv.Key)) {
			a.owners[string(kv.Key)] = string(kv.Value)
		}
	}
	a.mu.Unlock()
	a.once.Do(func() { close(a.ready) })
	for answer := range a.client.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(resp.Header.Revision+1)) {
		if err := answer.Err(); err != nil {
			return err
		}
		a.hear(answer.Events)
	}
	return ctx.Err()
}

func (a *Allocator) hear(events []*clientv3.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range events {
		key := string(e.Kv.Key)
		switch {
		case !isClaim(key):
		case e.Type == clientv3.EventTypeDelete:
			if a.owners[key] != pending {
				delete(a.owners, key)
			}
		default:
			a.owners[key] = string(e.Kv.Value)
		}
	}
}
