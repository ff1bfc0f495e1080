package admission

import (
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func amounts(cpu, memory string) core.ResourceList {
	l := core.ResourceList{}
	if cpu != "" {
		l[core.ResourceCPU] = quantity.MustParse(cpu)
	}
	if memory != "" {
		l[core.ResourceMemory] = quantity.MustParse(memory)
	}
	return l
}

func asking(name string, requests, limits core.ResourceList) core.Container {
	c := core.Container{Name: name}
	c.Resources.Requests, c.Resources.Limits = requests, limits
	return c
}

func ranges(items ...core.LimitRangeItem) *core.LimitRange {
	return &core.LimitRange{Spec: core.LimitRangeSpec{Limits: items}}
}

func TestSetLimits(t *testing.T) {
	l := ranges(core.LimitRangeItem{Type: core.LimitTypeContainer, Default: amounts("500m", "1Gi"), DefaultRequest: amounts("100m", "")},
		core.LimitRangeItem{Type: core.LimitTypePod, Default: amounts("9", "")})
	p := &core.Pod{}
	p.Spec.Containers = []core.Container{asking("bare", nil, nil), asking("whole", amounts("1", ""), amounts("2", "2Gi"))}
	p.Spec.InitContainers = []core.Container{asking("first", amounts("1", ""), nil)}
	setLimits(p, l)
	want := "LimitRanger plugin set: cpu request for container bare; cpu, memory limit for container bare; cpu, memory limit for init container first"
	if got := p.Annotations[annotationLimits]; got != want {
		t.Errorf("the note is %q", got)
	}
	bare := p.Spec.Containers[0].Resources
	if q := bare.Requests[core.ResourceCPU]; q.String() != "100m" || len(bare.Requests) != 1 || len(bare.Limits) != 2 {
		t.Errorf("the bare container has %v", bare)
	}
	if q := p.Spec.Containers[1].Resources.Limits[core.ResourceCPU]; q.String() != "2" {
		t.Errorf("what was asked for became %v", q)
	}
	again := p.DeepCopy()
	setLimits(again, l)
	if again.Annotations[annotationLimits] != want {
		t.Errorf("the second time the note becomes %q", again.Annotations[annotationLimits])
	}
}

func TestBeyond(t *testing.T) {
	always := core.ContainerRestartPolicyAlways
	side := asking("side", amounts("1", ""), amounts("1", ""))
	side.RestartPolicy = &always
	for _, tt := range []struct {
		name string
		item core.LimitRangeItem
		spec core.PodSpec
		want string
	}{
		{"within", core.LimitRangeItem{Type: core.LimitTypeContainer, Min: amounts("100m", ""), Max: amounts("1", "")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("100m", ""), amounts("1", ""))}}, ""},
		{"too little", core.LimitRangeItem{Type: core.LimitTypeContainer, Min: amounts("100m", "1Mi")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("50m", ""), nil)}},
			"minimum cpu usage per Container is 100m, but request is 50m, minimum memory usage per Container is 1Mi.  No request is specified"},
		{"limit too low", core.LimitRangeItem{Type: core.LimitTypeContainer, Min: amounts("100m", "")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("200m", ""), amounts("50m", ""))}},
			"minimum cpu usage per Container is 100m, but limit is 50m"},
		{"too much", core.LimitRangeItem{Type: core.LimitTypeContainer, Max: amounts("1", "1Gi")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("3", ""), amounts("2", ""))}},
			"maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi.  No limit is specified"},
		{"request too high", core.LimitRangeItem{Type: core.LimitTypeContainer, Max: amounts("1", "")},
			core.PodSpec{InitContainers: []core.Container{asking("c", amounts("3", ""), amounts("1", ""))}},
			"maximum cpu usage per Container is 1, but request is 3"},
		{"ratio", core.LimitRangeItem{Type: core.LimitTypeContainer, MaxLimitRequestRatio: amounts("2", "1500m")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("100m", "1Gi"), amounts("250m", "1Gi"))}},
			"cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000"},
		{"no ratio", core.LimitRangeItem{Type: core.LimitTypeContainer, MaxLimitRequestRatio: amounts("2", "2")},
			core.PodSpec{Containers: []core.Container{asking("c", amounts("1", ""), nil)}},
			"cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0, memory max limit to request ratio per Container is 2, but no request is specified or request is 0"},
		{"pod", core.LimitRangeItem{Type: core.LimitTypePod, Max: amounts("3", "")},
			core.PodSpec{Containers: []core.Container{asking("a", amounts("1", ""), amounts("2", "")), asking("b", amounts("1", ""), amounts("2", ""))}},
			"maximum cpu usage per Pod is 3, but limit is 4"},
		{"pod with init", core.LimitRangeItem{Type: core.LimitTypePod, Max: amounts("3", "")},
			core.PodSpec{Containers: []core.Container{asking("a", nil, amounts("1", ""))}, InitContainers: []core.Container{side, asking("i", nil, amounts("4", ""))}},
			"maximum cpu usage per Pod is 3, but limit is 5"},
	} {
		p := &core.Pod{Spec: tt.spec}
		if got := strings.Join(podBeyond(p, ranges(tt.item)), ", "); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
	c := &core.PersistentVolumeClaim{}
	c.Spec.Resources.Requests = core.ResourceList{core.ResourceStorage: quantity.MustParse("5Gi")}
	storage := func(s string) core.ResourceList {
		return core.ResourceList{core.ResourceStorage: quantity.MustParse(s)}
	}
	got := strings.Join(claimBeyond(c, ranges(core.LimitRangeItem{Type: core.LimitTypePersistentVolumeClaim, Min: storage("6Gi"), Max: storage("1Gi")})), ", ")
	if want := "minimum storage usage per PersistentVolumeClaim is 6Gi, but request is 5Gi, maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Gi"; got != want {
		t.Errorf("a claim: %q", got)
	}
}
