package rest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

// TestZipped: many answers with heads of their own share items that were
// compressed once, and each is a sound stream of what it should be.
func TestZipped(t *testing.T) {
	for _, items := range []int{0, 1, 1000, 20000} {
		var z zips
		made := 0
		all := func(yield func([]byte) bool) {
			made++
			for i := range items {
				yield(fmt.Appendf(nil, `{"name":"item-%d","text":"%s"},`, i, strings.Repeat("x", i%50)))
			}
		}
		var want bytes.Buffer
		all(func(b []byte) bool { want.Write(b); return true })
		made = 0
		var group sync.WaitGroup
		for n := range 10 {
			group.Go(func() {
				var got bytes.Buffer
				head := fmt.Appendf(nil, `{"n":%d,"items":[`, n)
				err := z.get(zipKey{snapshot: 1}, all).answer(t.Context(), func(b []byte) error { got.Write(b); return nil }, head, []byte("]}\n"))
				if err != nil {
					t.Error(err)
				}
				r, err := gzip.NewReader(&got)
				if err != nil {
					t.Error(err)
					return
				}
				r.Multistream(false)
				b, err := io.ReadAll(r)
				if err != nil || string(b) != string(head)+want.String()+"]}\n" {
					t.Errorf("%d items: answer %d has %d bytes, %v", items, n, len(b), err)
				}
			})
		}
		group.Wait()
		if made != 1 {
			t.Errorf("%d items were compressed %d times", items, made)
		}
	}
}
