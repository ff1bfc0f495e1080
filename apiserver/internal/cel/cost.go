package cel

import (
	"math"

	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// What our functions cost, at run time and by estimate. Functions that are not
// named here cost one.

// authorizing is the cost of asking who may do what.
const authorizing = 350_000

// perByte is the cost of going over a string once, per byte.
const perByte = 0.1

// runtimeCosts tells what a call did cost.
type runtimeCosts struct{}

// CallCost is nil for functions that are not ours.
func (runtimeCosts) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	of := func(n uint64) *uint64 { return &n }
	scan := func(v ref.Val) *uint64 { return of(uint64(math.Ceil(float64(sizeOf(v)) * perByte))) }
	switch function {
	case "check":
		return of(authorizing)
	case "serviceAccount", "path", "group", "resource", "subresource", "namespace", "name", "allowed", "reason", "error", "errored",
		"fieldSelector", "labelSelector":
		return of(1)
	case "lowerAscii", "upperAscii", "trim", "substring":
		return scan(args[0])
	case "replace", "split":
		return of(uint64(math.Ceil(float64(sizeOf(args[0])) * 2 * perByte)))
	case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
		if _, ok := args[0].(types.String); ok && len(args) > 1 {
			return scan(args[0])
		}
		if l, ok := args[0].(traits.Lister); ok {
			var n uint64
			for i := range length(l) {
				n += elementCost(l.Get(types.Int(i)))
			}
			return of(n)
		}
		return nil
	case "url", "isURL", "ip", "isIP", "ip.isCanonical", "cidr", "isCIDR", "quantity", "isQuantity", "semver", "isSemver":
		return scan(args[0])
	case "find", "findAll":
		text := math.Ceil(float64(sizeOf(args[0])+1) * perByte)
		return of(uint64(text) * uint64(max(1, math.Ceil(float64(sizeOf(args[1]))*0.25))))
	case "validate":
		return scan(args[1])
	case "containsIP", "containsCIDR":
		return of(1 + *scan(args[1]))
	}
	return nil
}

func elementCost(v ref.Val) uint64 {
	switch v.(type) {
	case types.String, types.Bytes:
		return uint64(math.Ceil(float64(sizeOf(v)) * perByte))
	}
	return 1
}

// sizeOf is what size() says, 1 for what has none.
func sizeOf(v ref.Val) uint64 {
	if s, ok := v.(traits.Sizer); ok {
		if n, ok := s.Size().(types.Int); ok {
			return uint64(n)
		}
	}
	return 1
}

// estimator bounds what calls can cost.
type estimator struct {
	sizes func(path []string, t *Type) (min, max uint64, ok bool)
}

// EstimateSize asks for what is known of a value.
func (e estimator) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	if e.sizes == nil || len(n.Path()) == 0 {
		return nil
	}
	if low, high, ok := e.sizes(n.Path(), n.Type()); ok {
		return &checker.SizeEstimate{Min: low, Max: high}
	}
	return nil
}

// EstimateCallCost is nil for functions that are not ours.
func (e estimator) EstimateCallCost(function, _ string, target *checker.AstNode, args []checker.AstNode) *checker.CallEstimate {
	fixed := func(n uint64) *checker.CallEstimate {
		return &checker.CallEstimate{CostEstimate: checker.CostEstimate{Min: n, Max: n}}
	}
	switch function {
	case "check":
		return fixed(authorizing)
	case "serviceAccount", "path", "group", "resource", "subresource", "namespace", "name", "allowed", "reason", "error", "errored",
		"fieldSelector", "labelSelector":
		return fixed(1)
	case "lowerAscii", "upperAscii", "trim", "substring":
		if target != nil {
			s := e.size(*target)
			return &checker.CallEstimate{CostEstimate: s.MultiplyByCostFactor(perByte), ResultSize: &checker.SizeEstimate{Max: s.Max}}
		}
	case "replace":
		if target != nil && len(args) > 1 {
			s, with := e.size(*target), e.size(args[1])
			made := s.Multiply(checker.SizeEstimate{Max: max(1, with.Max)}) // at worst every byte is replaced
			return &checker.CallEstimate{CostEstimate: s.MultiplyByCostFactor(2 * perByte), ResultSize: &checker.SizeEstimate{Max: made.Max}}
		}
	case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
		if target != nil && (*target).Type().Kind() == types.StringKind {
			return &checker.CallEstimate{CostEstimate: e.size(*target).MultiplyByCostFactor(perByte)}
		}
		if target == nil || (*target).Type().Kind() != types.ListKind {
			return nil
		}
		size := e.size(*target)
		per := checker.CostEstimate{Min: 1, Max: 1}
		if k := (*target).Type().Parameters()[0].Kind(); k == types.StringKind || k == types.BytesKind {
			per = per.Add(e.items(*target).MultiplyByCostFactor(perByte))
		}
		return &checker.CallEstimate{CostEstimate: size.MultiplyByCost(per)}
	case "url", "ip", "isIP", "cidr", "isCIDR", "quantity", "isQuantity", "semver", "isSemver":
		if len(args) > 0 {
			return &checker.CallEstimate{CostEstimate: e.size(args[0]).MultiplyByCostFactor(perByte)}
		}
	case "ip.isCanonical": // read, and written again
		if len(args) > 0 {
			return &checker.CallEstimate{CostEstimate: e.size(args[0]).MultiplyByCostFactor(2 * perByte)}
		}
	case "containsIP", "containsCIDR":
		if len(args) > 0 {
			compare := checker.CostEstimate{Min: 1, Max: 1}
			if function == "containsCIDR" {
				compare.Max = 6 // the lengths and the masked address too
			}
			return &checker.CallEstimate{CostEstimate: e.size(args[0]).MultiplyByCostFactor(perByte).Add(compare)}
		}
	case "find", "findAll":
		if target != nil && len(args) > 0 {
			s := e.size(*target)
			text := s.Add(checker.SizeEstimate{Min: 1, Max: 1}).MultiplyByCostFactor(perByte)
			pattern := e.size(args[0]).MultiplyByCostFactor(0.25)
			return &checker.CallEstimate{CostEstimate: text.Multiply(pattern), ResultSize: &checker.SizeEstimate{Max: s.Max}}
		}
	case "validate":
		if len(args) > 0 {
			const pattern = 32 // the largest of the formats' patterns
			return &checker.CallEstimate{CostEstimate: e.size(args[0]).MultiplyByCostFactor(perByte).Multiply(checker.CostEstimate{Min: pattern, Max: pattern})}
		}
	case "join":
		if target != nil && (*target).Type().Kind() == types.ListKind {
			s := e.size(*target)
			all := s.Multiply(e.items(*target))
			if len(args) > 0 {
				between := checker.SizeEstimate{Max: max(s.Max, 1) - 1}
				all = all.Add(between.Multiply(e.size(args[0])))
			}
			return &checker.CallEstimate{CostEstimate: all.MultiplyByCostFactor(perByte), ResultSize: &all}
		}
	case "split":
		if target != nil {
			s := e.size(*target)
			return &checker.CallEstimate{CostEstimate: s.MultiplyByCostFactor(2 * perByte), ResultSize: &checker.SizeEstimate{Max: s.Max}}
		}
	case "_==_", "_!=_":
		if len(args) == 2 && (alike(args[0].Type()) || alike(args[1].Type())) {
			return fixed(1)
		}
	}
	return nil
}

// alike says whether all values of a type cost the same to compare.
func alike(t *Type) bool {
	return t.Kind() == types.TypeKind || t.Kind() == types.OpaqueKind && t.TypeName() != "optional_type"
}

// items is what is known of the sizes of a list's items.
func (e estimator) items(list checker.AstNode) checker.SizeEstimate {
	if e.sizes != nil && list.Path() != nil {
		if low, high, ok := e.sizes(append(append([]string{}, list.Path()...), "@items"), list.Type().Parameters()[0]); ok {
			return checker.SizeEstimate{Min: low, Max: high}
		}
	}
	return checker.SizeEstimate{Max: math.MaxUint64}
}

// size is what is known of a node's size.
func (e estimator) size(n checker.AstNode) checker.SizeEstimate {
	if s := n.ComputedSize(); s != nil {
		return *s
	}
	if s := e.EstimateSize(n); s != nil {
		return *s
	}
	return checker.SizeEstimate{Max: math.MaxUint64}
}
