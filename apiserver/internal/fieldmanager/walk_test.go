package fieldmanager

import (
	"strings"
	"testing"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// slow is the comparison of structured-merge-diff, stripped of what nobody
// owns.
func slow(t *testing.T, s Structure, before, after string) (set, removed string, err error) {
	t.Helper()
	l, err := typedOf(t, s, before)
	if err != nil {
		return "", "", err
	}
	r, err := typedOf(t, s, after)
	if err != nil {
		return "", "", err
	}
	c, err := l.Compare(r)
	if err != nil {
		return "", "", err
	}
	return text(t, c.Added.Union(c.Modified).Difference(stripped)), text(t, c.Removed.Difference(stripped)), nil
}

var stripped = func() *fieldpath.Set {
	s := fieldpath.NewSet(fieldpath.MakePathOrDie("metadata"))
	for _, n := range noOnes {
		s.Insert(fieldpath.MakePathOrDie(n))
	}
	for _, n := range noOnesMetadata {
		s.Insert(fieldpath.MakePathOrDie("metadata", n))
	}
	return s
}()

func typedOf(t *testing.T, s Structure, doc string) (*typed.TypedValue, error) {
	t.Helper()
	v, err := value.FromJSON([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return typed.AsTyped(v, s.Schema, s.Type, typed.AllowDuplicates)
}

func text(t *testing.T, s *fieldpath.Set) string {
	t.Helper()
	b, err := s.ToJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWalkAgrees holds the fast comparison against structured-merge-diff's, on
// objects of every kind, filled at random: new, changed a little, and replaced.
func TestWalkAgrees(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 3
	}
	for _, k := range scheme.All() {
		if k.New == nil || schema.For(k.New()) == nil {
			continue
		}
		t.Run(k.APIVersion()+"/"+k.Kind, func(t *testing.T) {
			s := Built(schema.For(k.New()))
			fast := compile(s)
			doc := func(seed uint64) string {
				o := k.New()
				codectest.Fill(o, seed)
				b, err := codec.EncodeJSON(o)
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			}
			empty, _ := codec.EncodeJSON(k.New())
			for seed := range seeds {
				a, b := doc(seed), doc(seed+1)
				agree(t, s, fast, string(empty), a)
				agree(t, s, fast, "{}", a)
				agree(t, s, fast, a, string(empty))
				agree(t, s, fast, a, b)
				agree(t, s, fast, a, a)
			}
		})
	}
}

func agree(t *testing.T, s Structure, fast *shape, before, after string) {
	t.Helper()
	set, removed, err := slow(t, s, before, after)
	tr := newTree()
	defer tr.free()
	c, err2 := tr.compare(fast, before, after)
	if (err == nil) != (err2 == nil) && before != after {
		t.Fatalf("structured-merge-diff says %v, the walk %v, of\n%s\n%s", err, err2, before, after)
	}
	if err != nil {
		return
	}
	if got := usual(t, tr, c.set); got != set {
		t.Fatalf("set: got\n%s\nwant\n%s\nof\n%s\n%s", got, set, before, after)
	}
	if got := usual(t, tr, c.removed); got != removed {
		t.Fatalf("removed: got\n%s\nwant\n%s\nof\n%s\n%s", got, removed, before, after)
	}
	parsed, err := tr.parse([]byte(set))
	if err != nil || string(tr.text(parsed)) != set {
		t.Fatalf("%s parses to\n%s, %v", set, tr.text(parsed), err)
	}
}

// usual is the set's text; where our encoder has shorter escapes than
// structured-merge-diff in a name, it is spelled as there.
func usual(t *testing.T, tr *tree, n int32) string {
	t.Helper()
	b := string(tr.text(n))
	if strings.Contains(b, `\b`) || strings.Contains(b, `\f`) || strings.Contains(b, `\u202`) {
		set, err := tr.to(n)
		if err != nil {
			t.Fatal(err)
		}
		return text(t, set)
	}
	return b
}
