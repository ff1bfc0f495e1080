package resources

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/field"
)

var update = flag.Bool("update", false, "write the texts of testdata/checked anew")

// TestChecked: objects that are created, sound and not, and what is said to be
// wrong with them, word by word. Each block of a file is a resource, an object
// and one line for each error.
func TestChecked(t *testing.T) {
	table := map[string]*Resource{}
	for _, r := range All() {
		table[r.Name().String()] = r
	}
	files, _ := filepath.Glob("testdata/checked/*.txt")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := checked(t, table, string(text))
			if *update {
				err = os.WriteFile(f, []byte(got), 0o644)
			} else if d := cmp.Diff(string(text), got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// checked is the file's text with the errors that there are.
func checked(t *testing.T, table map[string]*Resource, text string) string {
	var out strings.Builder
	var r *Resource
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "> "):
			name := strings.TrimSpace(line[2:])
			if r = table[name]; r == nil {
				t.Fatalf("no resource %s", name)
			}
			out.WriteString(line)
		case strings.HasPrefix(line, "{"):
			out.WriteString(line)
			for _, e := range errorsOf(t, r, line) {
				out.WriteString("  " + strings.ReplaceAll(e.Error(), "\n", `\n`) + "\n")
			}
		}
	}
	return out.String()
}

func errorsOf(t *testing.T, r *Resource, object string) field.ErrorList {
	o := r.Kind.New()
	if problems, err := codec.DecodeJSONStrict([]byte(object), o); err != nil || len(problems) > 0 {
		t.Fatalf("%s: %v %v", object, problems, err)
	}
	if r.Kind.Namespaced {
		o.GetObjectMeta().Namespace = "default"
	}
	r.Default(o)
	r.PrepareCreate(o)
	return r.Validate(o)
}
