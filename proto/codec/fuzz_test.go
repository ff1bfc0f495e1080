package codec_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
)

// sample is an empty value of kind n, whatever n is.
func sample(n uint) any {
	all := codectest.Samples()
	return reflect.New(reflect.TypeOf(all[n%uint(len(all))]).Elem()).Interface()
}

// seeds gives f a filled value of each kind in an encoding, and short texts.
func seeds(f *testing.F, encode func(any) ([]byte, error), more ...string) {
	for n := range codectest.Samples() {
		v := sample(uint(n))
		codectest.Fill(v, uint64(n)+1)
		if b, err := encode(v); err == nil && len(b) < 4<<10 {
			f.Add(uint(n), b)
		}
		for i, s := range more {
			if (n+i)%7 == 0 {
				f.Add(uint(n), []byte(s))
			}
		}
	}
}

// FuzzKindsJSON reads JSON into every kind. What is read without complaint is
// written in a form that reads the same, strictly too, and survives protobuf.
func FuzzKindsJSON(f *testing.F) {
	seeds(f, codec.EncodeJSON, hostile...)
	f.Fuzz(func(t *testing.T, n uint, text []byte) {
		v, lax := sample(n), sample(n)
		problems, err := codec.DecodeJSONStrict(text, v)
		if laxErr := codec.DecodeJSON(text, lax); (err == nil) != (laxErr == nil) {
			t.Fatalf("%T: strictly it is %v, otherwise %v", v, err, laxErr)
		}
		if err != nil {
			return
		}
		if len(problems) == 0 && !json.Valid(text) {
			t.Fatalf("%T: %q was taken", v, text)
		}
		out, err := codec.EncodeJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		if laxly, _ := codec.EncodeJSON(lax); !bytes.Equal(out, laxly) {
			t.Fatalf("%T: %q reads as %q strictly, as %q otherwise", v, text, out, laxly)
		}
		again := sample(n)
		if problems, err := codec.DecodeJSONStrict(out, again); err != nil || len(problems) > 0 {
			t.Fatalf("%T: %q is written as %q, which has %v, %v", v, text, out, problems, err)
		}
		if twice, _ := codec.EncodeJSON(again); !bytes.Equal(out, twice) {
			t.Fatalf("%T: %q is written as %q and then as %q", v, text, out, twice)
		}
		if codec.HasProto(v) {
			sameInProto(t, v, sample(n), sample(n))
		}
	})
}

// sameInProto sends v through protobuf and back into once, and that into twice.
// The first turn may take empty lists for absent ones; the second changes
// nothing.
func sameInProto(t *testing.T, v, once, twice any) {
	t.Helper()
	first := throughProto(t, v, once)
	second := throughProto(t, once, twice)
	if !bytes.Equal(first, second) {
		t.Fatalf("%T: protobuf makes %x and then %x", v, first, second)
	}
	a, _ := codec.EncodeJSON(once)
	if b, _ := codec.EncodeJSON(twice); !bytes.Equal(a, b) {
		t.Fatalf("%T: through protobuf it is %q and then %q", v, a, b)
	}
}

func throughProto(t *testing.T, from, to any) []byte {
	t.Helper()
	b, err := codec.EncodeProto(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := codec.DecodeProto(b, to); err != nil {
		t.Fatalf("%T: %x is written and cannot be read: %v", from, b, err)
	}
	return b
}

// FuzzKindsProto reads protobuf into every kind. What is read can be written
// again, in both encodings.
func FuzzKindsProto(f *testing.F) {
	seeds(f, codec.EncodeProto, "", "k8s\x00", "k8s\x00\x0a\x00", "k8s\x00\x12\x02\x0a\x00", "k8s\x00\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, n uint, b []byte) {
		v := sample(n)
		if !codec.HasProto(v) || codec.DecodeProto(b, v) != nil {
			return
		}
		sameInProto(t, v, sample(n), sample(n))
		text, err := codec.EncodeJSON(v)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%T: %x is %q in JSON, %v", v, b, text, err)
		}
		if err := codec.DecodeJSON(text, sample(n)); err != nil {
			t.Fatalf("%T: %x is %q in JSON, which cannot be read: %v", v, b, text, err)
		}
	})
}
