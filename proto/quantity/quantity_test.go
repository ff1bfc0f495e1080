package quantity

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestCanonicalForm(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "0Gi": "0", "-0": "0", "0.0n": "0",
		"1": "1", "+1": "1", "1.": "1", ".5": "500m", "0.5": "500m", "1.5": "1500m",
		"1500m": "1500m", "1000m": "1", "1000": "1k", "1024": "1024", "-1000": "-1k",
		"100": "100", "12345": "12345", "120000": "120k",
		"1Ki": "1Ki", "1024Mi": "1Gi", "1.5Gi": "1536Mi", "0.5Ki": "512", "0.3Ki": "307200m",
		"512Ki": "512Ki", "1000Ki": "1000Ki", "-1024Mi": "-1Gi", "0.001Ki": "1024m", "0.0001Ki": "102400u",
		"1.0001Ki": "1025", "2Ei": "2Ei", "9Ei": "9223372036854775807", "9223372036854775807Ki": "9223372036854775807",
		"1e3": "1e3", "1e4": "10e3", "1E3": "1e3", "12e6": "12e6", "1e-3": "1e-3", "1.5e3": "1500", "1e0": "1",
		"1E": "1E", "1000E": "1000E", "1e21": "1e21", "1e30": "1e30", "123456789012345678901234567890": "123456789012345678901234567890",
		"1n": "1n", "0.1n": "1n", "-0.1n": "-1n", "1.1n": "2n", "0.0000000001": "1n", "1e-20": "1e-9", "1u": "1u", "1000u": "1m",
		"3.14159265358979": "3141592654n", "100k": "100k", "1.1M": "1100k", "10.035": "10035m",
		"00001": "1", "184467440737095516160": "184467440737095516160",
	} {
		q, err := Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
			continue
		}
		if got := q.String(); got != want {
			t.Errorf("Parse(%q) prints %q, want %q", in, got, want)
		}
		again, err := Parse(want)
		if err != nil || again.Cmp(q) != 0 && q.format != BinarySI {
			t.Errorf("Parse(%q) is %v, %v; want the amount of %q", want, again, err, in)
		}
		if s := again.String(); s != want {
			t.Errorf("the canonical form %q prints as %q", want, s)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]error{
		"": ErrFormat, "a": ErrFormat, "+": ErrFormat, ".": ErrFormat, "1 Gi": ErrFormat, "1.1.1": ErrFormat, "1,5": ErrFormat,
		"--1": ErrFormat, "Ki": ErrFormat, "1e3x": ErrFormat,
		"1K": ErrSuffix, "1mi": ErrSuffix, "1GiB": ErrFormat, "1e": ErrSuffix, "1e+": ErrSuffix, "1i": ErrSuffix,
		"1Zi": ErrFormat, "1e999999999": ErrSuffix, "1ee3": ErrSuffix, "1000e300": ErrSuffix,
	} {
		if q, err := Parse(in); err != want {
			t.Errorf("Parse(%q) = %v, %v; want the error %q", in, q, err, want)
		}
	}
}

func TestValues(t *testing.T) {
	for in, want := range map[string][2]int64{
		"1": {1, 1000}, "1500m": {2, 1500}, "-1500m": {-2, -1500}, "1n": {1, 1}, "1Ki": {1024, 1024000},
		"1e30": {math.MaxInt64, math.MaxInt64}, "-1e30": {math.MinInt64, math.MinInt64}, "1E": {1e18, math.MaxInt64},
		"0.0015": {1, 2}, "12345678901234567890.5": {math.MaxInt64, math.MaxInt64}, "1234567890123456789.5": {1234567890123456790, math.MaxInt64},
	} {
		q := MustParse(in)
		if got := [2]int64{q.Value(), q.MilliValue()}; got != want {
			t.Errorf("%s is %d whole and %d thousandths, want %d", in, got[0], got[1], want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	for _, c := range []struct{ a, b, sum, difference string }{
		{"1", "500m", "1500m", "500m"},
		{"0", "1Gi", "1Gi", "-1Gi"},
		{"1Gi", "1G", "2073741824", "73741824"},
		{"9223372036854775807", "1", "9223372036854775808", "9223372036854775806"},
		{"1n", "1E", "1000000000000000000000000001n", "-999999999999999999999999999n"},
		{"100m", "900m", "1", "-800m"},
	} {
		a, b := MustParse(c.a), MustParse(c.b)
		if got := a.Add(b).String(); got != c.sum {
			t.Errorf("%s + %s = %s, want %s", c.a, c.b, got, c.sum)
		}
		if got := a.Sub(b).String(); got != c.difference {
			t.Errorf("%s - %s = %s, want %s", c.a, c.b, got, c.difference)
		}
	}
	if MustParse("1Gi").Cmp(MustParse("1G")) != 1 || !MustParse("1000m").Equal(MustParse("1e0")) {
		t.Error("amounts of different forms compare wrongly")
	}
}

// TestAgainstRationals adds and compares random amounts beside math/big.
func TestAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rat := func(q Quantity) *big.Rat {
		return new(big.Rat).SetFrac(q.unscaled(), big.NewInt(pow10[q.scale]))
	}
	pick := func() Quantity {
		n := r.Int64() >> r.IntN(63)
		if r.IntN(2) == 0 {
			n = -n
		}
		return fromScaled(n, uint8(r.IntN(nano+1)), Format(r.IntN(3)))
	}
	for range 20000 {
		a, b := pick(), pick()
		if got, want := rat(a.Add(b)), new(big.Rat).Add(rat(a), rat(b)); got.Cmp(want) != 0 {
			t.Fatalf("%v + %v = %v, want %v", a, b, got, want)
		}
		if got, want := rat(a.Sub(b)), new(big.Rat).Sub(rat(a), rat(b)); got.Cmp(want) != 0 {
			t.Fatalf("%v - %v = %v, want %v", a, b, got, want)
		}
		if got, want := a.Cmp(b), rat(a).Cmp(rat(b)); got != want {
			t.Fatalf("%v compared with %v is %d, want %d", a, b, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var v map[string]Quantity
	if err := json.Unmarshal([]byte(`{"a":"0.5","b":2,"c":null,"d":1.5}`), &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if want := `{"a":"500m","b":"2","c":"0","d":"1500m"}`; err != nil || string(b) != want {
		t.Errorf("got %s, %v; want %s", b, err, want)
	}
	if err := json.Unmarshal([]byte(`{"a":"1x"}`), &v); err == nil {
		t.Error("1x was taken")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "0.5", "64Mi", "1e3", "-12n", "1e-300", "9Ei", "000.1Ki"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		text := q.String()
		again, err := Parse(text)
		if err != nil || again.String() != text {
			t.Fatalf("%q prints as %q, which reads as %v, %v", s, text, again, err)
		}
		if q.format != BinarySI && !q.Equal(again) {
			t.Fatalf("%q prints as %q, another amount", s, text)
		}
	})
}
