package resourcequota

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/quota"
)

// plan is cur's status after a count. counted is what was in use when the quota
// was base. What the API server has charged since then is in cur: the count
// only corrects by how much base was wrong. fresh says that something is bounded
// from now on that was not charged before; what came in meanwhile has to be
// counted once more.
func plan(cur, base *core.ResourceQuota, counted core.ResourceList) (next core.ResourceQuotaStatus, fresh bool) {
	next.Hard, next.Used = core.ResourceList{}, core.ResourceList{}
	for n, hard := range cur.Spec.Hard {
		next.Hard[n] = hard
		have, charged := cur.Status.Used[n]
		if _, ok := cur.Status.Hard[n]; !ok {
			charged = false
		}
		now, ok := counted[n]
		switch {
		case !ok && charged:
			next.Used[n] = have
		case !ok:
			fresh = fresh || quota.Resource(n) != ""
		case !charged:
			next.Used[n], fresh = now, true
		default:
			was, known := base.Status.Used[n]
			if _, ok := base.Status.Hard[n]; !ok || !known {
				next.Used[n], fresh = have, true // Charged only since: count again.
				continue
			}
			v := have
			if !now.Equal(was) {
				v = have.Add(now.Sub(was))
			}
			if v.Sign() < 0 {
				v = quantity.FromInt(0, v.Format())
			}
			next.Used[n] = v
		}
	}
	return next, fresh
}

// settled says whether q's status tells of all that its spec bounds.
func settled(q *core.ResourceQuota) bool {
	if len(q.Spec.Hard) != len(q.Status.Hard) || len(q.Status.Used) > len(q.Status.Hard) {
		return false
	}
	for n, hard := range q.Spec.Hard {
		if have, ok := q.Status.Hard[n]; !ok || !have.Equal(hard) {
			return false
		}
		if _, ok := q.Status.Used[n]; !ok && quota.Resource(n) != "" {
			return false
		}
	}
	return true
}

// same says whether two statuses say the same.
func same(a, b core.ResourceQuotaStatus) bool {
	return sameList(a.Hard, b.Hard) && sameList(a.Used, b.Used)
}

func sameList(a, b core.ResourceList) bool {
	if len(a) != len(b) {
		return false
	}
	for n, v := range a {
		if w, ok := b[n]; !ok || !v.Equal(w) {
			return false
		}
	}
	return true
}

// overdue is the first moment after since at which one of the pods stops to
// count without anybody's writing so, or zero.
func overdue(pods []*core.Pod, since time.Time) time.Time {
	var first time.Time
	for _, p := range pods {
		if p.DeletionTimestamp == nil {
			continue
		}
		if end, ok := quota.Overdue(p); ok && end.After(since) && (first.IsZero() || end.Before(first)) {
			first = end
		}
	}
	return first
}

// countsPods says whether q bounds what ends with a pod's time.
func countsPods(q *core.ResourceQuota) bool {
	for n := range q.Spec.Hard {
		if quota.Resource(n) == "pods" && n != quota.CountName("pods") {
			return true
		}
	}
	return false
}
