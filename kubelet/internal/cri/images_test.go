package cri

import "testing"

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"nginx": "docker.io/library/nginx:latest", "nginx:1.22": "docker.io/library/nginx:1.22", "a/b": "docker.io/a/b:latest",
		"localhost/pause:3.9": "localhost/pause:3.9", "127.0.0.1:5001/x": "127.0.0.1:5001/x:latest", "reg.io/a/b:c": "reg.io/a/b:c",
		"x@sha256:0": "docker.io/library/x@sha256:0",
	} {
		if got, err := Normalize(in); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "UPPER", "a//b", "a:", "a b", "x@y", "-a", "a:.b"} {
		if got, err := Normalize(in); err == nil {
			t.Errorf("%q was taken as %q", in, got)
		}
	}
}
