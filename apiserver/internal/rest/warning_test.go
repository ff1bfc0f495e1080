package rest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestWarnings: a few are told whole, many are cut, and more are left out.
func TestWarnings(t *testing.T) {
	for _, tt := range []struct{ n, each, told, size int }{
		{3, 1000, 3, 3000},
		{1, 4096, 1, 4096},
		{1, 4097, 1, 256},
		{5, 1000, 5, 5 * 256},
		{60, 400, 16, 16 * 256},
		{60, 117, 36, 36 * 117},
		{100, 20, 100, 2000},
	} {
		h := http.Header{}
		var w warnings
		for i := range tt.n {
			w.add(h, fmt.Sprintf("%03d%s", i, strings.Repeat("ä", tt.each-3)))
			w.add(h, fmt.Sprintf("%03d%s", i, strings.Repeat("ä", tt.each-3))) // told once
		}
		size := 0
		for _, v := range h["Warning"] {
			size += len([]rune(v)) - len(`299 - ""`)
		}
		if got := len(h["Warning"]); got != tt.told || size != tt.size {
			t.Errorf("of %d warnings of %d characters %d are told with %d, want %d with %d", tt.n, tt.each, got, size, tt.told, tt.size)
		}
	}
	h := http.Header{}
	new(warnings).add(h, "say \"a\\b\"\nthen")
	if got, want := h.Get("Warning"), `299 - "say \"a\\b\" then"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
