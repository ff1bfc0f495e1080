package structural

import "fmt"

// checkCombinations checks allOf, anyOf, oneOf and not.
func (s *Schema) checkCombinations(v any, p *place, r *result) {
	l := &s.limits
	if len(l.anyOf) > 0 {
		if n, best := try(l.anyOf, v, p, true); n == 0 {
			r.whole(p, "must validate at least one schema (anyOf)")
			r.errs = append(r.errs, best.errs...)
		}
	}
	if len(l.oneOf) > 0 {
		switch n, best := try(l.oneOf, v, p, false); n {
		case 1:
		case 0:
			r.whole(p, "must validate one and only one schema (oneOf). Found none valid")
			r.errs = append(r.errs, best.errs...)
		default:
			r.whole(p, "must validate one and only one schema (oneOf). Found %d valid alternatives", n)
		}
	}
	if len(l.allOf) > 0 {
		valid := 0
		for _, c := range l.allOf {
			one := &result{}
			c.check(v, p, one)
			if len(one.errs) == 0 {
				valid++
			}
			r.errs = append(r.errs, one.errs...)
		}
		if valid < len(l.allOf) {
			more := ""
			if valid == 0 {
				more = ". None validated"
			}
			r.whole(p, "%s", fmt.Sprintf("must validate all the schemas (allOf)%s", more))
		}
	}
	if l.not != nil {
		one := &result{}
		if l.not.check(v, p, one); len(one.errs) == 0 {
			r.whole(p, "must not validate the schema (not)")
		}
	}
}

// try counts the alternatives that hold and finds the one that failed last.
func try(all []*Schema, v any, p *place, first bool) (valid int, best *result) {
	for _, c := range all {
		one := &result{}
		c.check(v, p, one)
		if len(one.errs) == 0 {
			valid++
			if first {
				return valid, nil
			}
		} else if best == nil || one.matched > best.matched {
			best = one
		}
	}
	return valid, best
}
