package printer

import (
	"bytes"
	"testing"
)

// The server names the columns once; later rows still have their cells, in
// line with the first ones.
func TestWatchKeepsColumns(t *testing.T) {
	table := func(s string) *Table {
		tab, ok := ParseTable([]byte(s))
		if !ok {
			t.Fatalf("no table: %s", s)
		}
		return tab
	}
	var b bytes.Buffer
	w := NewWatchWriter(&b)
	first := table(`{"kind":"Table","columnDefinitions":[{"name":"Name"},{"name":"Status"}],"rows":[{"cells":["web-12345","Running"]}]}`)
	later := table(`{"kind":"Table","columnDefinitions":null,"rows":[{"cells":["a","Pending"]}]}`)
	empty := table(`{"kind":"Table","columnDefinitions":null,"rows":[]}`)
	for i, tab := range []*Table{first, later, empty} {
		if err := w.Print(tab, TableOptions{}, i == 0); err != nil {
			t.Fatal(err)
		}
	}
	if want := "NAME        STATUS\nweb-12345   Running\na           Pending\n"; b.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), want)
	}
}
