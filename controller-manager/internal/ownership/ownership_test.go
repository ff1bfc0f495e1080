package ownership

import (
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestSplit(t *testing.T) {
	rc, other := &core.ReplicationController{}, &core.ReplicationController{}
	rc.Name, rc.UID, other.UID = "web", "1", "2"
	pod := func(name, app string, owner *core.ReplicationController, dying bool) *core.Pod {
		p := &core.Pod{}
		p.Name, p.Labels = name, map[string]string{"app": app}
		if owner != nil {
			p.OwnerReferences = []meta.OwnerReference{Reference(owner)}
		}
		if dying {
			now := meta.NewTime(time.Unix(1, 0))
			p.DeletionTimestamp = &now
		}
		return p
	}
	pods := []*core.Pod{
		pod("mine", "web", rc, false), pod("mine, dying", "web", rc, true), pod("strayed", "db", rc, false), pod("strayed, dying", "db", rc, true),
		pod("free", "web", nil, false), pod("free, dying", "web", nil, true), pod("theirs", "web", other, false), pod("stranger", "db", nil, false),
	}
	fits := func(labels map[string]string) bool { return labels["app"] == "web" }
	check := func(what string, got []*core.Pod, want ...string) {
		t.Helper()
		var names []string
		for _, p := range got {
			names = append(names, p.Name)
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: %v, should be %v", what, names, want)
		}
	}
	mine, adopt, release := Split(rc, fits, pods)
	check("mine", mine, "mine", "mine, dying")
	check("adopt", adopt, "free")
	check("release", release, "strayed")

	now := meta.NewTime(time.Unix(1, 0))
	rc.DeletionTimestamp = &now
	_, adopt, release = Split(rc, fits, pods)
	check("adopt by the dying", adopt)
	check("release by the dying", release)

	if ref := Reference(rc); ref.APIVersion != "v1" || ref.Kind != "ReplicationController" || ref.Name != "web" || !*ref.Controller || !*ref.BlockOwnerDeletion {
		t.Errorf("reference %+v", ref)
	}
}
