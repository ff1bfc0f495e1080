package rollingupdate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// fake is a cluster whose controllers work at once. Its pods are ready, but
// for those of sick images.
type fake struct {
	rcs    map[string]api.Object
	pods   map[string]api.Object
	made   int
	sick   string
	writes int
	fail   int // the write that fails, counted from 1
	fewest int // ready pods ever seen
	most   int // pods ever seen
}

func newFake() *fake {
	return &fake{rcs: map[string]api.Object{}, pods: map[string]api.Object{}, fewest: 1 << 30}
}

func (f *fake) Get(_ context.Context, name string) (api.Object, error) {
	if o := f.rcs[name]; o != nil {
		return clone(o), nil
	}
	return nil, nil
}

func (f *fake) List(context.Context) (out []api.Object, err error) {
	for _, o := range f.rcs {
		out = append(out, clone(o))
	}
	return out, nil
}

func (f *fake) write() error {
	if f.writes++; f.writes == f.fail {
		return errors.New("interrupted")
	}
	return nil
}

func (f *fake) Create(_ context.Context, rc api.Object) (api.Object, error) {
	if err := f.write(); err != nil {
		return nil, err
	}
	rc = clone(rc)
	f.made++
	rc.Set(fmt.Sprint("uid-", f.made), "metadata", "uid")
	f.rcs[rc.Name()] = rc
	f.control()
	return clone(rc), nil
}

func (f *fake) Replace(_ context.Context, rc api.Object) (api.Object, error) {
	if err := f.write(); err != nil {
		return nil, err
	}
	f.rcs[rc.Name()] = clone(rc)
	f.control()
	return clone(f.rcs[rc.Name()]), nil
}

func (f *fake) Delete(_ context.Context, name string) error {
	if err := f.write(); err != nil {
		return err
	}
	delete(f.rcs, name)
	f.control()
	return nil
}

func (f *fake) Pods(_ context.Context, selector map[string]string) (out []api.Object, err error) {
	for _, name := range slices.Sorted(maps.Keys(f.pods)) {
		if matches(selector, f.pods[name]) {
			out = append(out, clone(f.pods[name]))
		}
	}
	return out, nil
}

func (f *fake) ReplacePod(_ context.Context, pod api.Object) error {
	f.pods[pod.Name()] = clone(pod)
	return nil
}

func (f *fake) DeletePod(_ context.Context, name string) error {
	delete(f.pods, name)
	f.control()
	return nil
}

func matches(selector map[string]string, pod api.Object) bool {
	for k, v := range selector {
		if pod.Strings("metadata", "labels")[k] != v {
			return false
		}
	}
	return true
}

// control is the replication controller manager.
func (f *fake) control() {
	for _, rc := range f.rcs {
		uid := rc.String("metadata", "uid")
		var own []string
		for _, name := range slices.Sorted(maps.Keys(f.pods)) {
			p := f.pods[name]
			owner := ""
			if refs := p.List("metadata", "ownerReferences"); len(refs) > 0 && f.alive(refs[0].String("uid")) {
				owner = refs[0].String("uid")
			}
			if matches(rc.Strings("spec", "selector"), p) && (owner == "" || owner == uid) {
				p.Set([]any{map[string]any{"uid": uid, "controller": true}}, "metadata", "ownerReferences")
				own = append(own, name)
			} else if owner == uid {
				p.Remove("metadata", "ownerReferences")
			}
		}
		want := int(size(rc))
		for len(own) > want {
			delete(f.pods, own[len(own)-1])
			own = own[:len(own)-1]
		}
		for ; len(own) < want; own = append(own, "") {
			f.made++
			name := fmt.Sprintf("%s-%02d", rc.Name(), f.made)
			labels := rc.Field("spec", "template", "metadata", "labels")
			image := rc.List("spec", "template", "spec", "containers")[0].String("image")
			ready := "True"
			if image == f.sick {
				ready = "False"
			}
			f.pods[name] = clone(api.Object{"metadata": map[string]any{"name": name, "labels": labels, "ownerReferences": []any{map[string]any{"uid": uid, "controller": true}}},
				"status": map[string]any{"conditions": []any{map[string]any{"type": "Ready", "status": ready}}}, "image": image})
		}
		rc.Set(float64(want), "status", "replicas")
	}
	ready := 0
	for _, p := range f.pods {
		if p.List("status", "conditions")[0].String("status") == "True" {
			ready++
		}
	}
	f.fewest, f.most = min(f.fewest, ready), max(f.most, len(f.pods))
}

func (f *fake) alive(uid string) bool {
	for _, rc := range f.rcs {
		if rc.String("metadata", "uid") == uid {
			return true
		}
	}
	return false
}

func (f *fake) state() string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(f.rcs)) {
		rc := f.rcs[name]
		n := 0
		for _, p := range f.pods {
			if p.List("metadata", "ownerReferences")[0].String("uid") == rc.String("metadata", "uid") {
				n++
			}
		}
		out = append(out, fmt.Sprintf("%s %d/%d %s", name, n, size(rc), rc.List("spec", "template", "spec", "containers")[0].String("image")))
	}
	return strings.Join(out, ", ")
}

func rc(name, image string, replicas int, labels map[string]any) api.Object {
	return clone(api.Object{"metadata": map[string]any{"name": name}, "spec": map[string]any{
		"replicas": replicas, "selector": labels,
		"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": map[string]any{"containers": []any{map[string]any{"name": "c", "image": image}}}},
	}})
}

// start is a cluster with a controller web-v1 of n pods, and the update of it
// to web-v2.
func start(t *testing.T, n int) (*fake, *Update, *bytes.Buffer) {
	t.Helper()
	f, out := newFake(), &bytes.Buffer{}
	old, err := f.Create(t.Context(), rc("web-v1", "v1", n, map[string]any{"app": "web", "version": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	f.fewest = 1 << 30
	return f, &Update{Cluster: f, Out: out, Old: old, New: rc("web-v2", "v2", n, map[string]any{"app": "web", "version": "2"}),
		Interval: time.Minute, Poll: 3 * time.Second, Timeout: 5 * time.Minute}, out
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if d := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestOneGrowsWhileTheOtherShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, u, out := start(t, 3)
		began := time.Now()
		if err := u.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(t, "output", out.String(), `
Created web-v2
Scaling up web-v2 from 0 to 3, scaling down web-v1 from 3 to 0 (keep 3 pods available, don't exceed 4 pods)
Scaling web-v2 up to 1
Scaling web-v1 down to 2
Scaling web-v2 up to 2
Scaling web-v1 down to 1
Scaling web-v2 up to 3
Scaling web-v1 down to 0
Update succeeded. Deleting web-v1
`)
		expect(t, "state", f.state(), "web-v2 3/3 v2")
		if f.fewest < 3 || f.most > 4 {
			t.Errorf("%d to %d pods, want 3 to 4", f.fewest, f.most)
		}
		if took := time.Since(began); took != 3*time.Minute {
			t.Errorf("took %v, want one --update-period per pod", took)
		}
		if a := f.rcs["web-v2"].Strings("metadata", "annotations"); len(a) != 0 {
			t.Errorf("annotations are left: %v", a)
		}
	})
}

func TestImageKeepsTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, u, out := start(t, 2)
		f.rcs["web-v1"] = nil
		delete(f.rcs, "web-v1")
		clear(f.pods)
		var err error
		if u.Old, err = f.Create(t.Context(), rc("web", "v1", 2, map[string]any{"app": "web"})); err != nil {
			t.Fatal(err)
		}
		if u.New, err = WithImage(u.Old, "", "v2", "", "deployment"); err != nil {
			t.Fatal(err)
		}
		u.Rename = true
		f.fewest = 1 << 30
		next := u.New.Name()
		if err := u.PointOld(t.Context(), "deployment"); err != nil {
			t.Fatal(err)
		}
		if NextName(f.rcs["web"]) != next {
			t.Errorf("the old controller points to %q, want %q", NextName(f.rcs["web"]), next)
		}
		if err := u.CheckSelectors(next); err != nil {
			t.Error(err)
		}
		if err := u.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(t, "output", strings.ReplaceAll(out.String(), next, "NEXT"), `
Created NEXT
Scaling up NEXT from 0 to 2, scaling down web from 2 to 0 (keep 2 pods available, don't exceed 3 pods)
Scaling NEXT up to 1
Scaling web down to 1
Scaling NEXT up to 2
Scaling web down to 0
Update succeeded. Deleting old controller: web
Renaming NEXT to web
`)
		expect(t, "state", f.state(), "web 2/2 v2")
		if f.fewest < 2 {
			t.Errorf("only %d pods were ready", f.fewest)
		}
	})
}

// Wherever an update is interrupted, the next run brings it to its end.
func TestResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for fail := 1; ; fail++ {
			f, u, out := start(t, 2)
			f.fail = f.writes + fail
			err := u.Run(t.Context())
			if err == nil {
				if fail < 7 {
					t.Errorf("only %d writes were interrupted", fail-1)
				}
				return
			}
			old, _ := f.Get(t.Context(), "web-v1")
			again := *u
			again.Old, again.New = old, rc("web-v2", "v2", 2, map[string]any{"app": "web", "version": "2"})
			existed := f.rcs["web-v2"] != nil && annotation(f.rcs["web-v2"], sourceID) != ""
			if f.rcs["web-v2"] != nil && !existed {
				continue // all but the old controller's deletion is done
			}
			if err := again.Run(t.Context()); err != nil {
				t.Fatalf("interrupted at write %d: %v\n%s", fail, err, out)
			}
			if existed != strings.Contains(out.String(), "Continuing update with existing controller web-v2.") {
				t.Errorf("interrupted at write %d:\n%s", fail, out)
			}
			expect(t, fmt.Sprint("interrupted at write ", fail), f.state(), "web-v2 2/2 v2")
		}
	})
}

func TestRollsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, u, out := start(t, 3)
		f.sick = "v2"
		if err := u.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "timed out waiting for pods of web-v2") {
			t.Fatalf("an update to pods that are never ready: %v", err)
		}
		expect(t, "in between", f.state(), "web-v1 3/3 v1, web-v2 1/1 v2")
		out.Reset()
		back := *u
		back.Old, _ = f.Get(t.Context(), "web-v1")
		back.New, _ = f.Get(t.Context(), "web-v2")
		if err := back.Abort(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := back.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(t, "output", out.String(), `
Continuing update with existing controller web-v1.
Scaling up web-v1 from 3 to 3, scaling down web-v2 from 1 to 0 (keep 3 pods available, don't exceed 4 pods)
Scaling web-v2 down to 0
Update succeeded. Deleting web-v2
`)
		expect(t, "state", f.state(), "web-v1 3/3 v1")
		if f.fewest < 3 {
			t.Errorf("only %d pods were ready", f.fewest)
		}
	})
}

func TestRefusals(t *testing.T) {
	_, u, _ := start(t, 1)
	if _, err := WithImage(u.Old, "", "v1", "", "deployment"); err == nil {
		t.Error("the same image was taken")
	}
	if _, err := WithImage(u.Old, "", "v2", "other", "deployment"); err == nil || err.Error() != "container other not found in pod" {
		t.Errorf("a container that is not there: %v", err)
	}
	u.New = rc("web-v1", "v2", 1, nil)
	if err := u.CheckSelectors("f.yaml"); err == nil || err.Error() != "f.yaml cannot have the same name as the existing ReplicationController web-v1" {
		t.Errorf("the same name: %v", err)
	}
	u.New = rc("web-v2", "v2", 1, map[string]any{"app": "web"})
	if err := u.CheckSelectors("f.yaml"); err == nil || err.Error() != "f.yaml must specify a matching key with non-equal value in Selector for web-v1" {
		t.Errorf("selectors that do not differ: %v", err)
	}
	u.New = rc("web-v2", "v2", 0, map[string]any{"app": "web", "version": "2"})
	if err := u.Run(t.Context()); err == nil || err.Error() != "Invalid controller spec for web-v2; required: > 0 replicas, actual: 0" {
		t.Errorf("no replicas: %v", err)
	}
}
