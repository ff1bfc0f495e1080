package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

func hasOwner(p *cluster.Pod) bool { return p.Owner != "" }

// ownedHere counts the pods of the same controller on a node: fewer is better,
// so that one dead node takes few of them.
func ownedHere(p *cluster.Pod, n *cluster.Node) int64 { return int64(n.Owned[p.Owner]) }
