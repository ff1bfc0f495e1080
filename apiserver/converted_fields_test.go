package apiserver_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestSelectConverted: selectors may name fields that only a version has which a
// webhook makes, for lists, pages, watches and deletion.
func TestSelectConverted(t *testing.T) {
	r := customRunner(t)
	calls := make(chan int, 1000)
	hook := sizeHook(t, calls)
	version := func(name, field string, storage bool) string {
		return fmt.Sprintf(`{"name":%q,"served":true,"storage":%v,"selectableFields":[{"jsonPath":".spec.%s"},{"jsonPath":".spec.colour"}],"schema":{"openAPIV3Schema":{"type":"object",
			"properties":{"spec":{"type":"object","properties":{%q:{"type":"integer"},"colour":{"type":"string"}}}}}}}`, name, storage, field, field)
	}
	r.define(widgets(version("v1", "size", true)+","+version("v2", "width", false), convertedBy(hook)))
	v2 := strings.Replace(widgetPath, "/v1/", "/v2/", 1)
	for i := range 9 {
		r.must(http.StatusCreated, "POST", v2, fmt.Sprintf(`{"apiVersion":"test.example.com/v2","kind":"Widget","metadata":{"name":"w%d"},"spec":{"width":%d,"colour":"red"}}`, i, i%3))
	}
	names := func(path string) (out []string, next string) {
		var l struct {
			Metadata struct{ Continue string }
			Items    []struct{ Metadata struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(r.must(200, "GET", path, "")), &l); err != nil {
			t.Fatal(err)
		}
		for _, o := range l.Items {
			out = append(out, o.Metadata.Name)
		}
		return out, l.Metadata.Continue
	}
	for query, want := range map[string]string{
		"fieldSelector=spec.width%3D1":                           "w1 w4 w7",
		"fieldSelector=spec.width%21%3D1%2Cspec.colour%3Dred":    "w0 w2 w3 w5 w6 w8",
		"fieldSelector=spec.width%3D2%2Cmetadata.name%3Dw5":      "w5",
		"fieldSelector=spec.width%3D2%2Cspec.colour%3Dblue":      "",
		"fieldSelector=spec.width%3D1&resourceVersion=0":         "w1 w4 w7",
		"fieldSelector=spec.width%3D1&labelSelector=none%3D":     "",
		"fieldSelector=spec.width%3D1&resourceVersion=0&limit=1": "w1 w4 w7",
	} {
		if got, next := names(v2 + "?" + query); strings.Join(got, " ") != want || next != "" {
			t.Errorf("%s: %v, continue %q", query, got, next)
		}
	}
	for len(calls) > 0 {
		<-calls
	}
	if got, _ := names(widgetPath + "?fieldSelector=spec.size%3D1"); !slices.Equal(got, []string{"w1", "w4", "w7"}) || len(calls) != 0 {
		t.Errorf("the stored version: %v, with %d conversions", got, len(calls))
	}
	page, next := names(v2 + "?limit=2&fieldSelector=spec.width%3D1")
	if !slices.Equal(page, []string{"w1", "w4"}) || next == "" {
		t.Errorf("the first page: %v, %q", page, next)
	}
	if page, next = names(v2 + "?limit=2&fieldSelector=spec.width%3D1&continue=" + next); !slices.Equal(page, []string{"w7"}) || next != "" {
		t.Errorf("the second page: %v, %q", page, next)
	}
	if got := r.must(400, "GET", v2+"?fieldSelector=spec.size%3D1", ""); !strings.Contains(got, "field label not supported: spec.size") {
		t.Errorf("the other version's field: %s", got)
	}

	resp, err := r.client.Get(r.server.URL + v2 + "?watch=1&fieldSelector=spec.width%3D1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	told := func(want string) {
		t.Helper()
		var e struct {
			Type   string
			Object struct {
				Metadata struct{ Name string }
				Spec     struct{ Width *int }
			}
		}
		if !lines.Scan() {
			t.Fatalf("the watch ended, not with %s", want)
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Object.Spec.Width == nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		if got := fmt.Sprint(e.Type, " ", e.Object.Metadata.Name, " ", *e.Object.Spec.Width); got != want {
			t.Fatalf("the watch tells %s, not %s", got, want)
		}
	}
	told("ADDED w1 1")
	told("ADDED w4 1")
	told("ADDED w7 1")
	r.must(200, "PATCH", v2+"/w0", `{"spec":{"colour":"blue"}}`) // not told
	r.must(200, "PATCH", v2+"/w0", `{"spec":{"width":1}}`)
	told("ADDED w0 1")
	r.must(200, "PATCH", widgetPath+"/w0", `{"spec":{"colour":"green"}}`)
	told("MODIFIED w0 1")
	r.must(200, "PATCH", widgetPath+"/w0", `{"spec":{"size":2}}`)
	told("DELETED w0 1")
	r.must(200, "DELETE", v2+"/w0", "")
	r.must(200, "DELETE", v2+"/w1", "")
	told("DELETED w1 1")

	r.must(200, "DELETE", v2+"?fieldSelector=spec.width%3D1", "")
	if got, _ := names(widgetPath); !slices.Equal(got, []string{"w2", "w3", "w5", "w6", "w8"}) {
		t.Errorf("after the deletion: %v", got)
	}
	told("DELETED w4 1")
	told("DELETED w7 1")
}
