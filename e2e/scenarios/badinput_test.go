package scenarios

import (
	"strings"
	"testing"
	"time"
)

// Bad manifests are refused in upstream's words, and nothing is stored.
func TestBadManifests(t *testing.T) {
	ns := namespace(t)
	for _, c := range []struct {
		name, manifest, kind string
		want                 []string
	}{
		{"unknown field", strings.Replace(controller("bad", 1), "replicas: 1", "replicas: 1\n  replikas: 2", 1), "rc",
			[]string{"Error from server (BadRequest)", "strict decoding error", `unknown field "spec.replikas"`}},
		{"negative replicas", controller("bad", -1), "rc",
			[]string{`The ReplicationController "bad" is invalid`, "spec.replicas: Invalid value", "-1", "must be greater than or equal to 0"}},
		{"duplicate port name", `apiVersion: v1
kind: Pod
metadata: {name: bad}
spec:
  containers:
  - name: c
    image: busybox:1.35
    ports: [{name: web, containerPort: 80}, {name: web, containerPort: 81}]
`, "pod", []string{`The Pod "bad" is invalid`, "spec.containers[0].ports[1].name: Duplicate value", "web"}},
		{"no image", `apiVersion: v1
kind: Pod
metadata: {name: bad}
spec: {containers: [{name: c}]}
`, "pod", []string{`The Pod "bad" is invalid`, "spec.containers[0].image: Required value"}},
		{"bad name", strings.Replace(controller("bad", 1), "metadata: {name: bad}", "metadata: {name: Bad_Name}", 1), "rc",
			[]string{"is invalid", "metadata.name: Invalid value", "RFC 1123"}},
		{"selector that misses the template", strings.Replace(controller("bad", 1), "selector: {app: bad}", "selector: {app: other}", 1), "rc",
			[]string{`The ReplicationController "bad" is invalid`, "spec.template.metadata.labels: Invalid value", "selector"}},
		{"unknown kind", "apiVersion: v1\nkind: Pudding\nmetadata: {name: bad}\n", "pods",
			[]string{"error:", `no matches for kind "Pudding" in version "v1"`}},
		{"broken YAML", "apiVersion: v1\nkind: [\n", "pods", []string{"error:", "converting YAML to JSON"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := refused(t, "create", "-n", ns, "-f", file(t, c.manifest))
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("the refusal lacks %q:\n%s", w, out)
				}
			}
			if left := kubectl(t, "get", c.kind, "-n", ns, "-o", "name"); left != "" {
				t.Errorf("something was stored: %s", left)
			}
		})
	}
}

// An image name that is none, and one that cannot be had, are told by the
// pod's state.
func TestBadImages(t *testing.T) {
	ns := namespace(t)
	for _, c := range []struct{ name, image, policy, want string }{
		{"malformed", "Not/A//Name:!", "IfNotPresent", "InvalidImageName"},
		{"absent", "localhost/nothing:1", "Never", "ErrImageNeverPull"},
	} {
		kubectl(t, "run", "-n", ns, c.name, "--image="+c.image, "--image-pull-policy="+c.policy, "--restart=Never")
		eventually(t, 30*time.Second, func() error {
			out := kubectl(t, "get", "pod", "-n", ns, c.name, "--no-headers")
			if !strings.Contains(out, c.want) {
				return &unexpected{out, c.want}
			}
			return nil
		})
		kubectl(t, "delete", "pod", "-n", ns, c.name, "--now")
	}
}

type unexpected struct{ got, want string }

func (u *unexpected) Error() string { return "got " + u.got + ", want " + u.want }

func TestUnknownThingsAreNamed(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"get pod nothing", `Error from server (NotFound): pods "nothing" not found`},
		{"get puddings", `error: the server doesn't have a resource type "puddings"`},
		{"delete rc nothing", `Error from server (NotFound): replicationcontrollers "nothing" not found`},
		{"create -f /nonexistent.yaml", `error: the path "/nonexistent.yaml" does not exist`},
		{"scale rc nothing --replicas=-1", "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"},
	} {
		if out := refused(t, strings.Fields(c.args)...); !strings.Contains(out, c.want) {
			t.Errorf("kubectl %s said %q, want %q", c.args, out, c.want)
		}
	}
}
