package garbagecollector

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// ownerState is what is known of one owner of an object.
type ownerState int

const (
	alive   ownerState = iota // it exists
	absent                    // it does not, as the API server confirmed
	waiting                   // it is being deleted and waits for its dependents to go
)

// action is what to do with one object.
type action int

const (
	nothing          action = iota
	removeOwners            // take the references in step.owners off
	remove                  // delete it with step.policy
	orphanDependents        // take it off its dependents' references, then take its finalizer off
	dropForeground          // its dependents are gone: take its finalizer off
)

// step is what to do next with one object.
type step struct {
	action action
	owners []meta.UID
	policy meta.DeletionPropagation
}

// plan decides the next step for i, given the state of each of its owners in
// order and dependentsOf, which finds what an object owns.
func plan(i *item, owners []ownerState, dependentsOf func(meta.UID) []*item) step {
	switch {
	case i.deleting && i.orphan:
		return step{action: orphanDependents}
	case i.deleting && i.foreground:
		if holdsBack(i, dependentsOf) {
			return step{} // they are on their way and wake us when they are gone
		}
		return step{action: dropForeground}
	case i.deleting, len(i.owners) == 0:
		return step{}
	}
	var living, dead, awaited []meta.UID
	for n, state := range owners {
		uid := i.owners[n].UID
		switch state {
		case alive:
			living = append(living, uid)
		case absent:
			dead = append(dead, uid)
		case waiting:
			awaited = append(awaited, uid)
		}
	}
	switch {
	case len(living) > 0 && len(dead)+len(awaited) == 0:
		return step{}
	case len(living) > 0:
		return step{action: removeOwners, owners: append(dead, awaited...)}
	case i.orphan:
		return step{action: remove, policy: meta.DeletePropagationOrphan}
	case i.foreground, len(awaited) > 0 && len(dependentsOf(i.uid)) > 0:
		return step{action: remove, policy: meta.DeletePropagationForeground}
	}
	return step{action: remove, policy: meta.DeletePropagationBackground}
}

// holdsBack tells whether some dependent blocks the deletion of owner.
// Dependents that themselves wait for owner (a ring) block nothing.
func holdsBack(owner *item, dependentsOf func(meta.UID) []*item) bool {
	for _, d := range dependentsOf(owner.uid) {
		for n := range d.owners {
			if r := &d.owners[n]; r.UID != owner.uid || !blocks(r) {
				continue
			}
			// Who is nobody's dependent is in no ring.
			if len(owner.owners) == 0 || !waitsFor(d, owner, dependentsOf, map[meta.UID]bool{}) {
				return true
			}
		}
	}
	return false
}

// waitsFor tells whether i waits until owner is gone, be it by way of others
// that wait, of which those in seen have been asked.
func waitsFor(i, owner *item, dependentsOf func(meta.UID) []*item, seen map[meta.UID]bool) bool {
	if !i.deleting || !i.foreground || seen[i.uid] {
		return false
	}
	seen[i.uid] = true
	for _, d := range dependentsOf(i.uid) {
		if d.uid == owner.uid || waitsFor(d, owner, dependentsOf, seen) {
			return true
		}
	}
	return false
}

// stateOf is the state of an owner that exists.
func stateOf(owner *item) ownerState {
	if owner.deleting && owner.foreground {
		return waiting
	}
	return alive
}

// groupOf is the group of an apiVersion, "" for v1.
func groupOf(apiVersion string) string {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		return ""
	}
	return group
}
