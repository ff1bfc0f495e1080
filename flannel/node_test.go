package flannel

import (
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/flannel/internal/hostgw"
	"github.com/pilothouse/pilothouse/proto/core"
)

func TestCondition(t *testing.T) {
	bad := func(n int) []hostgw.Problem {
		var list []hostgw.Problem
		for i := range n {
			list = append(list, hostgw.Problem{Node: "node" + string(rune('a'+i)), Reason: "its address is not on the link"})
		}
		return list
	}
	tests := []struct {
		name     string
		problems int
		peers    int
		status   core.ConditionStatus
		reason   string
	}{
		{"all is well", 0, 9, core.ConditionFalse, reasonUp},
		{"alone", 0, 0, core.ConditionFalse, reasonUp},
		{"one of nine is wrong", 1, 9, core.ConditionFalse, reasonPeers},
		{"most are out of reach", 5, 9, core.ConditionTrue, reasonUnreachable},
		{"one of one: nobody can say whose fault", 1, 1, core.ConditionFalse, reasonPeers},
	}
	for _, tt := range tests {
		c := condition(bad(tt.problems), tt.peers)
		if c.Status != tt.status || c.Reason != tt.reason {
			t.Errorf("%s: %s %s, want %s %s", tt.name, c.Status, c.Reason, tt.status, tt.reason)
		}
		if tt.problems > 0 && !strings.Contains(c.Message, "no route to node nodea") {
			t.Errorf("%s: the message names no node: %s", tt.name, c.Message)
		}
	}
	if m := condition(bad(20), 20).Message; !strings.HasSuffix(m, "and 15 more") {
		t.Errorf("20 problems are told as: %s", m)
	}
}
