package quantity

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// What Parse reports, in the words that users of the API know.
var (
	ErrFormat  = errors.New("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
	ErrNumeric = errors.New("unable to parse numeric part of quantity")
	ErrSuffix  = errors.New("unable to parse quantity's suffix")
)

// maxExponent bounds 1e9999999, and how many digits such an amount may have
// before the point: they have to be kept.
const maxExponent = 300

// Parse reads an amount such as 2, 0.5, 500m, 64Mi or 1e3.
func Parse(s string) (Quantity, error) {
	if s == "" {
		return Quantity{}, ErrFormat
	}
	negative, digits, point, suffix, err := split(s)
	if err != nil {
		return Quantity{}, err
	}
	base, exponent, format, ok := parseSuffix(suffix)
	if !ok {
		return Quantity{}, ErrSuffix
	}
	if format == DecimalExponent && len(strings.TrimLeft(digits, "0"))-point+exponent > maxExponent {
		return Quantity{}, ErrSuffix
	}
	if base == 10 && len(digits) <= 18 {
		if q, ok := parseSmall(negative, digits, point-exponent, format); ok {
			return q, nil
		}
	}
	if base == 2 && point == 0 && len(digits) <= 9 && exponent <= 30 {
		n, _ := strconv.ParseInt(digits, 10, 64)
		if negative {
			n = -n
		}
		return Quantity{n: n << exponent, format: format}, nil
	}
	return parseBig(negative, digits, point, base, exponent, format)
}

// parseSmall handles what fits an int64 without arithmetic: nearly all there is.
func parseSmall(negative bool, digits string, scale int, f Format) (Quantity, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || scale > nano {
		return Quantity{}, false
	}
	if scale < 0 {
		if -scale >= len(pow10) || n > math.MaxInt64/pow10[-scale] {
			return Quantity{}, false
		}
		n, scale = n*pow10[-scale], 0
	}
	if negative {
		n = -n
	}
	return fromScaled(n, uint8(scale), f), true
}

// parseBig handles the rest: digits / 10^point * base^exponent.
func parseBig(negative bool, digits string, point, base, exponent int, f Format) (Quantity, error) {
	b, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return Quantity{}, ErrNumeric
	}
	if base == 2 {
		b.Lsh(b, uint(exponent))
	} else {
		point -= exponent
	}
	if point < 0 {
		b.Mul(b, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-point)), nil))
		point = 0
	}
	if point > nano {
		b = bigDivideUp(b, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(point-nano)), nil))
		point = nano
	}
	q := fromBig(b, uint8(point), f)
	if f == BinarySI {
		// Binary amounts stop at the largest int64, and those below one
		// print as decimals: that is how they came.
		if one := FromInt(1, f); q.Sign() > 0 && q.Cmp(one) < 0 {
			q.format = DecimalSI
		} else if limit := FromInt(math.MaxInt64, f); q.Cmp(limit) > 0 {
			q = limit
		}
	}
	if negative {
		q = q.Neg()
	}
	return q, nil
}

// split takes s apart into a sign, its digits without the point, the number
// of digits behind the point, and the suffix.
func split(s string) (negative bool, digits string, point int, suffix string, err error) {
	i := 0
	if s[0] == '+' || s[0] == '-' {
		negative = s[0] == '-'
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	digits = s[start:i]
	if i < len(s) && s[i] == '.' {
		i++
		start = i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		point = i - start
		digits += s[start:i]
	}
	if digits == "" {
		return false, "", 0, "", ErrFormat
	}
	suffix = s[i:]
	for i < len(s) && isSuffixLetter(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i < len(s) {
		return false, "", 0, "", ErrFormat
	}
	return negative, digits, point, suffix, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isSuffixLetter says whether c may stand in a suffix.
func isSuffixLetter(c byte) bool {
	switch c {
	case 'e', 'E', 'i', 'n', 'u', 'm', 'k', 'K', 'M', 'G', 'T', 'P':
		return true
	}
	return false
}

// decimalSuffixes are those of the exponents -9, -6 ... 18.
var decimalSuffixes = [...]string{"n", "u", "m", "", "k", "M", "G", "T", "P", "E"}

// binarySuffixes are those of 2^0, 2^10 ... 2^60.
var binarySuffixes = [...]string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}

// parseSuffix says what a suffix multiplies by.
func parseSuffix(s string) (base, exponent int, f Format, ok bool) {
	for i, d := range decimalSuffixes {
		if s == d {
			return 10, 3*i - 9, DecimalSI, true
		}
	}
	for i, d := range binarySuffixes {
		if s == d {
			return 2, 10 * i, BinarySI, true
		}
	}
	if len(s) > 1 && (s[0] == 'e' || s[0] == 'E') {
		n, err := strconv.ParseInt(s[1:], 10, 32)
		if err == nil && -maxExponent <= n && n <= maxExponent {
			return 10, int(n), DecimalExponent, true
		}
	}
	return 0, 0, 0, false
}

// MustParse is Parse for constants of the program; it panics on bad text.
func MustParse(s string) Quantity {
	q, err := Parse(s)
	if err != nil {
		panic(fmt.Sprintf("quantity %q: %v", s, err))
	}
	return q
}

// String is the canonical form.
func (q Quantity) String() string { return string(q.AppendText(nil)) }

// AppendText appends the canonical form: as few digits as possible and no
// fraction.
func (q Quantity) AppendText(b []byte) []byte {
	if q.IsZero() {
		return append(b, '0')
	}
	if q.format == BinarySI && !q.belowKi() {
		return q.appendBinary(b)
	}
	return q.appendDecimal(b)
}

// belowKi says whether q lies strictly between -1024 and 1024.
func (q Quantity) belowKi() bool {
	if q.big == nil && q.scale == 0 {
		return -1024 < q.n && q.n < 1024
	}
	return q.Cmp(FromInt(1024, BinarySI)) < 0 && q.Cmp(FromInt(-1024, BinarySI)) > 0
}

// appendBinary writes whole units, rounded away from zero, with the largest
// binary suffix that leaves no fraction.
func (q Quantity) appendBinary(b []byte) []byte {
	i := 0
	if q.big == nil {
		n := q.Value()
		for n%1024 == 0 && i < len(binarySuffixes)-1 {
			n, i = n/1024, i+1
		}
		return append(strconv.AppendInt(b, n, 10), binarySuffixes[i]...)
	}
	n := bigDivideUp(q.big, big.NewInt(pow10[q.scale]))
	for n.TrailingZeroBits() >= 10 && i < len(binarySuffixes)-1 {
		n, i = new(big.Int).Rsh(n, 10), i+1
	}
	return append(n.Append(b, 10), binarySuffixes[i]...)
}

// appendDecimal writes the number with the largest exponent, a multiple of
// three, that leaves no fraction.
func (q Quantity) appendDecimal(b []byte) []byte {
	var text [32]byte
	digits := text[:0]
	if q.big != nil {
		digits = q.big.Append(digits, 10)
	} else {
		digits = strconv.AppendInt(digits, q.n, 10)
	}
	zeros := 0
	for digits[len(digits)-1-zeros] == '0' {
		zeros++
	}
	exponent := zeros - int(q.scale)
	digits = digits[:len(digits)-zeros]
	limit := 18
	if q.format == DecimalExponent {
		limit = math.MaxInt
	}
	for exponent%3 != 0 || exponent > limit {
		digits = append(digits, '0')
		exponent--
	}
	b = append(b, digits...)
	switch {
	case q.format != DecimalExponent:
		return append(b, decimalSuffixes[exponent/3+3]...)
	case exponent == 0:
		return b
	}
	return strconv.AppendInt(append(b, 'e'), int64(exponent), 10)
}

// MarshalJSON writes the canonical form as a string.
func (q Quantity) MarshalJSON() ([]byte, error) { return q.AppendJSON(nil), nil }

// AppendJSON appends the canonical form as a JSON string.
func (q Quantity) AppendJSON(b []byte) []byte {
	return append(q.AppendText(append(b, '"')), '"')
}

// DecodeJSON reads a string or a number; null is zero.
func (q *Quantity) DecodeJSON(d *jsonwire.Decoder) {
	var text []byte
	switch c := d.Peek(); {
	case c == '-' || isDigit(c):
		text = d.Number()
	case d.Null():
		*q = Quantity{}
		return
	case c != '"':
		d.Skip()
		d.Fail(ErrFormat)
		return
	default:
		var ok bool
		if text, ok = d.Text(); !ok {
			return
		}
	}
	p, err := Parse(string(bytes.TrimSpace(text)))
	if err != nil {
		d.Fail(err)
		return
	}
	*q = p
}

// UnmarshalJSON reads a string or a number; null is zero.
func (q *Quantity) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, q) }

// GoString writes the amount as errors show it, with the names and parts that
// clients have always seen.
func (q Quantity) GoString() string {
	text, n, scale := q.String(), q.n, 0
	if q.big != nil {
		return strconv.Quote(text)
	}
	format := "DecimalSI"
	switch q.format {
	case BinarySI:
		format = "BinarySI"
	case DecimalExponent:
		format = "DecimalExponent"
	}
	digits := strings.TrimRight(text, "EPTGMkmuni")
	if _, exponent, _, ok := parseSuffix(text[len(digits):]); ok && q.format == DecimalSI {
		scale = exponent
		n, _ = strconv.ParseInt(digits, 10, 64)
	} else {
		scale = -int(q.scale)
	}
	return fmt.Sprintf("resource.Quantity{i:resource.int64Amount{value:%d, scale:%d}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:%q, Format:%q}", n, scale, text, format)
}
