package table

import (
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

func secretCells(s *core.Secret, now time.Time) []any {
	return []any{s.Name, string(s.Type), int64(len(s.Data)), age(s.CreationTimestamp, now)}
}

func configMapCells(c *core.ConfigMap, now time.Time) []any {
	return []any{c.Name, int64(len(c.Data) + len(c.BinaryData)), age(c.CreationTimestamp, now)}
}

func accountCells(a *core.ServiceAccount, now time.Time) []any {
	return []any{a.Name, int64(len(a.Secrets)), age(a.CreationTimestamp, now)}
}

// shortModes are the access modes as rows show them.
var shortModes = map[core.PersistentVolumeAccessMode]string{"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}

func modes(m []core.PersistentVolumeAccessMode) string {
	var out []string
	for _, x := range m {
		out = append(out, shortModes[x])
	}
	return strings.Join(out, ",")
}

func orUnset[T ~string](s *T) string {
	if s == nil || *s == "" {
		return "<unset>"
	}
	return string(*s)
}

func volumeCells(v *core.PersistentVolume, now time.Time) []any {
	capacity := v.Spec.Capacity[core.ResourceStorage]
	claim := ""
	if r := v.Spec.ClaimRef; r != nil {
		claim = r.Namespace + "/" + r.Name
	}
	phase := string(v.Status.Phase)
	if v.DeletionTimestamp != nil {
		phase = "Terminating"
	}
	return []any{v.Name, capacity.String(), modes(v.Spec.AccessModes), string(v.Spec.PersistentVolumeReclaimPolicy), phase, claim,
		v.Spec.StorageClassName, orUnset(v.Spec.VolumeAttributesClassName), v.Status.Reason, age(v.CreationTimestamp, now), orUnset(v.Spec.VolumeMode)}
}

func claimCells(c *core.PersistentVolumeClaim, now time.Time) []any {
	phase, capacity, access := string(c.Status.Phase), "", ""
	if c.DeletionTimestamp != nil {
		phase = "Terminating"
	}
	if c.Spec.VolumeName != "" {
		q := c.Status.Capacity[core.ResourceStorage]
		capacity, access = q.String(), modes(c.Status.AccessModes)
	}
	class := ""
	if c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	return []any{c.Name, phase, c.Spec.VolumeName, capacity, access, class, orUnset(c.Spec.VolumeAttributesClassName),
		age(c.CreationTimestamp, now), orUnset(c.Spec.VolumeMode)}
}
