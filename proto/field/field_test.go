package field

import "testing"

func TestPathText(t *testing.T) {
	for want, p := range map[string]*Path{
		"<nil>":                        nil,
		"spec":                         New("spec"),
		"spec.replicas":                New("spec", "replicas"),
		"spec.containers[2].env[a.b]":  New("spec").Child("containers").Index(2).Child("env").Key("a.b"),
		"metadata.labels":              (*Path)(nil).Child("metadata", "labels"),
		"data[x]":                      New("data").Key("x"),
		"spec.ports[0].targetPort[y].": New("spec", "ports").Index(0).Child("targetPort").Key("y").Child(""),
	} {
		if got := p.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPathsAreShared(t *testing.T) {
	base := New("spec")
	a, b := base.Child("a"), base.Child("b")
	if a.String() != "spec.a" || b.String() != "spec.b" || base.String() != "spec" {
		t.Errorf("paths disturb each other: %s %s %s", base, a, b)
	}
}

func TestErrorText(t *testing.T) {
	type named string
	p := New("spec", "x")
	n := int32(7)
	for want, e := range map[string]*Error{
		"spec.x: Invalid value: -1: must be greater than or equal to 0": Invalid(p, -1, "must be greater than or equal to 0"),
		`spec.x: Invalid value: "a\"b": no`:                             Invalid(p, `a"b`, "no"),
		`spec.x: Invalid value: "n": no`:                                Invalid(p, named("n"), "no"),
		`spec.x: Invalid value: []int{1}: no`:                           Invalid(p, Literal("[]int{1}"), "no"),
		"spec.x: Invalid value: 7: no":                                  Invalid(p, &n, "no"),
		`spec.x: Invalid value: "null": no`:                             Invalid(p, nil, "no"),
		`spec.x: Invalid value: map[string]string{"a":"b"}: no`:         Invalid(p, map[string]string{"a": "b"}, "no"),
		"spec.x: Required value":                                        Required(p, ""),
		"spec.x: Required value: name me":                               Required(p, "name me"),
		`spec.x: Duplicate value: "a"`:                                  Duplicate(p, "a"),
		`spec.x: Not found: "a"`:                                        NotFound(p, "a"),
		"spec.x: Forbidden: no":                                         Forbidden(p, "no"),
		`spec.x: Unsupported value: "c": supported values: "b", "a"`:    NotSupported(p, "c", []named{"b", "a"}),
		"spec.x: Too long: may not be more than 3 bytes":                TooLong(p, 3),
		"spec.x: Too many: 5: must have at most 1 items":                TooMany(p, 5, 1),
		"spec.x: Too many: 5: must have at most 2 items":                TooMany(p, 5, 2),
		`spec.x: Invalid value: "integer": must be a string`:            TypeInvalid(p, "integer", "must be a string"),
	} {
		if got := e.Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestListText(t *testing.T) {
	p := New("a")
	if err := (ErrorList{}).Err(); err != nil {
		t.Errorf("an empty list is the error %v", err)
	}
	if got, want := (ErrorList{Required(p, ""), Required(p, "")}).Text(), "a: Required value"; got != want {
		t.Errorf("repeats: got %s, want %s", got, want)
	}
	l := ErrorList{Required(p, ""), Forbidden(p, "no")}
	if got, want := l.Err().Error(), "[a: Required value, a: Forbidden: no]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNowhere(t *testing.T) {
	if Nowhere.Child("a", "b").Index(3).Key("c") != Nowhere {
		t.Error("something is below nowhere")
	}
	if New("a").Child("b") == Nowhere || testing.AllocsPerRun(10, func() { Nowhere.Child("a").Index(1) }) > 0 {
		t.Error("nowhere is no place of its own")
	}
}
