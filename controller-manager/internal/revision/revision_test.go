package revision

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestDataComesBack(t *testing.T) {
	in := &core.PodTemplateSpec{}
	in.Labels = map[string]string{"app": "web"}
	in.Spec.Containers = []core.Container{{Name: "c", Image: "web:1"}}
	data, err := Data(in)
	if err != nil || !strings.Contains(string(data), `"$patch":"replace"`) {
		t.Fatalf("%s, %v", data, err)
	}
	out, err := Template(&apps.ControllerRevision{Data: meta.RawExtension{Raw: data}})
	if err != nil || out.Labels["app"] != "web" || out.Spec.Containers[0].Image != "web:1" {
		t.Errorf("%+v, %v", out, err)
	}
	again, _ := Data(out)
	if string(again) != string(data) {
		t.Errorf("the template changed on the way:\n%s\n%s", data, again)
	}
}

// TestDataAsUpstreamWritesIt: the text is what upstream's 1.32 controllers store
// for the same template, and one that says the same in other words is known.
func TestDataAsUpstreamWritesIt(t *testing.T) {
	in := &core.PodTemplateSpec{}
	in.Labels = map[string]string{"foo": "bar", "baz": "blah"}
	in.Spec.Containers = []core.Container{{Name: "webserver", Image: "httpd", Ports: []core.ContainerPort{{ContainerPort: 80, Protocol: core.ProtocolTCP}}}}
	in.Spec.Volumes = []core.Volume{{Name: "v", VolumeSource: core.VolumeSource{Ephemeral: &core.EphemeralVolumeSource{VolumeClaimTemplate: &core.PersistentVolumeClaimTemplate{}}}}}
	data, err := Data(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"baz":"blah","foo":"bar"}},` +
		`"spec":{"containers":[{"image":"httpd","name":"webserver","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{}}],` +
		`"volumes":[{"ephemeral":{"volumeClaimTemplate":{"metadata":{"creationTimestamp":null},"spec":{"resources":{}}}},"name":"v"}]}}}}`
	if string(data) != want {
		t.Errorf("%s\nwant\n%s", data, want)
	}
	plain := strings.NewReplacer(`"creationTimestamp":null,`, "", `"creationTimestamp":null`, "").Replace(want)
	if !holds(&apps.ControllerRevision{Data: meta.RawExtension{Raw: []byte(plain)}}, data) {
		t.Error("a revision without timestamps is taken for another template")
	}
	if holds(&apps.ControllerRevision{Data: meta.RawExtension{Raw: []byte(strings.Replace(plain, "httpd", "nginx", 1))}}, data) {
		t.Error("another template is taken for this one")
	}
}

func TestHash(t *testing.T) {
	one := int32(1)
	a, b, c := Hash([]byte("x"), nil), Hash([]byte("y"), nil), Hash([]byte("x"), &one)
	if a == b || a == c || a != Hash([]byte("x"), nil) {
		t.Errorf("%s %s %s", a, b, c)
	}
	if strings.ContainsAny(a+b+c, "aeiouy013") {
		t.Errorf("%s %s %s may spell words", a, b, c)
	}
}

func TestSurplus(t *testing.T) {
	var history []*apps.ControllerRevision
	for i := range 6 {
		history = append(history, &apps.ControllerRevision{Revision: int64(i + 1)})
	}
	used := func(r *apps.ControllerRevision) bool { return r.Revision == 1 }
	var got []int64
	for _, r := range surplus(history, used, 2) {
		got = append(got, r.Revision)
	}
	if !slices.Equal(got, []int64{2, 3}) {
		t.Errorf("surplus %v", got)
	}
	if surplus(nil, used, 0) != nil || len(surplus(history[:1], used, 0)) != 0 {
		t.Error("the latest is surplus")
	}
	if got := surplus(history[:2], func(*apps.ControllerRevision) bool { return false }, -1); len(got) != 1 {
		t.Errorf("with a negative limit %d are surplus", len(got))
	}
}
