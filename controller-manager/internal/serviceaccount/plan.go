package serviceaccount

import "github.com/pilothouse/pilothouse/proto/core"

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
