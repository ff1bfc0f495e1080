package selector

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestParseLabels(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"  ":                              "",
		"a":                               "a",
		"!a":                              "!a",
		"! a":                             "!a",
		"a=b":                             "a=b",
		" a == b ":                        "a==b",
		"a!=b":                            "a!=b",
		"a=":                              "a=",
		"a=,b=c":                          "a=,b=c",
		"b=c,a=b":                         "a=b,b=c",
		"a in (y,x)":                      "a in (x,y)",
		"a in(x)":                         "a in (x)",
		"a notin ( x , y , x )":           "a notin (x,y)",
		"a in (,x)":                       "a in (,x)",
		"a in ()":                         "a in ()",
		"a>1":                             "a>1",
		"a<3":                             "a<3",
		"in in (in)":                      "in in (in)",
		"example.com/a=b,!b,c":            "!b,c,example.com/a=b",
		"x in (a),x notin (b),app, !gone": "app,!gone,x in (a),x notin (b)",
	} {
		l, err := ParseLabels(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if got := l.String(); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		again, err := ParseLabels(l.String())
		if err != nil || again.String() != want {
			t.Errorf("%q does not survive a round trip: %q, %v", in, again, err)
		}
	}
}

func TestParseLabelsErrors(t *testing.T) {
	for in, want := range map[string]string{
		"=":       "found '=', expected: !, identifier, or 'end of string'",
		"a=b,":    "found '', expected: identifier after ','",
		"a=b c":   "found 'c', expected: ',' or 'end of string'",
		"a b":     "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
		"!":       "unable to parse requirement: found '', expected: identifier",
		"a in b":  "unable to parse requirement: found 'b' expected: '('",
		"a in (b": "unable to parse requirement: found '', expected: ',' or ')'",
		"a in ((": "unable to parse requirement: found '(', expected: ',', ')' or identifier",
		"a=(":     "unable to parse requirement: found '(', expected: identifier",
		"a>b":     "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
		"a=-b": "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
			"and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
		"-a": "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
			"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
	} {
		l, err := ParseLabels(in)
		if err == nil {
			t.Errorf("%q was read as %q", in, l)
		} else if err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", in, err, want)
		}
		if l.Matches(nil) {
			t.Errorf("%q: a selector that failed to parse selects something", in)
		}
	}
}

func TestLabelsMatch(t *testing.T) {
	labels := map[string]string{"app": "web", "n": "5", "empty": ""}
	for s, want := range map[string]bool{
		"":                  true,
		"app":               true,
		"!app":              false,
		"!gone":             true,
		"app=web":           true,
		"app=db":            false,
		"app!=db":           true,
		"app!=web":          false,
		"gone!=x":           true,
		"gone notin (x)":    true,
		"gone in (x)":       false,
		"app in (db,web)":   true,
		"app notin (db)":    true,
		"app notin (web)":   false,
		"empty=":            true,
		"gone=":             false,
		"n>4":               true,
		"n>5":               false,
		"n<6":               true,
		"app>1":             false,
		"gone<1":            false,
		"app=web,n=5":       true,
		"app=web,n=6":       false,
		"app=web,app!=web":  false,
		"app=web,empty,!no": true,
	} {
		l, err := ParseLabels(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if got := l.Matches(labels); got != want {
			t.Errorf("%q matches %v: got %v, want %v", s, labels, got, want)
		}
	}
}

func TestFromLabelSelector(t *testing.T) {
	if l, err := FromLabelSelector(nil); err != nil || l.Matches(nil) || l.Empty() {
		t.Errorf("nil selects something: %v, %v", l, err)
	}
	if l, err := FromLabelSelector(&meta.LabelSelector{}); err != nil || !l.Matches(nil) || !l.Empty() {
		t.Errorf("the empty selector does not select everything: %v, %v", l, err)
	}
	l, err := FromLabelSelector(&meta.LabelSelector{
		MatchLabels: map[string]string{"b": "2", "a": "1"},
		MatchExpressions: []meta.LabelSelectorRequirement{
			{Key: "c", Operator: meta.LabelSelectorOpIn, Values: []string{"y", "x"}},
			{Key: "d", Operator: meta.LabelSelectorOpNotIn, Values: []string{"z"}},
			{Key: "e", Operator: meta.LabelSelectorOpExists},
			{Key: "f", Operator: meta.LabelSelectorOpDoesNotExist},
		},
	})
	if want := "a=1,b=2,c in (x,y),d notin (z),e,!f"; err != nil || l.String() != want {
		t.Errorf("got %q, %v, want %q", l, err, want)
	}
	for _, e := range []meta.LabelSelectorRequirement{
		{Key: "c", Operator: "Near"},
		{Key: "c", Operator: meta.LabelSelectorOpIn},
		{Key: "c", Operator: meta.LabelSelectorOpExists, Values: []string{"x"}},
	} {
		if l, err := FromLabelSelector(&meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{e}}); err == nil || l.Matches(map[string]string{"c": "x"}) {
			t.Errorf("%v was taken as %q", e, l)
		}
	}
}

func TestRequiresExact(t *testing.T) {
	l, err := ParseLabels("a=1,b in (2),c in (3,4),d!=5")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"a": "1", "b": "2", "c": "", "d": "", "e": ""} {
		if got, ok := l.RequiresExact(key); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v", key, got, ok)
		}
	}
}
