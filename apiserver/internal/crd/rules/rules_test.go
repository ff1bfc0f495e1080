package rules

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

type tree struct{ v any }

func (t *tree) DecodeJSON(d *jsonwire.Decoder) { t.v = d.Tree(nil) }

func value(t testing.TB, text string) any {
	t.Helper()
	var v tree
	if err := jsonwire.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v.v
}

func schemaOf(t testing.TB, text string) *structural.Schema {
	t.Helper()
	var p apiextensions.JSONSchemaProps
	if err := jsonwire.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return structural.New(&p)
}

const schemaText = `{"type":"object","properties":{
	"n":{"type":"integer"},"f":{"type":"number"},"d":{"type":"string","format":"duration"},"t":{"type":"string","format":"date-time"},"b":{"type":"string","format":"byte"},
	"port":{"x-kubernetes-int-or-string":true},"namespace":{"type":"string"},"a-b":{"type":"string"},"x.y/z":{"type":"string"},
	"set":{"type":"array","x-kubernetes-list-type":"set","maxItems":9,"items":{"type":"string","maxLength":9}},
	"map":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"maxItems":9,"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string","maxLength":9},"v":{"type":"integer"}}}},
	"m":{"type":"object","additionalProperties":{"type":"integer"}},"pod":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}},
	"x-kubernetes-validations":[%RULES%]}`

func withRules(t testing.TB, rules string) *Node {
	s := schemaOf(t, string(jsonReplace(schemaText, rules)))
	if errs := Check(s, nil, nil); len(errs) > 0 {
		t.Fatalf("%s: %v", rules, errs.Err())
	}
	return Compile(s)
}

func jsonReplace(text, rules string) []byte {
	const mark = "%RULES%"
	for i := range text {
		if len(text)-i >= len(mark) && text[i:i+len(mark)] == mark {
			return []byte(text[:i] + rules + text[i+len(mark):])
		}
	}
	return []byte(text)
}

// TestHold are rules that are true of an object.
func TestHold(t *testing.T) {
	o := value(t, `{"apiVersion":"v1","kind":"X","metadata":{"name":"me"},"n":3,"f":2,"d":"90s","t":"2020-01-01T00:00:00Z","b":"aGk=","port":"http","namespace":"ns","a-b":"dash","x.y/z":"dots",
		"set":["a","b"],"map":[{"k":"1","v":1},{"k":"2"}],"m":{"a-b":1},"pod":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}}`)
	for _, rule := range []string{
		`self.n == 3 && self.f == 2.0 && self.n > self.f`, `self.d == duration('1m30s') && self.d < duration('2m')`, `self.t.getFullYear() == 2020`, `self.b == b'hi'`,
		`type(self.port) == string && self.port == 'http'`, `self.__namespace__ == 'ns' && self.a__dash__b == 'dash' && self.x__dot__y__slash__z == 'dots'`,
		`self.set == ['b', 'a'] && self.set + ['b', 'c'] == ['a', 'b', 'c'] && 'a' in self.set && self.set.size() == 2`,
		`self.map.exists(x, x.k == '2' && !has(x.v)) && self.map.all(x, x.k.size() == 1)`, `self.m['a-b'] == 1 && self.m.all(k, k == 'a-b')`,
		`self.metadata.name == 'me' && self.kind == 'X'`, `self.pod.kind == 'Pod' && self.pod.metadata.name == 'p'`, `!has(self.pod.metadata.generateName)`,
		`self.set.indexOf('b') == 1 && self.set[0] == 'a'`, `self.?n.orValue(0) == 3`,
	} {
		n := withRules(t, `{"rule":`+string(jsonwire.AppendString(nil, rule))+`}`)
		for _, e := range n.Validate(context.Background(), o, nil, false) {
			t.Errorf("%s: %v", rule, e)
		}
	}
}

func TestBroken(t *testing.T) {
	old := value(t, `{"n":3,"set":["a"],"map":[{"k":"1","v":1}]}`)
	for _, c := range []struct {
		rule, v string
		hasOld  bool
		want    []string
	}{
		{`{"rule":"self.n > 5"}`, `{"n":1}`, false, []string{`<nil>: Invalid value: "object": failed rule: self.n > 5`}},
		{`{"rule":"self.n > 5","message":"too few"}`, `{"n":1}`, false, []string{`<nil>: Invalid value: "object": too few`}},
		{`{"rule":"self.n > 5","message":"m","messageExpression":"string(self.n)"}`, `{"n":1}`, false, []string{`<nil>: Invalid value: "object": 1`}},
		{`{"rule":"self.n > 5","message":"m","messageExpression":"string(1/0)"}`, `{"n":1}`, false, []string{`<nil>: Invalid value: "object": m`}},
		{`{"rule":"self.n > 5","fieldPath":".n","reason":"FieldValueForbidden"}`, `{"n":1}`, false, []string{`n: Forbidden: failed rule: self.n > 5`}},
		{`{"rule":"self.n > 5","fieldPath":".n","reason":"FieldValueRequired"}`, `{"n":1}`, false, []string{`n: Required value: failed rule: self.n > 5`}},
		{`{"rule":"self.n > 5"}`, `{}`, false, []string{`<nil>: Invalid value: "object": no such key: n evaluating rule: self.n > 5`}},
		{`{"rule":"self.n >= oldSelf.n"}`, `{"n":1}`, false, nil},
		{`{"rule":"self.n >= oldSelf.n"}`, `{"n":1}`, true, []string{`<nil>: Invalid value: "object": failed rule: self.n >= oldSelf.n`}},
		{`{"rule":"oldSelf.hasValue() || self.n == 0","optionalOldSelf":true}`, `{"n":1}`, false, []string{`<nil>: Invalid value: "object": failed rule: oldSelf.hasValue() || self.n == 0`}},
		{`{"rule":"self.n > 5"}`, `{"n":3,"set":["a"],"map":[{"k":"1","v":1}]}`, true, nil},
	} {
		var got []string
		for _, e := range withRules(t, c.rule).Validate(context.Background(), value(t, c.v), old, c.hasOld) {
			got = append(got, e.Error())
		}
		if !cmp.Equal(got, c.want) {
			t.Errorf("%s of %s: %q", c.rule, c.v, got)
		}
	}
}

// TestItemsHaveAPast follows the items of a map list by their keys.
func TestItemsHaveAPast(t *testing.T) {
	s := schemaOf(t, `{"type":"object","properties":{"l":{"type":"array","maxItems":5,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
		"items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"},"v":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.v >= oldSelf.v","message":"shrinks"}]}}}}`)
	errs := Compile(s).Validate(context.Background(), value(t, `{"l":[{"k":"new","v":0},{"k":"b","v":1},{"k":"a","v":9}]}`), value(t, `{"l":[{"k":"a","v":5},{"k":"b","v":5}]}`), true)
	if len(errs) != 1 || errs[0].Error() != `l[1]: Invalid value: "object": shrinks` {
		t.Errorf("%v", errs.Err())
	}
}
