package cel

import (
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/pilothouse/pilothouse/proto/quantity"
)

// quantityLibrary adds amounts such as 200M.
type quantityLibrary struct{ noOptions }

var quantityType = types.NewOpaqueType("kubernetes.Quantity")

// LibraryName names it.
func (quantityLibrary) LibraryName() string { return "kubernetes.quantity" }

type amount = quantity.Quantity

func quantityVal(q amount) ref.Val {
	return opaque[amount]{of: quantityType, is: q, say: func(q amount) string { return q.String() },
		eq: func(a, b amount) bool { return a.Cmp(b) == 0 }}
}

// CompileOptions declares the functions.
func (quantityLibrary) CompileOptions() []cel.EnvOption {
	str, q := []*types.Type{types.StringType}, []*types.Type{quantityType}
	both, number := []*types.Type{quantityType, quantityType}, []*types.Type{quantityType, types.IntType}
	test := func(name, id string, f func(amount) ref.Val, of *types.Type) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, q, of, of1(f)))
	}
	compare := func(name, id string, f func(int) ref.Val, of *types.Type) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, both, of, of2(func(a, b amount) ref.Val { return f(a.Cmp(b)) })))
	}
	arithmetic := func(name string, f func(a, b amount) amount) cel.EnvOption {
		return cel.Function(name,
			cel.MemberOverload("quantity_"+name, both, quantityType, of2(func(a, b amount) ref.Val { return quantityVal(f(a, b)) })),
			cel.MemberOverload("quantity_"+name+"_int", number, quantityType,
				of2(func(a amount, n int64) ref.Val { return quantityVal(f(a, quantity.FromInt(n, quantity.DecimalSI))) })))
	}
	return []cel.EnvOption{
		cel.Types(quantityType),
		cel.Function("quantity", cel.Overload("string_to_quantity", str, quantityType, string1(func(s string) ref.Val {
			v, err := quantity.Parse(s)
			if err != nil {
				return types.WrapErr(err)
			}
			return quantityVal(v)
		}))),
		cel.Function("isQuantity", cel.Overload("is_quantity_string", str, types.BoolType, string1(func(s string) ref.Val {
			_, err := quantity.Parse(s)
			return types.Bool(err == nil)
		}))),
		test("sign", "quantity_sign", func(q amount) ref.Val { return types.Int(q.Sign()) }, types.IntType),
		test("isInteger", "quantity_is_integer", func(q amount) ref.Val { return types.Bool(whole(q)) }, types.BoolType),
		test("asInteger", "quantity_as_integer", func(q amount) ref.Val {
			if !whole(q) {
				return types.NewErr("cannot convert value to integer")
			}
			return types.Int(q.Value())
		}, types.IntType),
		test("asApproximateFloat", "quantity_as_approximate_float", func(q amount) ref.Val { return types.Double(float(q)) }, types.DoubleType),
		compare("isGreaterThan", "quantity_is_greater_than", func(c int) ref.Val { return types.Bool(c > 0) }, types.BoolType),
		compare("isLessThan", "quantity_is_less_than", func(c int) ref.Val { return types.Bool(c < 0) }, types.BoolType),
		compare("compareTo", "quantity_compare_to", func(c int) ref.Val { return types.Int(c) }, types.IntType),
		arithmetic("add", amount.Add),
		arithmetic("sub", amount.Sub),
	}
}

// whole says whether q is an integer that fits.
func whole(q amount) bool { return quantity.FromInt(q.Value(), quantity.DecimalSI).Cmp(q) == 0 }

// suffixes are what amounts end in.
var suffixes = map[string]float64{"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60}

// float is q as near as a float comes.
func float(q amount) float64 {
	s := q.String()
	digits := strings.TrimRight(s, "numkKMGTPEi")
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return float64(q.Value())
	}
	return f * suffixes[s[len(digits):]]
}
