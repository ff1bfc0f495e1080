package apiserver_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/pbwire"
)

const typeProtobuf = "application/vnd.kubernetes.protobuf"

// TestTruncatedProtobuf: an object in protobuf that ends anywhere is refused in
// one way, but where what is left is an envelope still.
func TestTruncatedProtobuf(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	om := meta.ObjectMeta{Name: "cut", Labels: map[string]string{"a": "b"}}
	for _, tt := range []struct {
		path string
		of   any
	}{
		{"configmaps", &core.ConfigMap{TypeMeta: meta.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"}, ObjectMeta: om, Data: map[string]string{"a": "b"}}},
		{"services", &core.Service{TypeMeta: meta.TypeMeta{Kind: "Service", APIVersion: "v1"}, ObjectMeta: om,
			Spec: core.ServiceSpec{Selector: map[string]string{"a": "b"}, Ports: []core.ServicePort{{Port: 80}}}}},
	} {
		full, err := codec.EncodeProto(tt.of)
		if err != nil {
			t.Fatal(err)
		}
		kind := tt.of.(interface{ GetTypeMeta() *meta.TypeMeta }).GetTypeMeta().Kind
		head := len("k8s\x00") + 2 + 2 + len("v1") + 2 + len(kind) // its kind and no more
		for n := range len(full) + 1 {
			r.do("POST", "/api/v1/namespaces/default/"+tt.path+"?dryRun=All", full[:n], typeProtobuf)
			want, says := 400, "unexpected EOF ("
			switch {
			case n == 0:
				says = "empty data (<empty>)"
			case n < len("k8s\x00"):
				says = "does not appear to be a protobuf message, expected prefix [107 56 115 0] ("
			case n == len("k8s\x00"):
				says = "empty body (6b387300)"
			case n == head:
				want, says = 422, "name or generateName is required"
			case n >= len(full)-4 && (len(full)-n)%2 == 0:
				want, says = 201, ""
			}
			r.want(want, says)
			if want != 400 {
				continue
			}
			var st meta.Status
			if err := json.Unmarshal(r.body, &st); err != nil || st.Reason != meta.StatusReasonBadRequest ||
				!strings.HasPrefix(st.Message, "the object provided is unrecognized (must be of type "+kind+"): ") {
				t.Errorf("%d of %d bytes of a %s: %s", n, len(full), kind, r.body)
			}
		}
	}
}

// TestCompressedBody: a body counts as it comes, whatever Content-Encoding says
// of it, so that none is larger than it looks.
func TestCompressedBody(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s, headers: http.Header{"Content-Encoding": {"gzip"}}}
	r.as("admin", "system:masters")
	maps := "/api/v1/namespaces/default/configmaps"
	var bomb bytes.Buffer
	w, _ := gzip.NewWriterLevel(&bomb, gzip.BestCompression) // A known level.
	if _, err := io.Copy(w, io.LimitReader(endless(bytes.Repeat([]byte{' '}, 1<<20)), 1<<30)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	before := allocated()
	for _, tt := range []struct {
		method, path, media string
		code                int
		says                string
	}{
		{"POST", maps, "application/json", 400, "invalid character '\\\\x1f' looking for beginning of value"},
		{"POST", maps, "application/yaml", 400, "cannot be handled as a ConfigMap"},
		{"POST", maps, typeProtobuf, 400, "does not appear to be a protobuf message"},
		{"PUT", maps + "/a", "application/json", 400, "invalid character '\\\\x1f' looking for beginning of value"},
		{"PATCH", maps + "/kube-root-ca.crt", "application/merge-patch+json", 404, "not found"},
		{"DELETE", maps + "/a", "application/json", 400, "invalid character '\\\\x1f' looking for beginning of value"},
	} {
		r.do(tt.method, tt.path, bomb.Bytes(), tt.media)
		if r.code != tt.code {
			t.Errorf("%s as %s: %d %.300s", tt.method, tt.media, r.code, r.body)
		}
	}
	if grown := allocated() - before; grown > 100<<20 {
		t.Errorf("%d MiB were allocated for six bodies of one", grown>>20)
	}
	r.do("POST", maps, []byte(`{"metadata":{"name":"plain"}}`), "")
	r.want(201, `"plain"`)
}

// allocated is how many bytes were allocated so far.
func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

// TestCrowdedBodies: a body of three megabytes that is a million elements is
// refused, in every encoding and by every verb, before it takes much memory, and
// so that the answer stays small.
func TestCrowdedBodies(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	pods, maps := "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/configmaps"
	for _, path := range []string{pods, maps} {
		r.do("POST", "/api/v1/namespaces/default/serviceaccounts", []byte(`{"metadata":{"name":"default"}}`), "")
		r.do("POST", path, []byte(`{"metadata":{"name":"there"},"spec":{"containers":[{"name":"a","image":"b"}]}}`), "")
		r.want(201, "")
	}
	many := func(of string, n int) string { return strings.TrimSuffix(strings.Repeat(of+",", n), ",") }
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	containers := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"there"},"spec":{"containers":[` + many("{}", 1_000_000) + `]}}`
	named := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"there"},"spec":{"containers":[` + numbered(`{"name":"%d"},`, 150_000) + `]}}`
	proto := codec.AppendEnvelope(nil, "v1", "Pod", func(b []byte) []byte {
		return pbwire.AppendString(append(b, 0x12), strings.Repeat("\x12\x00", 1_400_000))
	})
	for _, tt := range []struct{ name, method, path, body, media string }{
		{"containers", "POST", pods, containers, "application/json"},
		{"containers in YAML", "POST", pods, containers, "application/yaml"},
		{"containers in protobuf", "POST", pods, string(proto), typeProtobuf},
		{"containers", "PUT", pods + "/there", containers, "application/json"},
		{"containers", "PATCH", pods + "/there", containers, "application/merge-patch+json"},
		{"named containers", "PATCH", pods + "/there", named, "application/strategic-merge-patch+json"},
		{"containers", "PATCH", pods + "/there?fieldManager=me", containers, "application/apply-patch+yaml"},
		{"named containers", "PATCH", pods + "/there?fieldManager=me", named, "application/apply-patch+yaml"},
		{"containers", "PATCH", pods + "/there", `[{"op":"add","path":"/spec/containers","value":[` + many("{}", 1_000_000) + `]}]`, "application/json-patch+json"},
		{"finalizers", "POST", maps, `{"metadata":{"name":"x","finalizers":[` + many(`""`, 1_000_000) + `]}}`, "application/json"},
		{"owners", "POST", maps, `{"metadata":{"name":"x","ownerReferences":[` + many(`{}`, 1_000_000) + `]}}`, "application/json"},
		{"rules", "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", `{"metadata":{"name":"x"},"rules":[` + many(`{}`, 1_000_000) + `]}`, "application/json"},
		{"groups", "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", `{"spec":{"groups":[` + many(`""`, 1_000_000) + `]}}`, "application/json"},
	} {
		before := allocated()
		r.do(tt.method, tt.path, []byte(tt.body), tt.media)
		r.want(413, "Request entity too large: the lists in the object have too many elements")
		grown := (allocated() - before) >> 20
		t.Logf("%s %s as %s: %d MiB", tt.method, tt.name, tt.media, grown)
		// YAML becomes a tree of nodes and then JSON.
		if most := int64(512); grown > most && !strings.Contains(tt.media, "yaml") || grown > 2000 {
			t.Errorf("%s %s as %s: %d MiB were allocated", tt.method, tt.name, tt.media, grown)
		}
	}
	r.do("POST", maps, []byte(`{"metadata":{"name":"x","finalizers":[`+numbered(`"/%d",`, 100_000)+`]}}`), "")
	r.want(422, "more errors")
	if len(r.body) > 4<<20 {
		t.Errorf("the answer to a hundred thousand mistakes has %d MiB", len(r.body)>>20)
	}
	r.do("GET", pods+"/there", nil, "")
	r.want(200, `"image":"b"`)
}
