package selector

import "testing"

// What users type is read or refused, never a crash, and what was read is
// written in a form that reads the same.
func FuzzParseLabels(f *testing.F) {
	for _, s := range []string{"", "a", "!a", "a=b", "a in (b,,c)", "a notin ()", "a>1,b<2", "a in (", "=,", "in in in", "a==", "\x00=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLabels(s)
		if err != nil {
			return
		}
		again, err := ParseLabels(l.String())
		if err != nil || again.String() != l.String() {
			t.Errorf("%q was read as %q, which reads as %q, %v", s, l, again, err)
		}
	})
}

func FuzzParseFields(f *testing.F) {
	for _, s := range []string{"", "a=b", "a!=b", `a=b\,c`, `a=\`, ",,", "a==b,c", `\=\,`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sel, err := ParseFields(s)
		if err != nil {
			return
		}
		again, err := ParseFields(sel.String())
		if err != nil || again.String() != sel.String() {
			t.Errorf("%q was read as %q, which reads as %q, %v", s, sel, again, err)
		}
	})
}
