package quantity

import "testing"

// FuzzArithmetic: sums, differences and comparisons of amounts of any size and
// form agree with each other.
func FuzzArithmetic(f *testing.F) {
	for _, s := range [][2]string{{"1", "2"}, {"500m", "1Ki"}, {"9Ei", "9Ei"}, {"-1n", "1e18"}, {"1e-9", "1e9"}, {"9223372036854775807", "1"}, {"0.1", "-0.1"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, x, y string) {
		a, err := Parse(x)
		if err != nil {
			return
		}
		b, err := Parse(y)
		if err != nil {
			return
		}
		sum, back := a.Add(b), a.Add(b).Sub(b)
		if !sum.Equal(b.Add(a)) {
			t.Errorf("%s + %s is %s, the other way round %s", x, y, sum, b.Add(a))
		}
		if !back.Equal(a) {
			t.Errorf("%s + %s - %s is %s", x, y, y, back)
		}
		if a.Cmp(b) != -b.Cmp(a) || a.Cmp(b) != a.Sub(b).Sign() {
			t.Errorf("%s and %s compare as %d, the other way round %d; the difference is %s", x, y, a.Cmp(b), b.Cmp(a), a.Sub(b))
		}
		if a.Neg().Neg().Cmp(a) != 0 || a.Neg().Sign() != -a.Sign() {
			t.Errorf("the negative of %s is %s", x, a.Neg())
		}
		a.Value()
		a.MilliValue()
	})
}
