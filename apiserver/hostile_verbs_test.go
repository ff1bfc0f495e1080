package apiserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestHostileVerbs: each sort of bad input is refused in the same way by every
// verb that can be sent it, what is there stays, and no goroutine is left.
func TestHostileVerbs(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	maps := "/api/v1/namespaces/default/configmaps"
	r.do("POST", maps, []byte(`{"metadata":{"name":"kept"},"data":{"a":"b"}}`), "")
	r.want(201, "")
	r.client.CloseIdleConnections()
	before := runtime.NumGoroutine()

	got := strings.Join(r.hostile(maps), "\n") + "\n"

	const file = "testdata/hostile.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	r.client.CloseIdleConnections()
	eventually(t, "the goroutines' end", func() bool { return runtime.NumGoroutine() <= before+5 })
}

// hostile sends what is wrong to maps, in which there is one that is kept, and
// tells how each is answered.
func (r *runner) hostile(maps string) []string {
	deep := strings.Repeat(`{"data":`, 200_000)
	labels := `{"metadata":{"name":"kept","labels":{` + strings.Repeat(`"/":"",`, 1000) + `"/":"x y"}}}`
	bodies := []struct{ name, object, jsonPatch string }{
		{"truncated", `{"metadata":{"name":"kept"`, `[{"op":"add","path":"/data`},
		{"deep", deep, strings.Repeat(`[`, 200_000)},
		{"no object", `"kept"`, `"kept"`},
		{"bytes", "\x00\xff\xfe", "\x00\xff\xfe"},
		{"wrong types", `{"metadata":{"name":"kept","labels":[]}}`, `[{"op":7}]`},
		{"bad labels", labels, `[{"op":"add","path":"/metadata/labels","value":{"/":"x y"}}]`},
		{"twice, strictly", `{"metadata":{"name":"kept"},"data":{"a":"1"},"data":{"a":"2"}}`, `[{"op":"add","path":"/data/a","path":"/data/b","value":"c"}]`},
	}
	verbs := []struct{ name, method, path, media string }{
		{"create", "POST", maps, "application/json"},
		{"update", "PUT", maps + "/kept", "application/json"},
		{"merge patch", "PATCH", maps + "/kept", "application/merge-patch+json"},
		{"strategic patch", "PATCH", maps + "/kept", "application/strategic-merge-patch+json"},
		{"JSON patch", "PATCH", maps + "/kept", "application/json-patch+json"},
		{"apply", "PATCH", maps + "/kept?fieldManager=me", "application/apply-patch+yaml"},
	}
	var got []string
	note := func(what string, code int, body []byte) {
		var st meta.Status
		err := json.Unmarshal(body, &st)
		if code >= 400 && (err != nil || st.Kind != "Status") {
			r.t.Errorf("%s: %d, no Status: %.100q", what, code, body)
		}
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s: %d %s %.150q", what, code, st.Reason, st.Message)))
	}
	for _, b := range bodies {
		for _, v := range verbs {
			body, path := b.object, v.path
			if v.name == "JSON patch" {
				body = b.jsonPatch
			}
			if strings.HasSuffix(b.name, "strictly") {
				path += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "fieldValidation=Strict"
			}
			r.do(v.method, path, []byte(body), v.media)
			note(b.name+", "+v.name, r.code, r.body)
		}
	}
	for _, v := range verbs {
		r.do(v.method, v.path, []byte(`{}`), "application/x-nonsense")
		note("wrong type, "+v.name, r.code, r.body)
		r.do(v.method, strings.Replace(maps, "/configmaps", "/configmaps%2Fkept", 1), []byte(`{}`), v.media)
		note("encoded slash, "+v.name, r.code, r.body)
	}
	for _, v := range []struct{ name, method, query string }{{"list", "GET", ""}, {"watch", "GET", "&watch=1"}, {"delete collection", "DELETE", ""}} {
		for _, q := range []string{"labelSelector=a%20in%20(", "labelSelector=%FF", "labelSelector=a%3D" + strings.Repeat("x", 70), "fieldSelector=a", "fieldSelector=spec.none%3Dx",
			"continue=%FF", "continue=e30", "limit=x", "resourceVersion=x", "resourceVersionMatch=Never", "timeoutSeconds=x"} {
			r.do(v.method, maps+"?"+q+v.query, nil, "")
			note(q[:min(len(q), 40)]+", "+v.name, r.code, r.body)
		}
	}
	r.do("GET", maps+"/kept", nil, "")
	r.want(http.StatusOK, `"data":{"a":"b"}`)
	return got
}
