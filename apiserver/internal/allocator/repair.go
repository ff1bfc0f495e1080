package allocator

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// Holding is what one service has.
type Holding struct {
	// Owner is the service, "namespace/name".
	Owner string
	// IP is its cluster address, empty for none.
	IP string
	// Ports are its node ports.
	Ports []int32
}

// Repair compares the claims with what the services have: lost claims are made
// again, and claims that no service accounts for are dropped. holdings must be
// read after Repair was called, and be everything there is: services is called
// once the claims were read, so a claim made in between belongs to a service
// that it sees. Two services with one value are told in the log; the claim
// stays with who has it.
func (a *Allocator) Repair(ctx context.Context, services func(context.Context) (iter.Seq[Holding], error)) error {
	resp, err := a.client.Get(ctx, "/registry/ranges/", clientv3.WithPrefix())
	if err != nil {
		return fmt.Errorf("repair the claims of service addresses: %w", err)
	}
	holdings, err := services(ctx)
	if err != nil {
		return fmt.Errorf("repair the claims of service addresses: %w", err)
	}
	want, used := map[string]string{}, map[string]string{}
	for h := range holdings {
		for key := range h.keys() {
			if other, twice := want[key]; twice && other != h.Owner {
				a.log.Error("two services have the same address or port: one must be deleted", "claim", key, "service", h.Owner, "other", other)
				continue
			}
			want[key] = h.Owner
			if ip, ok := strings.CutPrefix(key, ipPrefix); ok {
				used[ip] = h.Owner
			}
		}
	}
	for _, kv := range resp.Kvs {
		key, owner := string(kv.Key), string(kv.Value)
		if !isClaim(key) {
			continue
		}
		if want[key] == owner {
			delete(want, key)
			continue
		}
		a.log.Warn("dropping a claim that no service accounts for", "claim", key, "owner", owner)
		if err := a.drop(ctx, key, kv.ModRevision); err != nil {
			return err
		}
	}
	for key, owner := range want {
		if err := a.restore(ctx, key, owner); err != nil {
			return err
		}
	}
	return a.repairObjects(ctx, used)
}

// repairObjects makes the IPAddress objects that are missing, and drops those of
// ours whose address nobody uses.
func (a *Allocator) repairObjects(ctx context.Context, used map[string]string) error {
	resp, err := a.client.Get(ctx, AddressPrefix, clientv3.WithPrefix())
	if err != nil {
		return fmt.Errorf("repair the IPAddress objects: %w", err)
	}
	for _, kv := range resp.Kvs {
		ip := strings.TrimPrefix(string(kv.Key), AddressPrefix)
		if _, ok := used[ip]; ok {
			delete(used, ip)
			continue
		}
		o := &networking.IPAddress{}
		if codec.DecodeJSON(kv.Value, o) != nil || o.Labels[labelManagedBy] != managedBy {
			continue
		}
		a.log.Warn("dropping an IPAddress that no service accounts for", "address", ip)
		if err := a.drop(ctx, string(kv.Key), kv.ModRevision); err != nil {
			return err
		}
	}
	for ip, owner := range used {
		b, err := object(ip, owner, time.Now())
		if err != nil {
			return err
		}
		var exists *store.ExistsError
		if _, err := a.store.Create(ctx, objectKey(ip), b, 0); err != nil && !errors.As(err, &exists) {
			return err
		}
	}
	return nil
}

// keys are the claims that the service must have.
func (h Holding) keys() iter.Seq[string] {
	return func(yield func(string) bool) {
		if h.IP != "" && !yield(ipKey(h.IP)) {
			return
		}
		for _, port := range distinct(h.Ports) {
			if !yield(portKey(port)) {
				return
			}
		}
	}
}

func (a *Allocator) drop(ctx context.Context, key string, rev int64) error {
	_, err := a.store.Delete(ctx, key, rev)
	var gone *store.NotFoundError
	var changed *store.ConflictError
	if errors.As(err, &gone) || errors.As(err, &changed) {
		return nil
	}
	return err
}

func (a *Allocator) restore(ctx context.Context, key, owner string) error {
	_, err := a.store.Create(ctx, key, []byte(owner), 0)
	var exists *store.ExistsError
	if errors.As(err, &exists) {
		return nil
	}
	if err == nil {
		a.log.Warn("a lost claim was made again", "claim", key, "owner", owner)
		a.learn(key, owner)
	}
	return err
}
