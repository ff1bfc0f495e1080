package serviceaccount

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

// patience is how long a new namespace's accounts wait for its config map with
// the cluster's authority, which somebody's webhook may refuse for good.
const patience = 3 * time.Second

// hold is for how long the accounts of a namespace without that config map wait.
func hold(ns *core.Namespace, now time.Time) time.Duration {
	return min(patience, max(0, patience-now.Sub(ns.CreationTimestamp.Time)))
}

// wanted are the names of the accounts that every living namespace has.
var wanted = []string{"default"}

// plan lists the accounts to make in ns, where have tells which exist.
func plan(ns *core.Namespace, have func(name string) bool) []*core.ServiceAccount {
	if ns.DeletionTimestamp != nil || ns.Status.Phase == core.NamespaceTerminating {
		return nil
	}
	var create []*core.ServiceAccount
	for _, name := range wanted {
		if !have(name) {
			sa := &core.ServiceAccount{}
			sa.Namespace, sa.Name = ns.Name, name
			create = append(create, sa)
		}
	}
	return create
}
