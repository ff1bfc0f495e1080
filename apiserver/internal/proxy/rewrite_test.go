package proxy

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// here is a pod's port as clients of 10.0.0.1:6443 see it.
var here = place{prefix: "/api/v1/namespaces/ns/pods/web:80/proxy", asked: "10.0.0.1:6443", host: "10.244.0.3:80"}

func TestMove(t *testing.T) {
	for link, want := range map[string]string{
		"/":                         here.prefix + "/",
		"/a/b":                      here.prefix + "/a/b",
		"/a/?x=1#y":                 here.prefix + "/a/?x=1#y",
		"//10.244.0.3:80/a":         here.prefix + "/a",
		"http://10.244.0.3:80/a":    here.prefix + "/a",
		"https://10.0.0.1:6443/a":   "https://10.0.0.1:6443" + here.prefix + "/a",
		"http://elsewhere.test/a":   "http://elsewhere.test/a",
		"//elsewhere.test/a":        "//elsewhere.test/a",
		"rel/x":                     "rel/x",
		"../up":                     "../up",
		"#part":                     "#part",
		"":                          "",
		"mailto:a@b.test":           "mailto:a@b.test",
		"javascript:void(0)":        "javascript:void(0)",
		"%zz":                       "%zz",
		here.prefix + "/already/in": here.prefix + "/already/in",
	} {
		if got := here.move(link); got != want {
			t.Errorf("%q becomes %q, should be %q", link, got, want)
		}
	}
}

// answer is what here's pod says, as the client gets it.
func answer(t *testing.T, header http.Header, body []byte) (http.Header, []byte) {
	t.Helper()
	resp := &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)), Request: &http.Request{Method: http.MethodGet}}
	if err := here.adapt(resp); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.ContentLength >= 0 && resp.ContentLength != int64(len(b)) {
		t.Errorf("%d bytes come where %d were announced", len(b), resp.ContentLength)
	}
	return resp.Header, b
}

func TestPages(t *testing.T) {
	long := strings.Repeat("x", 2*longest)
	for page, want := range map[string]string{
		"": "",
		`<html><body><a href="/x">a</a><A HREF='rel'>r</A><img src="/i.png" alt="/no">`: `<html><body><a href="` + here.prefix + `/x">a</a><A HREF='rel'>r</A><img src="` + here.prefix + `/i.png" alt="/no">`,
		"<!doctype html>\n<!-- <a href=\"/x\"> --><p class=a id=/b>1 &lt; 2</p>":        "<!doctype html>\n<!-- <a href=\"/x\"> --><p class=a id=/b>1 &lt; 2</p>",
		`<script>var s = '<a href="/x">';</script>`:                                     `<script>var s = '<a href="/x">';</script>`,
		`<a href="/x`:                                   `<a href="/x`,
		`<form action="/f" method="POST"/>`:             `<form action="` + here.prefix + `/f" method="POST"/>`,
		`<a href="/1"><!--` + long + `--><a href="/2">`: `<a href="` + here.prefix + `/1"><!--` + long + `--><a href="/2">`,
	} {
		h, got := answer(t, http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Content-Length": {"7"}}, []byte(page))
		if string(got) != want {
			t.Errorf("%.200q becomes %.200q, should be %.200q", page, got, want)
		}
		if h.Get("Content-Length") != "" {
			t.Error("the old length is announced")
		}
		var zipped bytes.Buffer
		zw := gzip.NewWriter(&zipped)
		io.WriteString(zw, page)
		zw.Close()
		_, got = answer(t, http.Header{"Content-Type": {"text/html"}, "Content-Encoding": {"gzip"}}, zipped.Bytes())
		zr, err := gzip.NewReader(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(zr); err != nil || string(b) != want {
			t.Errorf("zipped, %.200q becomes %.200q: %v", page, b, err)
		}
	}
}

// TestNotPages: what is no page, or cannot be read, is left alone.
func TestNotPages(t *testing.T) {
	body := []byte(`<a href="/x">`)
	for _, h := range []http.Header{
		{"Content-Type": {"text/plain"}},
		{},
		{"Content-Type": {"text/html"}, "Content-Encoding": {"br"}},
		{"Content-Type": {"text/html"}, "Location": {"/there"}},
	} {
		if _, got := answer(t, h, body); !bytes.Equal(got, body) {
			t.Errorf("%v: %q", h, got)
		}
	}
	h, _ := answer(t, http.Header{"Location": {"/there/"}, "Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Credentials": {"true"}}, nil)
	if h.Get("Location") != here.prefix+"/there/" || h.Get("Access-Control-Allow-Origin") != "" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Error(h)
	}
}

func TestSplitTarget(t *testing.T) {
	for s, want := range map[string][3]string{
		"web": {"", "web", ""}, "web:80": {"", "web", "80"}, "web:": {"", "web", ""}, "https:web:443": {"https", "web", "443"},
		"http:web:": {"http", "web", ""}, "http:web": {"", "http", "web"},
	} {
		scheme, name, port, ok := splitTarget(s)
		if got := [3]string{scheme, name, port}; !ok || got != want {
			t.Errorf("%s: %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", ":80", "ftp:web:80", "http:web:80:9", "::"} {
		if _, _, _, ok := splitTarget(s); ok {
			t.Errorf("%s is taken", s)
		}
	}
}

func TestAllowed(t *testing.T) {
	for address, want := range map[string]bool{
		"10.244.0.3": true, "fd00::3": true, "8.8.8.8": true,
		"": false, "127.0.0.1": false, "::1": false, "169.254.169.254": false, "fe80::1": false, "0.0.0.0": false, "224.0.0.1": false, "web": false,
	} {
		if err := allowed(address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPlain(t *testing.T) {
	for rest, want := range map[string]string{"": "", "/": "/", "//": "/", "/a/../../etc/passwd": "/etc/passwd", "//sub//": "/sub/", "/a/./b": "/a/b"} {
		if got := plain(rest); got != want {
			t.Errorf("%q: %q", rest, got)
		}
	}
}
