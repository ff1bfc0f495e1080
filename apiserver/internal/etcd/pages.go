package etcd

import (
	"bufio"
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The embedded member maps its database file into memory, and every page that
// it has touched counts as the process' own until the kernel needs the room: a
// long history of changes makes the server look many times as large as it is,
// and weighs on memory limits that count mapped pages. The pages are in the
// kernel's cache in any case, so they are let go of when they are many; those
// that are read again are found there.
const (
	pagesMost  = 24 << 20 // bytes of mapped files beyond those at the start
	pagesEvery = time.Second
)

// trimPages lets go of the pages of path's mapping when they have become many,
// until ctx ends.
func trimPages(ctx context.Context, path string) {
	letGo(path) // opening it has read the whole database
	start := mappedBytes()
	ticker := time.NewTicker(pagesEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if mappedBytes() > start+pagesMost {
				letGo(path)
			}
		}
	}
}

// mappedBytes is how much of files the process has mapped and touched.
func mappedBytes() int {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b))
	if len(f) < 3 {
		return 0
	}
	pages, _ := strconv.Atoi(f[2])
	return pages * os.Getpagesize()
}

// letGo drops the pages of the mappings of path from this process. What is read
// of them later is fetched from the kernel's cache, or the disk, again.
func letGo(path string) {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if !strings.HasSuffix(line, path) || !strings.Contains(line, "r--s") {
			continue // only a shared mapping that is not written through can be dropped without loss
		}
		from, to, ok := addresses(line)
		if ok {
			syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED)
		}
	}
}

// addresses are where the mapping of a line lies.
func addresses(line string) (from, to uintptr, ok bool) {
	span, _, _ := strings.Cut(line, " ")
	low, high, ok := strings.Cut(span, "-")
	a, errA := strconv.ParseUint(low, 16, 64)
	b, errB := strconv.ParseUint(high, 16, 64)
	return uintptr(a), uintptr(b), ok && errA == nil && errB == nil && b > a
}
