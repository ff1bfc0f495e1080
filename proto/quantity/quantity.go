// Package quantity holds amounts of resources (cpu, memory, storage) as API
// objects write them: exact decimal numbers with a decimal suffix (500m, 2k),
// a binary one (64Mi) or an exponent (1e3).
//
// A Quantity is exact down to a billionth; what is finer is rounded away from
// zero when it is read, so that whoever asks for a little never gets nothing.
// It prints in one canonical form: no fraction, the largest suffix that still
// allows that. Read quantity.go for the number, text.go for its forms.
package quantity

import (
	"cmp"
	"math"
	"math/big"
)

// Quantity is an exact amount: n / 10^scale, or big / 10^scale when n would
// not hold it. It is a plain value: copying it copies the amount. Compare two
// with Cmp or Equal, since == also compares the forms they print in.
type Quantity struct {
	n      int64
	big    *big.Int // never changed once it is here; nil when n counts
	scale  uint8    // digits after the point, at most nano
	format Format
}

// Format is the family of suffixes a Quantity prints with.
type Format uint8

const (
	DecimalSI       Format = iota // 1500m, 2k, 3M
	BinarySI                      // 64Mi, 8Gi
	DecimalExponent               // 1e3, 12e6
)

// nano is the finest scale that is kept.
const nano = 9

// pow10 holds the powers of ten that an int64 can.
var pow10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// FromInt is n whole units.
func FromInt(n int64, f Format) Quantity { return Quantity{n: n, format: f} }

// FromMilli is n thousandths in the decimal form.
func FromMilli(n int64) Quantity { return fromScaled(n, 3, DecimalSI) }

// FromNano is n billionths.
func FromNano(n int64) Quantity { return fromScaled(n, 9, DecimalSI) }

// fromScaled is n / 10^scale in its shortest representation.
func fromScaled(n int64, scale uint8, f Format) Quantity {
	for scale > 0 && n%10 == 0 {
		n, scale = n/10, scale-1
	}
	return Quantity{n: n, scale: scale, format: f}
}

// fromBig is b / 10^scale in its shortest representation; it keeps b.
func fromBig(b *big.Int, scale uint8, f Format) Quantity {
	if b.IsInt64() {
		return fromScaled(b.Int64(), scale, f)
	}
	ten, rest := big.NewInt(10), new(big.Int)
	for scale > 0 {
		q := new(big.Int)
		if q.QuoRem(b, ten, rest); rest.Sign() != 0 {
			break
		}
		b, scale = q, scale-1
	}
	if b.IsInt64() {
		return Quantity{n: b.Int64(), scale: scale, format: f}
	}
	return Quantity{big: b, scale: scale, format: f}
}

// unscaled is the whole number whose 10^scale-th part q is.
func (q Quantity) unscaled() *big.Int {
	if q.big != nil {
		return q.big
	}
	return big.NewInt(q.n)
}

// at is q times 10^scale, where scale is not below q's own.
func (q Quantity) at(scale uint8) *big.Int {
	return new(big.Int).Mul(q.unscaled(), big.NewInt(pow10[scale-q.scale]))
}

// aligned is q and o as multiples of one power of ten, where that is possible
// without big numbers.
func (q Quantity) aligned(o Quantity) (a, b int64, scale uint8, ok bool) {
	if q.big != nil || o.big != nil {
		return 0, 0, 0, false
	}
	scale = max(q.scale, o.scale)
	a, ok = times(q.n, pow10[scale-q.scale])
	if ok {
		b, ok = times(o.n, pow10[scale-o.scale])
	}
	return a, b, scale, ok
}

// times is n times by, which is above zero, and whether that can be held.
func times(n, by int64) (product int64, ok bool) {
	product = n * by
	return product, product/by == n
}

// Format is the family of suffixes q prints with, before the exceptions of
// the canonical form.
func (q Quantity) Format() Format { return q.format }

// Sign is -1, 0 or 1.
func (q Quantity) Sign() int {
	switch {
	case q.big != nil:
		return q.big.Sign()
	case q.n < 0:
		return -1
	case q.n > 0:
		return 1
	}
	return 0
}

// IsZero says whether q is nothing.
func (q Quantity) IsZero() bool { return q.Sign() == 0 }

// Neg is the amount with the other sign.
func (q Quantity) Neg() Quantity {
	if q.big == nil && q.n != math.MinInt64 {
		q.n = -q.n
		return q
	}
	return fromBig(new(big.Int).Neg(q.unscaled()), q.scale, q.format)
}

// Add is q + o in q's form, or in o's when q is zero.
func (q Quantity) Add(o Quantity) Quantity {
	f := q.format
	if q.IsZero() {
		f = o.format
	}
	if a, b, scale, ok := q.aligned(o); ok {
		if sum := a + b; (sum > a) == (b > 0) {
			return fromScaled(sum, scale, f)
		}
	}
	scale := max(q.scale, o.scale)
	return fromBig(new(big.Int).Add(q.at(scale), o.at(scale)), scale, f)
}

// Sub is q - o in q's form, or in o's when q is zero.
func (q Quantity) Sub(o Quantity) Quantity { return q.Add(o.Neg()) }

// Cmp is -1, 0 or 1 as q is less than, equal to or more than o, whatever
// their forms.
func (q Quantity) Cmp(o Quantity) int {
	if a, b, _, ok := q.aligned(o); ok {
		return cmp.Compare(a, b)
	}
	scale := max(q.scale, o.scale)
	return q.at(scale).Cmp(o.at(scale))
}

// Equal says whether the two are the same amount, whatever their forms.
func (q Quantity) Equal(o Quantity) bool { return q.Cmp(o) == 0 }

// Value is q in whole units, rounded away from zero, and cut to what an int64
// can hold.
func (q Quantity) Value() int64 { return q.scaled(0) }

// MilliValue is q in thousandths, rounded away from zero, and cut to what an
// int64 can hold.
func (q Quantity) MilliValue() int64 { return q.scaled(3) }

// Float is the amount as a floating point number, as near as one comes to it.
func (q Quantity) Float() float64 {
	f, _ := new(big.Rat).SetFrac(q.unscaled(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(q.scale)), nil)).Float64()
	return f
}

// scaled is q times 10^scale, rounded away from zero.
func (q Quantity) scaled(scale uint8) int64 {
	if q.big == nil {
		if q.scale > scale {
			return divideUp(q.n, pow10[q.scale-scale])
		}
		factor := pow10[scale-q.scale]
		if v := q.n * factor; v/factor == q.n {
			return v
		}
	}
	b := q.unscaled()
	if q.scale <= scale {
		b = q.at(scale)
	} else {
		b = bigDivideUp(b, big.NewInt(pow10[q.scale-scale]))
	}
	switch {
	case b.IsInt64():
		return b.Int64()
	case b.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// divideUp is n / d rounded away from zero, for d above 1.
func divideUp(n, d int64) int64 {
	v, rest := n/d, n%d
	switch {
	case rest > 0:
		v++
	case rest < 0:
		v--
	}
	return v
}

func bigDivideUp(n, d *big.Int) *big.Int {
	v, rest := new(big.Int).QuoRem(n, d, new(big.Int))
	return v.Add(v, big.NewInt(int64(rest.Sign())))
}
