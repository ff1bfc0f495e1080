package admission

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestYoungest(t *testing.T) {
	at := func(name string, s int64, annotations map[string]string) meta.ObjectMeta {
		return meta.ObjectMeta{Name: name, CreationTimestamp: meta.NewTime(time.Unix(s, 0)), Annotations: annotations}
	}
	yes, beta, no := map[string]string{"default": "true"}, map[string]string{"beta": "true"}, map[string]string{"default": "false"}
	for _, c := range []struct {
		want    string
		objects []meta.ObjectMeta
	}{
		{"", nil},
		{"", []meta.ObjectMeta{at("a", 1, nil), at("b", 1, no)}},
		{"b", []meta.ObjectMeta{at("a", 1, nil), at("b", 1, yes)}},
		{"b", []meta.ObjectMeta{at("a", 1, yes), at("b", 2, beta), at("c", 3, no)}},
		{"a", []meta.ObjectMeta{at("a", 2, yes), at("b", 2, yes)}},
	} {
		var d youngest
		for i := range c.objects {
			d.look(&c.objects[i], "default", "beta")
		}
		if d.name != c.want {
			t.Errorf("of %v it is %q, want %q", c.objects, d.name, c.want)
		}
	}
}
