package etcd

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestLetGo: the pages of a mapping are dropped and still there to read.
func TestLetGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	const size = 32 << 20
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i >> 12)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(b)
	before := mappedBytes()
	check := func() {
		for i := 0; i < size; i += 4096 {
			if b[i] != byte(i>>12) {
				t.Fatalf("page %d reads %d", i>>12, b[i])
			}
		}
	}
	check()
	touched := mappedBytes()
	if touched < before+size/2 {
		t.Fatalf("reading %d bytes touched %d only", size, touched-before)
	}
	letGo(path)
	if left := mappedBytes(); left > before+size/4 {
		t.Errorf("of %d bytes that were touched %d are left", touched-before, left-before)
	}
	check()
}
