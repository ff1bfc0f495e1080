package admission

import (
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// beyond holds requests and limits against one item of a limit range.
func beyond(item *core.LimitRangeItem, requests, limits core.ResourceList) (errs []string) {
	for _, n := range names(item.Min) {
		errs = append(errs, below(item, n, requests, limits)...)
	}
	for _, n := range names(item.Max) {
		errs = append(errs, above(item, n, requests, limits)...)
	}
	for _, n := range names(item.MaxLimitRequestRatio) {
		errs = append(errs, apart(item, n, requests, limits)...)
	}
	return errs
}

func names(l core.ResourceList) []core.ResourceName {
	out := make([]core.ResourceName, 0, len(l))
	for n := range l {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

func below(item *core.LimitRangeItem, n core.ResourceName, requests, limits core.ResourceList) []string {
	least := item.Min[n]
	req, asked := requests[n]
	lim, bound := limits[n]
	head := fmt.Sprintf("minimum %s usage per %s is %s", n, item.Type, least)
	switch {
	case !asked:
		return []string{head + ".  No request is specified"}
	case req.Cmp(least) < 0:
		return []string{fmt.Sprintf("%s, but request is %s", head, req)}
	case bound && lim.Cmp(least) < 0:
		return []string{fmt.Sprintf("%s, but limit is %s", head, lim)}
	}
	return nil
}

func above(item *core.LimitRangeItem, n core.ResourceName, requests, limits core.ResourceList) []string {
	most := item.Max[n]
	req, asked := requests[n]
	lim, bound := limits[n]
	head := fmt.Sprintf("maximum %s usage per %s is %s", n, item.Type, most)
	switch {
	case !bound:
		return []string{head + ".  No limit is specified"}
	case lim.Cmp(most) > 0:
		return []string{fmt.Sprintf("%s, but limit is %s", head, lim)}
	case asked && req.Cmp(most) > 0:
		return []string{fmt.Sprintf("%s, but request is %s", head, req)}
	}
	return nil
}

func apart(item *core.LimitRangeItem, n core.ResourceName, requests, limits core.ResourceList) []string {
	ratio := item.MaxLimitRequestRatio[n]
	req, asked := requests[n]
	lim, bound := limits[n]
	head := fmt.Sprintf("%s max limit to request ratio per %s is %s", n, item.Type, ratio)
	switch {
	case !asked || req.IsZero():
		return []string{head + ", but no request is specified or request is 0"}
	case !bound || lim.IsZero():
		return []string{head + ", but no limit is specified or limit is 0"}
	}
	got := inMilli(lim) / inMilli(req)
	if got*1000 > float64(ratio.MilliValue()) {
		return []string{fmt.Sprintf("%s, but provided ratio is %f", head, got)}
	}
	return nil
}

// inMilli is an amount in thousandths, as near as a float comes.
func inMilli(q quantity.Quantity) float64 {
	if n := q.Value(); n > 1<<52/1000 {
		return float64(n) * 1000
	}
	return float64(q.MilliValue())
}
