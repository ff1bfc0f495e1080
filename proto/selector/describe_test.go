package selector

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestDescribe(t *testing.T) {
	s := &meta.LabelSelector{MatchLabels: map[string]string{"b": "2", "a": "1"},
		MatchExpressions: []meta.LabelSelectorRequirement{{Key: "k", Operator: "In", Values: []string{"x", "y"}}}}
	const want = "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{" +
		"LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}"
	if got := Describe(s); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Describe(nil); got != "nil" {
		t.Errorf("no selector is %s", got)
	}
}
