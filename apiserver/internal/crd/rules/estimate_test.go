package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
)

// TestEstimates holds what functions of texts and lists are thought to cost
// against upstream's figures, in a list of %d objects with texts of 1000
// characters and lists of 200 such texts.
func TestEstimates(t *testing.T) {
	const text = `{"type":"array","maxItems":%d,"items":{"type":"object","properties":{
		"s":{"type":"string","maxLength":1000},"l":{"type":"array","maxItems":200,"items":{"type":"string","maxLength":1000}}},
		"x-kubernetes-validations":[{"rule":%q}]}}`
	for _, tt := range []struct {
		items int
		rule  string
		want  string
	}{
		{200000, "self.s.lowerAscii() == ''", "8.0x"},
		{200000, "self.s.trim() == ''", "8.0x"},
		{200000, "self.s.substring(1) == ''", "8.0x"},
		{200000, "self.s.replace('a', 'b') == ''", "16.0x"},
		{200000, "self.s.indexOf('a') == 0", "8.1x"},
		{200000, "ip.isCanonical(self.s)", "16.0x"},
		{200000, "cidr('1.0.0.0/8').containsIP(self.s)", "8.1x"},
		{200000, "cidr('1.0.0.0/8').containsCIDR(self.s)", "8.2x"},
		{200000, "isURL(self.s)", ""},
		{5000, "self.l.isSorted()", "40.1x"},
		{5000, "self.l.indexOf(self.s) == 0", "40.1x"},
		{5000, "self.l.join(self.s) == ''", "79.8x"},
	} {
		got := ""
		for _, e := range Check(schemaOf(t, fmt.Sprintf(text, tt.items, tt.rule)), field.New("s"), nil) {
			if _, rest, ok := strings.Cut(e.Error(), "estimated rule cost exceeds budget by factor of "); ok {
				got, _, _ = strings.Cut(rest, " ")
			}
		}
		if got != tt.want {
			t.Errorf("%s is estimated at %q of the budget, not %q", tt.rule, got, tt.want)
		}
	}
}

// TestMessageEstimates: messages that are computed have a budget too, and the
// costliest expressions are named, those that cost little are not.
func TestMessageEstimates(t *testing.T) {
	check := func(schema string) (out []string) {
		for _, e := range Check(schemaOf(t, schema), field.New("s"), nil) {
			out = append(out, e.Error()[:min(len(e.Error()), 120)])
		}
		return out
	}
	got := strings.Join(check(`{"type":"object","properties":{"n":{"type":"integer"}},"x-kubernetes-validations":[
		{"rule":"self.n > 0","messageExpression":"string(self.n)"},{"rule":"self.n > 1","messageExpression":"'more than ' + string(self.n)"}]}`), "\n")
	want := `s.x-kubernetes-validations[1].messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of
s.x-kubernetes-validations[1].messageExpression: Forbidden: contributed to estimated rule cost total exceeding cost limi
s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of`
	if strings.TrimSpace(strings.ReplaceAll(got, " \n", "\n")) != want {
		t.Errorf("the message is told of as\n%s", got)
	}
	var lists []string
	for i := range 9 {
		lists = append(lists, fmt.Sprintf(`"l%d":{"type":"array","maxItems":%d,"items":{"type":"string","maxLength":10},
			"x-kubernetes-validations":[{"rule":"self.all(x, self.all(y, x == y))"}]}`, i, 1500-100*i))
	}
	named := 0
	for _, e := range check(`{"type":"object","properties":{` + strings.Join(lists, ",") + `}}`) {
		if strings.Contains(e, "contributed to estimated rule cost") {
			if !strings.Contains(e, fmt.Sprintf("[l%d]", named)) {
				t.Errorf("place %d of the costliest is %s", named, e)
			}
			named++
		}
	}
	if named != 4 {
		t.Errorf("%d rules are named", named)
	}
}

// TestNothingFollows: expressions are not looked at where a rule's other fields
// are wrong, at the same value or deeper.
func TestNothingFollows(t *testing.T) {
	errs := Check(schemaOf(t, `{"type":"object","properties":{
		"a":{"type":"string","x-kubernetes-validations":[{"rule":"true","reason":"None"},{"rule":"bad"}]},
		"b":{"type":"string","x-kubernetes-validations":[{"rule":"bad"}]},"p":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},
		"x-kubernetes-validations":[{"rule":"bad"},{"rule":"true","fieldPath":".p.x"}]}`), field.New("s"), nil)
	var at []string
	for _, e := range errs {
		at = append(at, e.Field)
	}
	if got := strings.Join(at, " "); got != "s.x-kubernetes-validations[1].fieldPath s.properties[a].x-kubernetes-validations[0].reason s.properties[b].x-kubernetes-validations[0].rule" {
		t.Errorf("wrong are %s", got)
	}
}
