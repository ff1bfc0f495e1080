// Package refused holds the validation of whole groups against files of objects
// and what is wrong with them: testdata/GROUP.txt.
package refused_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/node"
	"github.com/pilothouse/pilothouse/proto/patch"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/scheduling"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

var rewrite = flag.Bool("update", false, "write what validation says into the files")

func TestRefused(t *testing.T) {
	files := map[string]map[string]checks{
		"apps": {
			"ControllerRevision": of(nil, apps.ValidateControllerRevision, apps.ValidateControllerRevisionUpdate, nil),
			"DaemonSet":          of(apps.SetDaemonSetDefaults, apps.ValidateDaemonSet, apps.ValidateDaemonSetUpdate, apps.ValidateDaemonSetStatusUpdate),
			"Deployment":         of(apps.SetDeploymentDefaults, apps.ValidateDeployment, apps.ValidateDeploymentUpdate, apps.ValidateDeploymentStatusUpdate),
			"ReplicaSet":         of(apps.SetReplicaSetDefaults, apps.ValidateReplicaSet, apps.ValidateReplicaSetUpdate, apps.ValidateReplicaSetStatusUpdate),
			"StatefulSet":        of(apps.SetStatefulSetDefaults, apps.ValidateStatefulSet, apps.ValidateStatefulSetUpdate, apps.ValidateStatefulSetStatusUpdate),
		},
		"autoscaling": {
			"HorizontalPodAutoscaler": of(autoscalingv2.SetHorizontalPodAutoscalerDefaults, autoscalingv2.ValidateHorizontalPodAutoscaler,
				autoscalingv2.ValidateHorizontalPodAutoscalerUpdate, autoscalingv2.ValidateHorizontalPodAutoscalerStatusUpdate),
		},
		"batch": {
			"CronJob": of(batch.SetCronJobDefaults, batch.ValidateCronJob, batch.ValidateCronJobUpdate, batch.ValidateCronJobStatusUpdate),
			"Job":     of(batch.SetJobDefaults, batch.ValidateJob, batch.ValidateJobUpdate, batch.ValidateJobStatusUpdate),
		},
		"node": {
			"RuntimeClass": of(nil, node.ValidateRuntimeClass, node.ValidateRuntimeClassUpdate, nil),
		},
		"pods": {
			"Pod": of(core.SetPodDefaults, core.ValidatePod, core.ValidatePodUpdate, core.ValidatePodStatusUpdate),
		},
		"policy": {
			"PodDisruptionBudget": of(nil, policy.ValidatePodDisruptionBudget, policy.ValidatePodDisruptionBudgetUpdate, policy.ValidatePodDisruptionBudgetStatusUpdate),
		},
		"quotas": {
			"LimitRange":    of(core.SetLimitRangeDefaults, core.ValidateLimitRange, core.ValidateLimitRangeUpdate, nil),
			"ResourceQuota": of(core.SetResourceQuotaDefaults, core.ValidateResourceQuota, core.ValidateResourceQuotaUpdate, core.ValidateResourceQuotaStatusUpdate),
		},
		"storage": {
			"PersistentVolume": of(core.SetPersistentVolumeDefaults, core.ValidatePersistentVolume, core.ValidatePersistentVolumeUpdate,
				core.ValidatePersistentVolumeStatusUpdate),
			"PersistentVolumeClaim": of(core.SetPersistentVolumeClaimDefaults, core.ValidatePersistentVolumeClaim,
				core.ValidatePersistentVolumeClaimUpdate, core.ValidatePersistentVolumeClaimStatusUpdate),
		},
		"scheduling": {
			"PriorityClass": of(scheduling.SetPriorityClassDefaults, scheduling.ValidatePriorityClass, scheduling.ValidatePriorityClassUpdate, nil),
		},
	}
	for name, kinds := range files {
		t.Run(name, func(t *testing.T) { testFile(t, "testdata/"+name+".txt", kinds) })
	}
}

// checks are the functions that make objects of one kind sound. Those that a
// kind does not need are nil.
type checks struct {
	defaults       func(o meta.Object)
	create         func(o meta.Object) field.ErrorList
	update, status func(o, old meta.Object) field.ErrorList
}

// of makes checks of functions of the kind's own type.
func of[T meta.Object](def func(T), create func(T) field.ErrorList, update, status func(o, old T) field.ErrorList) checks {
	c := checks{defaults: func(meta.Object) {}}
	if def != nil {
		c.defaults = func(o meta.Object) { def(o.(T)) }
	}
	c.create = func(o meta.Object) field.ErrorList { return create(o.(T)) }
	both := func(f func(o, old T) field.ErrorList) func(o, old meta.Object) field.ErrorList {
		return func(o, old meta.Object) field.ErrorList { return f(o.(T), old.(T)) }
	}
	if update != nil {
		c.update = both(update)
	}
	if status != nil {
		c.status = both(status)
	}
	return c
}

// testFile holds validation against a file of objects and what is wrong with
// them. A line of the file is
//
//	# TEXT        a comment
//	{...}         an object that is created
//	> {...}       a merge patch that changes the object above
//	status> {...} the same for its status
//	<tab>TEXT     what is wrong with the object or the change above; none for a sound one
//
// With -update the last ones are written anew. Objects without a name get one.
func testFile(t *testing.T, file string, kinds map[string]checks) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var last meta.Object
	var check checks
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	count := 0
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if line == "" || line[0] == '#' {
			out.WriteString(line + "\n")
			continue
		}
		var errs field.ErrorList
		switch {
		case line[0] == '{':
			last, check = read(t, file, i, line, kinds)
			errs = check.create(last)
		case strings.HasPrefix(line, "> "):
			errs = check.update(changed(t, line[2:], last, check), last)
		case strings.HasPrefix(line, "status> "):
			errs = check.status(changed(t, line[8:], last, check), last)
		default:
			t.Fatalf("%s:%d: what is %q?", file, i+1, line)
		}
		count++
		out.WriteString(line + "\n")
		var got, want []string
		for _, e := range errs {
			got = append(got, e.Error())
			out.WriteString("\t" + e.Error() + "\n")
		}
		at := i + 1
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t") {
			i++
			want = append(want, lines[i][1:])
		}
		if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b && !*rewrite {
			t.Errorf("%s:%d: %s\ngot:\n%s\nwant:\n%s", file, at, line, a, b)
		}
	}
	if count < 5 {
		t.Errorf("%s has only %d objects", file, count)
	}
	if *rewrite {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// read makes an object of a line.
func read(t *testing.T, file string, i int, line string, kinds map[string]checks) (meta.Object, checks) {
	t.Helper()
	var head meta.PartialObjectMetadata
	if err := codec.DecodeJSON([]byte(line), &head); err != nil {
		t.Fatalf("%s:%d: %v", file, i+1, err)
	}
	k := scheme.ByKind(head.APIVersion, head.Kind)
	check, ok := kinds[head.Kind]
	if k == nil || !ok {
		t.Fatalf("%s:%d: no kind %s %s", file, i+1, head.APIVersion, head.Kind)
	}
	o := k.New()
	if err := codec.DecodeJSON([]byte(line), o); err != nil {
		t.Fatalf("%s:%d: %v", file, i+1, err)
	}
	m := o.GetObjectMeta()
	if m.Name == "" {
		m.Name = "x"
	}
	if k.Namespaced {
		m.Namespace = "default"
	}
	m.UID, m.ResourceVersion = "uid", "1"
	check.defaults(o)
	return o, check
}

// changed is a copy of an object with a merge patch applied.
func changed(t *testing.T, p string, old meta.Object, check checks) meta.Object {
	t.Helper()
	doc, err := codec.EncodeJSON(old)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = patch.Merge(doc, []byte(p)); err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	o := scheme.Of(old).New()
	if err := codec.DecodeJSON(doc, o); err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	check.defaults(o)
	return o
}
