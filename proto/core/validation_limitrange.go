package core

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// ValidateLimitRange checks that limits do not contradict each other.
func ValidateLimitRange(l *LimitRange) field.ErrorList {
	var r field.Report
	checkMeta(&r, &l.ObjectMeta)
	checkLimits(&r, l.Spec.Limits)
	return r.Errors
}

// ValidateLimitRangeUpdate checks a change of limits.
func ValidateLimitRangeUpdate(l, old *LimitRange) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &l.ObjectMeta, &old.ObjectMeta)
	checkLimits(&r, l.Spec.Limits)
	return r.Errors
}

func checkLimits(r *field.Report, limits []LimitRangeItem) {
	seen := map[LimitType]bool{}
	for i := range limits {
		l, p := &limits[i], specPath.Child("limits").Index(i)
		checkLimitType(r, l.Type, p.Child("type"))
		if seen[l.Type] {
			r.Duplicate(p.Child("type"), l.Type)
		}
		seen[l.Type] = true
		checkLimitItem(r, l, p)
	}
}

func checkLimitType(r *field.Report, t LimitType, p *field.Path) {
	if bad := meta.IsQualifiedName(string(t)); len(bad) > 0 {
		r.Each(p, t, bad)
	} else if !strings.Contains(string(t), "/") && t != LimitTypePod && t != LimitTypeContainer && t != LimitTypePersistentVolumeClaim {
		r.Invalid(p, t, "must be a standard limit type or fully qualified")
	}
}

func checkLimitItem(r *field.Report, l *LimitRangeItem, p *field.Path) {
	names := map[ResourceName]bool{}
	for _, f := range []struct {
		name string
		list ResourceList
	}{{"max", l.Max}, {"min", l.Min}, {"default", l.Default}, {"defaultRequest", l.DefaultRequest}, {"maxLimitRequestRatio", l.MaxLimitRequestRatio}} {
		if l.Type == LimitTypePod && strings.HasPrefix(f.name, "default") {
			if len(f.list) > 0 {
				r.Forbidden(p.Child(f.name), "may not be specified when `type` is 'Pod'")
			}
			continue
		}
		for _, n := range sortedKeys(f.list) {
			names[n] = true
			if l.Type == LimitTypePod || l.Type == LimitTypeContainer {
				checkContainerResourceName(r, n, p.Child(f.name).Key(string(n)))
			} else {
				checkResourceName(r, n, p.Child(f.name).Key(string(n)))
			}
		}
	}
	_, low := l.Min[ResourceStorage]
	_, high := l.Max[ResourceStorage]
	if l.Type == LimitTypePersistentVolumeClaim && !low && !high {
		r.Required(p.Child("limits"), "either minimum or maximum storage value is required, but neither was provided")
	}
	for _, n := range sortedKeys(names) {
		checkLimitOrder(r, l, n, p)
	}
}

// checkLimitOrder wants min <= defaultRequest <= default <= max. Which of the
// two values an error names follows no rule, but clients have seen it so.
func checkLimitOrder(r *field.Report, l *LimitRangeItem, n ResourceName, p *field.Path) {
	for _, o := range []struct {
		small, large         ResourceList
		at, smaller, greater string
		namesLarge           bool
	}{
		{l.Min, l.Max, "min", "min", "max", false},
		{l.Min, l.DefaultRequest, "defaultRequest", "min", "default request", true},
		{l.DefaultRequest, l.Max, "defaultRequest", "default request", "max", false},
		{l.DefaultRequest, l.Default, "defaultRequest", "default request", "default limit", false},
		{l.Min, l.Default, "default", "min", "default", false},
		{l.Default, l.Max, "default", "default", "max", true},
	} {
		x, ok := o.small[n]
		y, also := o.large[n]
		if !ok || !also || x.Cmp(y) <= 0 {
			continue
		}
		value := x
		if o.namesLarge {
			value = y
		}
		r.Invalid(p.Child(o.at).Key(string(n)), value, fmt.Sprintf("%s value %s is greater than %s value %s", o.smaller, x, o.greater, y))
	}
	if q, ok := l.MaxLimitRequestRatio[n]; ok && q.Cmp(quantity.FromInt(1, q.Format())) < 0 {
		r.Invalid(p.Child("maxLimitRequestRatio").Key(string(n)), q, fmt.Sprintf("ratio %s is less than 1", q))
	}
	if q, ok := l.MaxLimitRequestRatio[n]; ok && hasBoth(l.Min, l.Max, n) {
		least, most := l.Min[n], l.Max[n]
		if limit := float64(most.MilliValue()) / float64(least.MilliValue()); float64(q.MilliValue())/1000 > limit {
			r.Invalid(p.Child("maxLimitRequestRatio").Key(string(n)), q, fmt.Sprintf("ratio %s is greater than max/min = %f", q, limit))
		}
	}
	d, ok := l.Default[n]
	req, also := l.DefaultRequest[n]
	if ok && also && !mayOvercommit(n) && d.Cmp(req) != 0 {
		r.Invalid(p.Child("defaultRequest").Key(string(n)), req, fmt.Sprintf("default value %s must equal to defaultRequest value %s in %s", d, req, n))
	}
}

// hasBoth reports whether two lists both name a resource, the first one more
// than nothing of it.
func hasBoth(a, b ResourceList, n ResourceName) bool {
	q, ok := a[n]
	_, also := b[n]
	return ok && also && q.Sign() > 0
}
