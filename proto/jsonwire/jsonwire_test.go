package jsonwire

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestStringsAgainstReference writes random bytes as strings and reads them
// back, beside encoding/json.
func TestStringsAgainstReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	alphabet := []string{"a", "b", "0", " ", "\"", "\\", "\n", "\x00", "\x1f", "\x7f", "\x80", "\xff", "é", "東", "🚀", "\u2028", "\u2029", "\ufffd", "\xed\xa0\x80", "<", "&"}
	for range 20000 {
		var b strings.Builder
		for range r.IntN(30) {
			if r.IntN(3) > 0 {
				b.WriteByte("abcdefgh"[r.IntN(8)])
			} else {
				b.WriteString(alphabet[r.IntN(len(alphabet))])
			}
		}
		s := b.String()
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		got := AppendString(nil, s)
		if string(got)+"\n" != want.String() {
			t.Fatalf("%q is written as %s, want %s", s, got, want.String())
		}
		var back, expect string
		d := Decoder{data: got}
		if d.String(&back); d.Err() != nil {
			t.Fatal(d.Err())
		}
		if err := json.Unmarshal(got, &expect); err != nil || back != expect {
			t.Fatalf("%s is read as %q, want %q (%v)", got, back, expect, err)
		}
	}
}

// TestSpecial checks every byte at every place of a word.
func TestSpecial(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			s := bytes.Repeat([]byte{'x'}, 20)
			s[at] = byte(c)
			want := 20
			if c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
				want = at
			}
			if got := plain(s, 0); got != want {
				t.Fatalf("with %#x at %d the plain part ends at %d", c, at, got)
			}
			if got := plainString(string(s), 0); got != want {
				t.Fatalf("with %#x at %d the plain part of the string ends at %d", c, at, got)
			}
		}
	}
}

// TestKeptStringsStay reads long and short strings with one decoder and looks
// at the first again.
func TestKeptStringsStay(t *testing.T) {
	var all, want []string
	for i := range 2000 {
		s := strings.Repeat(string(rune('a'+i%26)), i%700)
		want = append(want, s)
		var got string
		if err := Unmarshal(AppendString(nil, s), text{&got}); err != nil {
			t.Fatal(err)
		}
		all = append(all, got)
	}
	for i := range all {
		if all[i] != want[i] {
			t.Fatalf("string %d became %q", i, all[i])
		}
	}
}

// text is a string that can be read alone.
type text struct{ s *string }

func (v text) DecodeJSON(d *Decoder) { d.String(v.s) }

func TestAny(t *testing.T) {
	for in, want := range map[string]string{`[1, "a", {"b": null}]`: `[1,"a",{"b":null}]`, `true`: `true`, `"x"`: `"x"`, `-1.5e2`: `-150`, `null`: `null`} {
		var v any
		d := Decoder{data: []byte(in)}
		if d.Any(&v); d.Err() != nil {
			t.Fatal(d.Err())
		}
		if got := string(AppendAny(nil, v)); got != want {
			t.Errorf("%s is written as %s", in, got)
		}
	}
	if got := string(AppendAny(nil, make(chan int))); got != "null" {
		t.Errorf("a channel is written as %s", got)
	}
}
