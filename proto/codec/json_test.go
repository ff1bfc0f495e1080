package codec_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// eachFilled runs check with many filled values of every kind.
func eachFilled(t *testing.T, rounds int, check func(t *testing.T, v any)) {
	for _, s := range codectest.Samples() {
		typ := reflect.TypeOf(s).Elem()
		t.Run(typ.String(), func(t *testing.T) {
			for seed := range uint64(rounds) {
				v := reflect.New(typ)
				codectest.Fill(v.Interface(), seed)
				if check(t, v.Interface()); t.Failed() {
					t.Fatalf("with seed %d", seed)
				}
			}
		})
	}
}

// reference is what encoding/json writes.
func reference(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// TestJSONAgainstReference compares both directions with encoding/json on
// random objects of every kind.
func TestJSONAgainstReference(t *testing.T) {
	eachFilled(t, 60, func(t *testing.T, v any) {
		want := reference(t, v)
		got, err := codec.EncodeJSON(v)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("encoded differently: %s (%v)", firstDifference(got, want), err)
		}
		for _, text := range [][]byte{want, indented(t, want)} {
			expect, into := reflect.New(reflect.TypeOf(v).Elem()).Interface(), reflect.New(reflect.TypeOf(v).Elem()).Interface()
			if err := json.Unmarshal(text, expect); err != nil {
				t.Fatal(err)
			}
			problems, err := codec.DecodeJSONStrict(text, into)
			if err != nil || len(problems) > 0 {
				t.Fatalf("decoding %s: %v, %q", text, err, problems)
			}
			if d := cmp.Diff(expect, into); d != "" {
				t.Fatalf("decoded differently (-want +got):\n%s", d)
			}
		}
	})
}

// firstDifference quotes two texts around the place where they part.
func firstDifference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	cut := func(b []byte) []byte { return b[max(0, min(i-60, len(b))):min(len(b), i+60)] }
	return fmt.Sprintf("byte %d: got\n%s\nwant\n%s", i, cut(got), cut(want))
}

func indented(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, text, " ", "\t"); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestDeepCopy changes every part of a copy and looks at the original.
func TestDeepCopy(t *testing.T) {
	eachFilled(t, 20, func(t *testing.T, v any) {
		before := reference(t, v)
		c := reflect.ValueOf(v).MethodByName("DeepCopy").Call(nil)[0]
		if after := reference(t, c.Interface()); !bytes.Equal(before, after) {
			t.Fatalf("the copy differs: %s", firstDifference(after, before))
		}
		scramble(c.Elem())
		if after := reference(t, v); !bytes.Equal(before, after) {
			t.Fatalf("changing the copy changed the original: %s", firstDifference(after, before))
		}
	})
}

// scramble changes in place all that v points to.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scramble(v.Field(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if e := v.MapIndex(k); e.Kind() == reflect.Slice {
				scramble(e)
			}
			v.SetMapIndex(k, reflect.Value{})
		}
	case reflect.String:
		v.SetString("scrambled")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int32, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Uint8:
		v.SetUint('0')
	}
}

func TestStrictProblems(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{`{"spec":{"containers":[{"name":"a"},{"name":"b","foo":1}]}}`, []string{`unknown field "spec.containers[1].foo"`}},
		{`{"Kind":"Pod","metadata":{"labels":{"a":"1","a":"2"},"name":"x","name":"y"}}`,
			[]string{`unknown field "Kind"`, `duplicate field "metadata.labels.a"`, `duplicate field "metadata.name"`}},
		{`{"spec":{"hostpid":true,"volumes":[{"emptyDir":{}, "emptydir" : {"x":[{"y":1}]}}]},"spec":{}}`,
			[]string{`unknown field "spec.hostpid"`, `unknown field "spec.volumes[0].emptydir"`, `duplicate field "spec"`}},
		{`{"spec":{"containers":[{"resources":{"limits":{"cpu":"1","cpu":"2"}}}]}}`, []string{`duplicate field "spec.containers[0].resources.limits.cpu"`}},
	} {
		problems, err := codec.DecodeJSONStrict([]byte(c.text), &core.Pod{})
		if d := cmp.Diff(c.want, problems); err != nil || d != "" {
			t.Errorf("%s: %v (-want +got)\n%s", c.text, err, d)
		}
	}
	many := `{"metadata":{` + strings.Repeat(`"x":1,`, 1000) + `"name":"n"}}`
	if problems, _ := codec.DecodeJSONStrict([]byte(many), &core.Pod{}); len(problems) != 1 {
		t.Errorf("%d problems are told of one field", len(problems))
	}
}

func TestTypeErrors(t *testing.T) {
	const json = "json: cannot unmarshal "
	for text, want := range map[string]string{
		`{"spec":{"replicas":"3"}}`:                                                json + "string into Go struct field ReplicationControllerSpec.spec.replicas of type int32",
		`{"spec":{"replicas":1.5}}`:                                                json + "number 1.5 into Go struct field ReplicationControllerSpec.spec.replicas of type int32",
		`{"spec":{"replicas":3000000000}}`:                                         json + "number 3000000000 into Go struct field ReplicationControllerSpec.spec.replicas of type int32",
		`{"metadata":{"labels":{"a":1}}}`:                                          json + "number into Go struct field ObjectMeta.metadata.labels of type string",
		`{"spec":{"selector":{"a":1}},"metadata":{"x":{"\"}":"}"}}}`:               json + "number into Go struct field ReplicationControllerSpec.spec.selector of type string",
		`{"spec":{"selector":{"a":1},"template":{"spec":{}}}}`:                     json + "number into Go struct field ReplicationControllerSpec.spec.selector of type string",
		`{"status":[],"metadata":{}}`:                                              json + "array into Go struct field ReplicationController.status of type v1.ReplicationControllerStatus",
		`{"metadata":{"labels":[]}}`:                                               json + "array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
		`{"spec":"x"}`:                                                             json + "string into Go struct field ReplicationController.spec of type v1.ReplicationControllerSpec",
		`{"spec":{"template":{"spec":{"containers":{}}}}}`:                         json + "object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
		`{"spec":{"template":{"spec":{"containers":[{"env":[{"value":true}]}]}}}}`: json + "bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
		`[]`:  json + "array into Go value of type v1.ReplicationController",
		`"x"`: json + "string into Go value of type v1.ReplicationController",
		`{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":{}}}}]}}}}`:   "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
		`{"spec":{"template":{"spec":{"containers":[{"imagePullPolicy":7}]}}}}`:                 "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy",
		`{"metadata":{"ownerReferences":[{"uid":{}}]}}`:                                         "json: cannot unmarshal object into Go struct field OwnerReference.metadata.ownerReferences.uid of type types.UID",
		`{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"1x"}}}]}}}}`: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
		`{"metadata":{"creationTimestamp":"yesterday"}}`:                                        `parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
	} {
		err := codec.DecodeJSON([]byte(text), &core.ReplicationController{})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", text, err, want)
		}
	}
}

// TestSyntax checks that exactly what encoding/json refuses is refused, in
// the same words.
func TestSyntax(t *testing.T) {
	for _, text := range append(hostile, []string{
		`{"a":1} `, `{"metadata":null,"spec":{"containers":null}}`, `null`, ` {} `, `{"x":"\u00e9\ud83d\ude80\ud800"}`,
		`{"x":[1,-0,0.5,1e9,1E+2,true,false,null,{},[]]}`, "{\"x\":\"\xff\xfe\"}", `{"metadata":{"name":"\ud83d\ude80\ud800x\/\u0041"}}`,
		"{\"metadata\":{\"name\":\"a\xffb\xe2\x82c\"}}",
	}...) {
		checkAgainstReference(t, []byte(text))
	}
}

var hostile = []string{
	``, ` `, `{`, `}`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `{"a":'x'}`, `[1,]`,
	`{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":-}`, `{"a":+1}`, `{"a":tru}`, `{"a":nul}`, `{"a":"x`, `{"a":"\x"}`, `{"a":"\u12"}`,
	"{\"a\":\"x\ny\"}", `{} x`, `{}{}`, "\x00", `{"spec":}`, `{"spec":{"containers":[{]}}`, `{"spec":{"containers":[1 2]}}`, `{"metadata":{"labels":{"a":"b",}}}`,
	`{"spec":{"containers":[`, `{"metadata":{"name":`, `{"metadata":{"name":"x"`, `{"x":` + strings.Repeat("[", 10001) + strings.Repeat("]", 10001) + `}`,
	`{"spec":{"hostPID":trux}}`, `{"spec":{"priority":-}}`, `{"spec":{"priority":1-2}}`, `nulll`, `{"kind":"Pod"`, `{"kind":"Pod",`, `{"kind":"Pod"]`,
}

// checkAgainstReference decodes text as a pod with both decoders. Texts whose
// keys differ only in case from a field's are left out: ours is exact.
func checkAgainstReference(t *testing.T, text []byte) {
	t.Helper()
	var want, got core.Pod
	wantErr, err := json.Unmarshal(text, &want), codec.DecodeJSON(text, &got)
	if (wantErr == nil) != (err == nil) {
		t.Fatalf("%.200q: got the error %v, want %v", text, err, wantErr)
	}
	if _, syntax := wantErr.(*json.SyntaxError); syntax && err.Error() != wantErr.Error() {
		t.Fatalf("%.200q: got the error %v, want %v", text, err, wantErr)
	}
	if err == nil {
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%.200q decodes differently (-want +got):\n%s", text, d)
		}
	}
}

// FuzzDecodeJSON holds the decoder against encoding/json, and what it read
// against itself.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range hostile {
		f.Add([]byte(s))
	}
	f.Add(podText(f))
	f.Fuzz(func(t *testing.T, text []byte) {
		var pod core.Pod
		problems, err := codec.DecodeJSONStrict(text, &pod)
		if err != nil || len(problems) > 0 {
			// A field in other letters or twice is the one difference wanted.
			var any json.RawMessage
			if (json.Unmarshal(text, &any) != nil) != (err != nil) && err != nil && strings.HasPrefix(err.Error(), "json: the text") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		checkAgainstReference(t, text)
		out, _ := codec.EncodeJSON(&pod)
		var again core.Pod
		if err := codec.DecodeJSON(out, &again); err != nil {
			t.Fatalf("%q is written as %q, which reads as %v", text, out, err)
		}
		if twice, _ := codec.EncodeJSON(&again); !bytes.Equal(out, twice) {
			t.Fatalf("%q is written as %q and then as %q", text, out, twice)
		}
	})
}

func podText(t testing.TB) []byte {
	b, err := os.ReadFile("testdata/pod.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUnknownGoTypes(t *testing.T) {
	b, err := codec.EncodeJSON(map[string]string{"a": "<"})
	if err != nil || string(b) != `{"a":"<"}` {
		t.Errorf("got %s, %v", b, err)
	}
	var o meta.PartialObjectMetadata
	if err := codec.DecodeJSON([]byte(`{"kind":"X","metadata":{"name":"n"},"spec":{}}`), &o); err != nil || o.Name != "n" || o.Kind != "X" {
		t.Errorf("got %+v, %v", o, err)
	}
}
