package cache

import (
	"encoding/base64"
	"testing"
)

// FuzzContinue: a continue token is refused, or says what it says: written again
// it reads the same.
func FuzzContinue(f *testing.F) {
	f.Add(continuation{Version: continueVersion, Revision: 7, Start: "default/a\x00", Left: 3}.String())
	f.Add(continuation{Version: continueVersion, Revision: -1, Start: "a"}.String())
	for _, s := range []string{"", "x", "====", `{}`, `{"v":"meta.k8s.io/v1","rv":9223372036854775807,"start":"../../secrets/"}`,
		`{"v":"meta.k8s.io/v1","rv":1e3,"start":"a"}`, `{"v":"v2","rv":1,"start":"a"}`, `[`, "\xff\x00"} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(s)))
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseContinuation(s)
		if err != nil {
			if _, bad := err.(*BadRequestError); !bad {
				t.Fatalf("%q is refused with a %T", s, err)
			}
			return
		}
		if c.Version != continueVersion || c.Revision == 0 || c.Start == "" {
			t.Fatalf("%q was taken: %+v", s, c)
		}
		if again, err := parseContinuation(c.String()); err != nil || again != c {
			t.Fatalf("%q reads as %+v, written again as %+v, %v", s, c, again, err)
		}
	})
}
