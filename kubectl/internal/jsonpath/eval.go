package jsonpath

import (
	"cmp"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

type evaluator struct {
	root         any
	allowMissing bool
}

// print writes nodes for the values that are current.
func (e *evaluator) print(b *strings.Builder, nodes []node, current []any) error {
	for _, n := range nodes {
		switch n := n.(type) {
		case textNode:
			b.WriteString(string(n))
		case pathNode:
			found, err := e.walk(n.steps, current)
			if err != nil {
				return err
			}
			for i, v := range found {
				if i > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(Text(v))
			}
		case rangeNode:
			found, err := e.walk(n.over, current)
			if err != nil {
				return err
			}
			for _, v := range found {
				if err := e.print(b, n.body, []any{v}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// walk follows steps from the current values.
func (e *evaluator) walk(steps []step, current []any) ([]any, error) {
	lax := false // after a descent most values lack what is asked for
	for _, s := range steps {
		var next []any
		if _, ok := s.(rootStep); ok {
			current = []any{e.root}
			continue
		}
		at := e
		if lax {
			at = &evaluator{root: e.root, allowMissing: true}
		}
		_, lax = s.(recursiveStep)
		for _, v := range current {
			found, err := at.take(s, v)
			if err != nil {
				return nil, err
			}
			next = append(next, found...)
		}
		current = next
	}
	return current, nil
}

// take follows one step from one value.
func (e *evaluator) take(s step, v any) ([]any, error) {
	switch s := s.(type) {
	case fieldStep:
		return e.field(string(s), v)
	case indexStep:
		return e.index(int(s), v)
	case wildcardStep:
		return children(v), nil
	case recursiveStep:
		return descend(v), nil
	case sliceStep:
		return slice(s, v)
	case unionStep:
		var all []any
		for _, steps := range s.of {
			found, err := e.walk(steps, []any{v})
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		return all, nil
	case filterStep:
		return e.filter(s, v)
	}
	return nil, fmt.Errorf("unexpected step %T", s)
}

func (e *evaluator) field(name string, v any) ([]any, error) {
	if m, ok := v.(map[string]any); ok {
		if found, ok := m[name]; ok {
			return []any{found}, nil
		}
		if e.allowMissing {
			return nil, nil
		}
		return nil, fmt.Errorf("%s is not found", name)
	}
	// After a recursive descent the values are of all kinds.
	if e.allowMissing {
		return nil, nil
	}
	if v == nil {
		return nil, fmt.Errorf("%s is not found", name)
	}
	return nil, nil
}

func (e *evaluator) index(i int, v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok {
		if e.allowMissing {
			return nil, nil
		}
		return nil, fmt.Errorf("%s is not array or slice", Text(v))
	}
	at := i
	if at < 0 {
		at += len(list)
	}
	if at < 0 || at >= len(list) {
		if e.allowMissing {
			return nil, nil
		}
		return nil, fmt.Errorf("array index out of bounds: index %d, length %d", i, len(list))
	}
	return []any{list[at]}, nil
}

func slice(s sliceStep, v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s is not array or slice", Text(v))
	}
	bound := func(p *int, otherwise int) int {
		if p == nil {
			return otherwise
		}
		n := *p
		if n < 0 {
			n += len(list)
		}
		return max(0, min(n, len(list)))
	}
	by := 1
	if s.by != nil {
		by = *s.by
	}
	if by <= 0 {
		return nil, fmt.Errorf("step must be > 0")
	}
	var out []any
	for i := bound(s.from, 0); i < bound(s.to, len(list)); i += by {
		out = append(out, list[i])
	}
	return out, nil
}

// children are the values directly below v, those of an object sorted by key.
func children(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		out := make([]any, 0, len(v))
		for _, k := range keys {
			out = append(out, v[k])
		}
		return out
	}
	return nil
}

// descend is v and everything below it that has fields.
func descend(v any) []any {
	var out []any
	if _, ok := v.(map[string]any); ok {
		out = append(out, v)
	}
	for _, c := range children(v) {
		out = append(out, descend(c)...)
	}
	return onlyObjects(out)
}

func onlyObjects(vs []any) []any {
	out := vs[:0]
	for _, v := range vs {
		if _, ok := v.(map[string]any); ok {
			out = append(out, v)
		}
	}
	return out
}

func (e *evaluator) filter(s filterStep, v any) ([]any, error) {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	var out []any
	for _, item := range items {
		keep, err := e.holds(s, item)
		if err != nil {
			return nil, err
		}
		if keep {
			out = append(out, item)
		}
	}
	return out, nil
}

func (e *evaluator) holds(s filterStep, item any) (bool, error) {
	// A field that an item lacks is no error in a filter.
	lax := &evaluator{root: e.root, allowMissing: true}
	value := func(o operand) (any, bool, error) {
		if !o.isPath {
			return o.literal, true, nil
		}
		found, err := lax.walk(o.path, []any{item})
		if err != nil || len(found) == 0 {
			return nil, false, err
		}
		return found[0], true, nil
	}
	left, ok, err := value(s.left)
	if err != nil || s.op == "" || !ok {
		return ok, err
	}
	right, ok, err := value(s.right)
	if err != nil || !ok {
		return false, err
	}
	c, comparable := compare(left, right)
	switch s.op {
	case "==":
		return comparable && c == 0, nil
	case "!=":
		return !comparable || c != 0, nil
	case "<":
		return comparable && c < 0, nil
	case "<=":
		return comparable && c <= 0, nil
	case ">":
		return comparable && c > 0, nil
	}
	return comparable && c >= 0, nil
}

func compare(a, b any) (int, bool) {
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return cmp.Compare(x, y), true
		}
	}
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y), true
		}
	}
	if x, ok := a.(bool); ok {
		if y, ok := b.(bool); ok {
			if x == y {
				return 0, true
			}
			return 1, true
		}
	}
	return 0, false
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}
