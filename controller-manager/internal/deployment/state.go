package deployment

import (
	"bytes"
	"cmp"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// What a deployment writes on its replica sets.
const (
	// AnnotationRevision counts the templates that a deployment has had.
	AnnotationRevision = "deployment.kubernetes.io/revision"
	// AnnotationHistory lists the earlier revisions of a replica set that came
	// back.
	AnnotationHistory = "deployment.kubernetes.io/revision-history"
	// AnnotationDesired is how many replicas the deployment asked for when it
	// last set the replica set's.
	AnnotationDesired = "deployment.kubernetes.io/desired-replicas"
	// AnnotationMax is that number with what the strategy adds to it.
	AnnotationMax = "deployment.kubernetes.io/max-replicas"

	annotationLastApplied = "kubectl.kubernetes.io/last-applied-configuration"
	annotationRollbackTo  = "deprecated.deployment.rollback.to"
)

// LabelHash tells the pods of one replica set of a deployment from those of
// the others.
const LabelHash = "pod-template-hash"

// state is a deployment and its replica sets, as they are.
type state struct {
	d       *apps.Deployment
	now     time.Time
	fresh   *apps.ReplicaSet   // that of the present template, nil when there is none yet
	old     []*apps.ReplicaSet // the others, oldest first
	running func(*apps.ReplicaSet) bool
	// creating says that this step makes the fresh one.
	creating bool
}

// newState tells the replica set of d's present template from those of
// earlier ones. When several fit, the oldest is it.
func newState(d *apps.Deployment, sets []*apps.ReplicaSet, running func(*apps.ReplicaSet) bool, now time.Time) *state {
	s := &state{d: d, now: now, running: running}
	sets = slices.Clone(sets)
	slices.SortFunc(sets, older)
	for _, rs := range sets {
		if s.fresh == nil && sameTemplate(&rs.Spec.Template, &d.Spec.Template) {
			s.fresh = rs
		} else {
			s.old = append(s.old, rs)
		}
	}
	return s
}

func older(a, b *apps.ReplicaSet) int {
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}

// all is every replica set, the fresh one last.
func (s *state) all() []*apps.ReplicaSet {
	if s.fresh == nil {
		return s.old
	}
	return append(slices.Clone(s.old), s.fresh)
}

// sameTemplate compares templates but for the label that a deployment adds.
func sameTemplate(a, b *core.PodTemplateSpec) bool {
	return bytes.Equal(templateText(a), templateText(b))
}

// templateText is a template's canonical text without the deployment's label.
func templateText(t *core.PodTemplateSpec) []byte {
	if _, ok := t.Labels[LabelHash]; ok {
		bare := *t
		bare.Labels = maps.Clone(t.Labels)
		delete(bare.Labels, LabelHash)
		t = &bare
	}
	text, err := codec.EncodeJSON(t)
	if err != nil {
		return nil
	}
	return text
}

// hash names the replica set of a template. A collision with another
// template's is cured by counting up.
func hash(d *apps.Deployment) string {
	h := fnv.New32a()
	h.Write(templateText(&d.Spec.Template))
	if n := d.Status.CollisionCount; n != nil {
		h.Write(strconv.AppendInt(nil, int64(*n), 10))
	}
	return revision.SafeEncode(strconv.FormatUint(uint64(h.Sum32()), 10))
}

// replicasOf is how many replicas a replica set is to have.
func replicasOf(rs *apps.ReplicaSet) int32 {
	if rs == nil {
		return 0
	}
	if rs.Spec.Replicas == nil {
		return 1
	}
	return *rs.Spec.Replicas
}

func (s *state) wanted() int32 {
	if s.d.Spec.Replicas == nil {
		return 1
	}
	return *s.d.Spec.Replicas
}

// sum adds up what f says of each replica set.
func sum(sets []*apps.ReplicaSet, f func(*apps.ReplicaSet) int32) (n int32) {
	for _, rs := range sets {
		n += f(rs)
	}
	return n
}

func available(rs *apps.ReplicaSet) int32 { return rs.Status.AvailableReplicas }

// active are those that are to have replicas.
func active(sets []*apps.ReplicaSet) []*apps.ReplicaSet {
	return slices.DeleteFunc(slices.Clone(sets), func(rs *apps.ReplicaSet) bool { return replicasOf(rs) == 0 })
}

// revisionOf is the number on a replica set; 0 when there is none.
func revisionOf(rs *apps.ReplicaSet) int64 {
	n, _ := strconv.ParseInt(rs.Annotations[AnnotationRevision], 10, 64)
	return n
}

// nextRevision is one more than the latest of the old ones.
func (s *state) nextRevision() int64 {
	var latest int64
	for _, rs := range s.old {
		latest = max(latest, revisionOf(rs))
	}
	return latest + 1
}

// annotate puts on annotations what a replica set inherits from its deployment
// and the revision; a revision that was left behind is remembered.
func (s *state) annotate(annotations map[string]string) map[string]string {
	out := maps.Clone(annotations)
	if out == nil {
		out = map[string]string{}
	}
	for k, v := range s.d.Annotations {
		if !own(k) {
			out[k] = v
		}
	}
	next := s.nextRevision()
	had, _ := strconv.ParseInt(annotations[AnnotationRevision], 10, 64)
	if had < next {
		if had > 0 {
			out[AnnotationHistory] = remember(out[AnnotationHistory], annotations[AnnotationRevision])
		}
		out[AnnotationRevision] = strconv.FormatInt(next, 10)
	}
	return out
}

// remember adds a revision to a list, once.
func remember(list, revision string) string {
	if list == "" {
		return revision
	}
	if slices.Contains(strings.Split(list, ","), revision) {
		return list
	}
	return list + "," + revision
}

// own says whether an annotation of a deployment or a replica set stays with
// the object that has it.
func own(key string) bool {
	switch key {
	case annotationLastApplied, AnnotationRevision, AnnotationHistory, AnnotationDesired, AnnotationMax, annotationRollbackTo:
		return true
	}
	return false
}

// sized is annotations with the numbers that proportions are worked out from.
func (s *state) sized(annotations map[string]string) map[string]string {
	out := maps.Clone(annotations)
	if out == nil {
		out = map[string]string{}
	}
	out[AnnotationDesired] = strconv.Itoa(int(s.wanted()))
	out[AnnotationMax] = strconv.Itoa(int(s.wanted() + s.maxSurge()))
	return out
}

// freshSet is the replica set to make for the present template.
func (s *state) freshSet() *apps.ReplicaSet {
	d, h := s.d, hash(s.d)
	rs := &apps.ReplicaSet{}
	rs.Namespace, rs.Name = d.Namespace, d.Name+"-"+h
	rs.OwnerReferences = []meta.OwnerReference{ownership.Reference(d)}
	rs.Spec.MinReadySeconds = d.Spec.MinReadySeconds
	rs.Spec.Selector = d.Spec.Selector.DeepCopy()
	rs.Spec.Selector.MatchLabels = with(rs.Spec.Selector.MatchLabels, h)
	rs.Spec.Template = *d.Spec.Template.DeepCopy()
	rs.Spec.Template.Labels = with(rs.Spec.Template.Labels, h)
	rs.Labels = maps.Clone(rs.Spec.Template.Labels)
	n := s.freshReplicas()
	rs.Spec.Replicas = &n
	rs.Annotations = s.sized(s.annotate(nil))
	return rs
}

func with(labels map[string]string, hash string) map[string]string {
	out := maps.Clone(labels)
	if out == nil {
		out = map[string]string{}
	}
	out[LabelHash] = hash
	return out
}
