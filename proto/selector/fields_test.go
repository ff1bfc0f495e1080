package selector

import "testing"

func TestParseFields(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		",":                                 "",
		"metadata.name=x":                   "metadata.name=x",
		"metadata.name==x":                  "metadata.name=x",
		"spec.nodeName=,status.phase!=Gone": "spec.nodeName=,status.phase!=Gone",
		`a=b\,c\=d\\e`:                      `a=b\,c\=d\\e`,
	} {
		f, err := ParseFields(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if got := f.String(); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a":      "invalid selector: 'a'; can't understand 'a'",
		"a=b,c":  "invalid selector: 'a=b,c'; can't understand 'c'",
		`a=b\x`:  `invalid field selector: invalid escape sequence: \x`,
		`a=b\`:   `invalid field selector: invalid escape sequence: \`,
		"a=b=c":  "invalid field selector: unescaped character in value: 61",
		`a\,b=c`: "",
	} {
		_, err := ParseFields(in)
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%q: got %q, want %q", in, got, want)
			}
		} else if want != "" {
			t.Errorf("%q: no error, want %q", in, want)
		}
	}
}

func TestFieldsMatch(t *testing.T) {
	get := func(field string) string { return map[string]string{"a": "1", "b": "x,y"}[field] }
	for s, want := range map[string]bool{
		"":           true,
		"a=1":        true,
		"a==2":       false,
		"a!=2":       true,
		"a!=1":       false,
		`b=x\,y`:     true,
		"gone=":      true,
		"gone!=":     false,
		"a=1,gone!=": false,
	} {
		f, err := ParseFields(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		if got := f.Matches(get); got != want {
			t.Errorf("%q: got %v, want %v", s, got, want)
		}
	}
	f := FieldEquals("spec.nodeName", "n1")
	if v, ok := f.RequiresExact("spec.nodeName"); v != "n1" || !ok {
		t.Errorf("RequiresExact: %q, %v", v, ok)
	}
	if _, ok := f.RequiresExact("metadata.name"); ok {
		t.Error("an unrelated field is required")
	}
}
