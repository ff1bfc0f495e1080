package store

import (
	"cmp"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Op is something that a write does beside its own key, in the same
// transaction.
type Op struct {
	key, owner string
	claim      bool
	swap       int64 // the revision that key must be at; zero for no swap
	holder     string
}

// Claim creates key with owner as its value. If the key exists the whole write
// fails with *ClaimedError, whoever owns it.
func Claim(key, owner string) Op { return Op{key: key, owner: owner, claim: true} }

// Release deletes key if owner owns it, and does nothing otherwise.
func Release(key, owner string) Op { return Op{key: key, owner: owner} }

// Drop deletes key if owner owns the claim at holder, and does nothing otherwise.
func Drop(key, holder, owner string) Op { return Op{key: key, holder: holder, owner: owner} }

// Swap replaces the value at key if its revision is still expect. Otherwise the
// whole write fails with *SwapError.
func Swap(key string, value []byte, expect int64) Op {
	return Op{key: key, owner: string(value), swap: expect}
}

// Key is the key that the op writes or deletes.
func (o Op) Key() string { return o.key }

// Owner is who claims or releases.
func (o Op) Owner() string { return o.owner }

// IsClaim tells a claim from a release.
func (o Op) IsClaim() bool { return o.claim }

// condition is what must hold for the write, if anything.
func (o Op) condition() (clientv3.Cmp, bool) {
	switch {
	case o.claim:
		return clientv3.Compare(clientv3.CreateRevision(o.key), "=", 0), true
	case o.swap != 0:
		return clientv3.Compare(clientv3.ModRevision(o.key), "=", o.swap), true
	}
	return clientv3.Cmp{}, false
}

func (o Op) do() clientv3.Op {
	if o.claim || o.swap != 0 {
		return clientv3.OpPut(o.key, o.owner)
	}
	return clientv3.OpTxn(
		[]clientv3.Cmp{clientv3.Compare(clientv3.Value(cmp.Or(o.holder, o.key)), "=", o.owner)},
		[]clientv3.Op{clientv3.OpDelete(o.key)}, nil)
}
