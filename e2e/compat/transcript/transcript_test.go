package transcript

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestNormal(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing to replace", "a   b    c  \n", "a   b    c  \n"},
		{"a table", "NAME   READY   AGE\nweb    0/1     12s\nx      1/1     3m4s\n", "NAME   READY   AGE\nweb   0/1   AGE\nx   1/1   AGE\n"},
		{"two ages side by side", "job   5s   1m2s\n", "job   AGE   AGE\n"},
		{"a toleration is no age", "Tolerations:  a op=Exists for 300s\n", "Tolerations:  a op=Exists for 300s\n"},
		{"metadata", "  resourceVersion: \"12\"\n  uid: 0f0f0f0f-1111-2222-3333-444444444444\n", "  resourceVersion: \"RV\"\n  uid: UID\n"},
		{"a generated name", "pod/gen-web-x2b4c created", "pod/gen-web-XXXXX created"},
		{"a service", "web   NodePort   10.96.3.200   <none>   80:30123/TCP   1s", "web   NodePort   CLUSTERIP   <none>   80:NODEPORT/TCP   AGE"},
		{"a pod's address stays", "10.244.0.5", "10.244.0.5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Normal(c.in); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestRun(t *testing.T) {
	archive := txtar.Parse([]byte(`# comment
@all
~ test -f made || { touch made; false; }
cat in/file
echo -n out; echo err >&2; exit 3
-- in/file --
hello
-- transcript 1.32 --
$ old
`))
	s := Parse(archive)
	if !s.All || s.Recorded["1.32"] != "$ old\n" || len(s.Files) != 1 {
		t.Errorf("parsed: %+v", s)
	}
	got, err := s.Run(t.Context(), t.TempDir(), []string{"PATH=/usr/bin:/bin"})
	if err != nil {
		t.Fatal(err)
	}
	want := "$ cat in/file\nhello\n$ echo -n out; echo err >&2; exit 3\nout\n[no newline]\n2| err\n[exit 3]\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if e := Entries(got); len(e) != 2 || e[1].Command != "echo -n out; echo err >&2; exit 3" || !strings.HasSuffix(e[1].Result, "[exit 3]\n") {
		t.Errorf("entries: %+v", e)
	}
	Record(archive, "1.32", got)
	Record(archive, "1.27", "x\n")
	if s := Parse(archive); s.Recorded["1.32"] != got || s.Recorded["1.27"] != "x\n" {
		t.Errorf("recorded: %+v", s.Recorded)
	}
}
