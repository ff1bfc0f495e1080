package apps

import (
	"cmp"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// What workloads get that do not say otherwise.
const (
	defaultHistory          = 10
	defaultProgressDeadline = 600
)

// orDefault points at value where there is nothing yet.
func orDefault[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}

// SetDeploymentDefaults fills what a manifest may leave out: one replica,
// replaced a quarter at a time.
func SetDeploymentDefaults(d *Deployment) {
	s := &d.Spec
	core.SetPodTemplateSpecDefaults(&s.Template)
	orDefault(&s.Replicas, 1)
	s.Strategy.Type = cmp.Or(s.Strategy.Type, RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == RollingUpdateDeploymentStrategyType {
		orDefault(&s.Strategy.RollingUpdate, RollingUpdateDeployment{})
		orDefault(&s.Strategy.RollingUpdate.MaxUnavailable, meta.FromString("25%"))
		orDefault(&s.Strategy.RollingUpdate.MaxSurge, meta.FromString("25%"))
	}
	orDefault(&s.RevisionHistoryLimit, defaultHistory)
	orDefault(&s.ProgressDeadlineSeconds, defaultProgressDeadline)
}

// SetReplicaSetDefaults fills what a manifest may leave out.
func SetReplicaSetDefaults(r *ReplicaSet) {
	core.SetPodTemplateSpecDefaults(&r.Spec.Template)
	orDefault(&r.Spec.Replicas, 1)
}

// SetStatefulSetDefaults fills what a manifest may leave out: one replica,
// pods made and replaced in order, claims kept.
func SetStatefulSetDefaults(set *StatefulSet) {
	s := &set.Spec
	core.SetPodTemplateSpecDefaults(&s.Template)
	for i := range s.VolumeClaimTemplates {
		c := &s.VolumeClaimTemplates[i]
		c.TypeMeta = meta.TypeMeta{Kind: "PersistentVolumeClaim", APIVersion: "v1"}
		core.SetPersistentVolumeClaimDefaults(c)
	}
	s.PodManagementPolicy = cmp.Or(s.PodManagementPolicy, OrderedReadyPodManagement)
	if s.UpdateStrategy.Type == "" {
		s.UpdateStrategy.Type = RollingUpdateStatefulSetStrategyType
		orDefault(&s.UpdateStrategy.RollingUpdate, RollingUpdateStatefulSetStrategy{})
	}
	if s.UpdateStrategy.Type == RollingUpdateStatefulSetStrategyType && s.UpdateStrategy.RollingUpdate != nil {
		orDefault(&s.UpdateStrategy.RollingUpdate.Partition, 0)
	}
	orDefault(&s.PersistentVolumeClaimRetentionPolicy, StatefulSetPersistentVolumeClaimRetentionPolicy{})
	p := s.PersistentVolumeClaimRetentionPolicy
	p.WhenDeleted = cmp.Or(p.WhenDeleted, RetainPersistentVolumeClaimRetentionPolicyType)
	p.WhenScaled = cmp.Or(p.WhenScaled, RetainPersistentVolumeClaimRetentionPolicyType)
	orDefault(&s.Replicas, 1)
	orDefault(&s.RevisionHistoryLimit, defaultHistory)
}

// SetDaemonSetDefaults fills what a manifest may leave out: one node after the
// other gets a new pod.
func SetDaemonSetDefaults(d *DaemonSet) {
	s := &d.Spec
	core.SetPodTemplateSpecDefaults(&s.Template)
	s.UpdateStrategy.Type = cmp.Or(s.UpdateStrategy.Type, RollingUpdateDaemonSetStrategyType)
	if s.UpdateStrategy.Type == RollingUpdateDaemonSetStrategyType {
		orDefault(&s.UpdateStrategy.RollingUpdate, RollingUpdateDaemonSet{})
		orDefault(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, meta.FromInt(1))
	}
	if u := s.UpdateStrategy.RollingUpdate; u != nil {
		orDefault(&u.MaxUnavailable, meta.FromInt(0))
		orDefault(&u.MaxSurge, meta.FromInt(0))
	}
	orDefault(&s.RevisionHistoryLimit, defaultHistory)
}
