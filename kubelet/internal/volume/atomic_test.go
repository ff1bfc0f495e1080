package volume

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteReplacesAllAtOnce(t *testing.T) {
	dir := t.TempDir()
	file := func(s string, mode os.FileMode) File { return File{[]byte(s), mode} }
	steps := []map[string]File{
		{"a": file("1", 0o644), "sub/b": file("2", 0o400)},
		{"a": file("1", 0o644), "sub/b": file("2", 0o400)},
		{"a": file("changed", 0o600), "c": file("3", 0o644)},
		{},
	}
	target := ""
	for i, files := range steps {
		if err := Write(dir, files, -1); err != nil {
			t.Fatal(err)
		}
		for name, f := range files {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || string(got) != string(f.Data) {
				t.Errorf("step %d: %s is %q, %v", i, name, got, err)
			}
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != f.Mode {
				t.Errorf("step %d: the mode of %s is %v", i, name, info.Mode())
			}
		}
		now, err := os.Readlink(filepath.Join(dir, dataLink))
		if err != nil {
			t.Fatal(err)
		}
		if same := now == target; same != (i == 1) {
			t.Errorf("step %d: the data's folder stayed: %v", i, same)
		}
		target = now
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 2 {
		t.Errorf("%v is left of an empty volume, want the link and its folder", entries)
	}
}
