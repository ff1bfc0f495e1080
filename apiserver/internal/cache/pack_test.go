package cache

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestPack: whatever the model, what was packed comes back, whole or from any
// place on.
func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(`"metadata": {"name":"pod-1", "uid":"5f3c", } ] containers image nginx:1.25 0000000000000000`)
	text := func() []byte {
		var b bytes.Buffer
		for range r.IntN(300) {
			b.WriteString(words[r.IntN(len(words))])
		}
		return b.Bytes()
	}
	for range 2000 {
		m := newModel(append(text(), "12345678"...))
		b := text()
		p := packed{model: m, bytes: m.pack(nil, b), size: len(b)}
		if got := p.whole(); !bytes.Equal(got, b) {
			t.Fatalf("%q in terms of %q came back as %q", b, m.text, got)
		}
		skip := r.IntN(len(b) + 1)
		if got := p.appendTo([]byte("before"), skip); string(got) != "before"+string(b[skip:]) {
			t.Fatalf("%q from %d on in terms of %q came back as %q", b, skip, m.text, got)
		}
	}
}

// TestPackerLearns: objects like those before are kept in a small part of their
// size, also when templates of several kinds alternate; what is like nothing
// else is kept as it is.
func TestPackerLearns(t *testing.T) {
	var p packer
	templates := [][]byte{numbered(t, 0), numbered(t, 0), numbered(t, 0)}
	for i := range templates {
		noise := make([]byte, 2000)
		r := rand.New(rand.NewPCG(uint64(i), 0))
		for j := range noise {
			noise[j] = 'a' + byte(r.IntN(26))
		}
		templates[i] = append(templates[i], noise...)
	}
	kept, size := 0, 0
	for i := range 300 {
		b := bytes.ReplaceAll(templates[i%3], []byte("pod-0"), fmt.Appendf(nil, "pod-%d", i))
		q := p.pack(b)
		if !bytes.Equal(q.whole(), b) {
			t.Fatalf("object %d came back as something else", i)
		}
		if i >= 3 {
			kept, size = kept+len(q.bytes), size+len(b)
		}
	}
	if kept*20 > size {
		t.Errorf("%d bytes are kept as %d", size, kept)
	}
	r := rand.New(rand.NewPCG(9, 9))
	for range 500 {
		b := make([]byte, 1000)
		for j := range b {
			b[j] = byte(r.IntN(256))
		}
		if q := p.pack(b); !bytes.Equal(q.whole(), b) || len(q.bytes) > len(b)+100 {
			t.Fatalf("noise of %d bytes is kept in %d", len(b), len(q.bytes))
		}
	}
	if n := len(p.known()); n > modelsMost {
		t.Errorf("there are %d models", n)
	}
}

// numbered is the typical pod under a name, a uid and an address of its own.
func numbered(t testing.TB, i int) []byte {
	b := bytes.ReplaceAll(typical(t), []byte(`"name":"web"`), fmt.Appendf(nil, `"name":"pod-%d"`, i))
	r := rand.New(rand.NewPCG(uint64(i), 7))
	uid := fmt.Appendf(nil, `"uid":"%08x-%04x-4%03x-8%03x-%012x"`, r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
	b = regexp.MustCompile(`"uid":"[^"]*"`).ReplaceAll(b, uid)
	return regexp.MustCompile(`"podIP":"[^"]*"`).ReplaceAll(b, fmt.Appendf(nil, `"podIP":"10.%d.%d.%d"`, r.IntN(256), r.IntN(256), r.IntN(256)))
}

func BenchmarkPack(b *testing.B) {
	var p packer
	p.pack(numbered(b, 0))
	pods := make([][]byte, 64)
	for i := range pods {
		pods[i] = numbered(b, i)
	}
	b.SetBytes(int64(len(pods[0])))
	size := 0
	for i := 0; b.Loop(); i++ {
		size = len(p.pack(pods[i%64]).bytes)
	}
	b.ReportMetric(float64(size), "kept-B")
}

func BenchmarkUnpack(b *testing.B) {
	var p packer
	p.pack(numbered(b, 0))
	q := p.pack(numbered(b, 17))
	b.SetBytes(int64(q.size))
	var buf []byte
	for b.Loop() {
		buf = q.appendTo(buf[:0], 0)
	}
}
