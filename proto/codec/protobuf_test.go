package codec_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/pbwire"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// TestProtoRoundTrip writes and reads random objects of every kind. The kind
// and version of what lies inside an object are not on the wire.
func TestProtoRoundTrip(t *testing.T) {
	eachFilled(t, 60, func(t *testing.T, v any) {
		if !codec.HasProto(v) {
			if _, message := v.(pbwire.Message); message {
				return // no kind of its own, like Condition
			}
			if _, table := v.(*meta.Table); !table {
				t.Fatalf("%T has no protobuf form", v)
			}
			return
		}
		b, err := codec.EncodeProto(v)
		if err != nil {
			t.Fatal(err)
		}
		into := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if err := codec.DecodeProto(b, into); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(v, into, cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(meta.TypeMeta{})); d != "" {
			t.Fatalf("(-written +read):\n%s", d)
		}
		typeMeta := func(v any) meta.TypeMeta { return *v.(interface{ GetTypeMeta() *meta.TypeMeta }).GetTypeMeta() }
		if typeMeta(v) != typeMeta(into) {
			t.Fatalf("the kind %v came back as %v", typeMeta(v), typeMeta(into))
		}
		if again, _ := codec.EncodeProto(into); !bytes.Equal(b, again) {
			t.Fatal("what was read is written differently")
		}
	})
}

// TestProtoBytes pins the forms that round trips alone would not notice.
func TestProtoBytes(t *testing.T) {
	no := false
	for _, c := range []struct {
		name string
		m    pbwire.Message
		want string
	}{
		{"empty values are written", &core.ObjectReference{}, "0a00" + "1200" + "1a00" + "2200" + "2a00" + "3200" + "3a00"},
		{"pointers only when set", &core.EnvVar{Name: "a"}, "0a0161" + "1200"},
		{"a false that is set", &meta.OwnerReference{Controller: &no}, "0a00" + "1a00" + "2200" + "2a00" + "3000"},
		{"negative numbers take ten bytes", &core.GRPCAction{Port: -1}, "08ffffffffffffffffff01"},
		{"time", &meta.Time{Time: time.Unix(300, 5)}, "08ac02" + "1000"},
		{"no time", &meta.Time{}, ""},
		{"microseconds", &meta.MicroTime{Time: time.Unix(1, 1999)}, "0801" + "10e807"},
		{"a number or string has both", &meta.IntOrString{Type: meta.String, StrVal: "http"}, "0801" + "1000" + "1a0468747470"},
		{"maps are sorted", &meta.LabelSelector{MatchLabels: map[string]string{"b": "2", "a": "1"}}, "0a060a016112" + "0131" + "0a060a016212" + "0132"},
		{"quantity", ptr(quantity.MustParse("0.5")), "0a0435" + "30306d"},
		{"verbs", &meta.APIResource{Verbs: []string{"get"}}, "0a00" + "1000" + "1a00" + "22050a03676574" + "3200" + "4200" + "4a00" + "5200"},
		{"inlined structs are messages", &core.SecretKeySelector{LocalObjectReference: core.LocalObjectReference{Name: "s"}, Key: "k"}, "0a030a0173" + "12016b"},
	} {
		got := hex.EncodeToString(c.m.AppendProto(nil))
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHighNumber looks for the tag of managedFields, which has the number 17.
func TestHighNumber(t *testing.T) {
	m := meta.ObjectMeta{ManagedFields: []meta.ManagedFieldsEntry{{}}}
	if b := m.AppendProto(nil); !bytes.Contains(b, []byte{0x8a, 0x01}) {
		t.Errorf("no tag of two bytes in %x", b)
	}
}

func ptr[T any](v T) *T { return &v }

func TestEnvelope(t *testing.T) {
	b, err := codec.EncodeProto(&core.LocalObjectReference{})
	if err == nil {
		t.Errorf("a struct without a kind was written as %x", b)
	}
	b, err = codec.EncodeProto(&meta.DeleteOptions{TypeMeta: meta.TypeMeta{Kind: "D", APIVersion: "v1"}, DryRun: []string{"All"}})
	want := "6b387300" + "0a070a027631120144" + "12052a03416c6c" + "1a00" + "2200"
	if got := hex.EncodeToString(b); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	for _, bad := range []string{"", "k8", "k8s\x00", "{}", "k8s\x00\x0a\x7f", "k8s\x00\x12\x02\x0a\x05"} {
		if err := codec.DecodeProto([]byte(bad), &core.Pod{}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := codec.DecodeProto(b, &meta.Table{}); err == nil {
		t.Error("a table was read from protobuf")
	}
}

func TestUnknownNumbersAreSkipped(t *testing.T) {
	raw := []byte{0x0a, 1, 'a', 0xf8, 0x07, 5, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x07, 2, 'x', 'y', 0xfd, 0x07, 1, 2, 3, 4, 0x12, 1, 'b'}
	var e core.EnvVar
	if err := pbwire.Unmarshal(raw, &e); err != nil || e.Name != "a" || e.Value != "b" {
		t.Errorf("got %+v, %v", e, err)
	}
	packed := []byte{0x22, 3, 1, 0xac, 0x02}
	var s core.PodSecurityContext
	if err := pbwire.Unmarshal(packed, &s); err != nil || !reflect.DeepEqual(s.SupplementalGroups, []int64{1, 300}) {
		t.Errorf("packed numbers are read as %v, %v", s.SupplementalGroups, err)
	}
}

func TestWatchFrame(t *testing.T) {
	b := codec.AppendWatchFrame([]byte("x"), "ADDED", []byte("object"))
	if n := int(b[4]); b[0] != 'x' || n != len(b)-5 {
		t.Fatalf("the frame is %x", b)
	}
	typ, object, err := codec.DecodeWatchEvent(b[5:])
	if err != nil || typ != "ADDED" || string(object) != "object" {
		t.Errorf("got %s %s, %v", typ, object, err)
	}
}

// FuzzDecodeProto looks for panics, and for messages that change when written
// again.
func FuzzDecodeProto(f *testing.F) {
	for seed := range uint64(4) {
		var pod core.Pod
		codectest.Fill(&pod, seed)
		b, _ := codec.EncodeProto(&pod)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var pod, again core.Pod
		if codec.DecodeProto(b, &pod) != nil {
			return
		}
		first, err := codec.EncodeProto(&pod)
		if err != nil {
			t.Fatal(err)
		}
		if err := codec.DecodeProto(first, &again); err != nil {
			t.Fatal(err)
		}
		if second, _ := codec.EncodeProto(&again); !bytes.Equal(first, second) {
			t.Fatalf("%x is written as %x and then as %x", b, first, second)
		}
	})
}
