package server

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// audit gives every request an identity that logs and clients can name: the one
// that the client sends, or a new one.
func audit(w http.ResponseWriter, r *http.Request) {
	if sent := r.Header["Audit-Id"]; len(sent) > 0 && sent[0] != "" && len(sent[0]) <= 64 {
		w.Header()["Audit-Id"] = sent[:1]
		return
	}
	w.Header()["Audit-Id"] = []string{newAuditID()}
}

// newAuditID is a random UUID. It is no secret, so that a fast generator will do.
func newAuditID() string {
	a, b := rand.Uint64(), rand.Uint64()
	var u [16]byte
	for i := range 8 {
		u[i], u[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	var t [36]byte
	hex.Encode(t[:8], u[:4])
	hex.Encode(t[9:13], u[4:6])
	hex.Encode(t[14:18], u[6:8])
	hex.Encode(t[19:23], u[8:10])
	hex.Encode(t[24:], u[10:])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return string(t[:])
}
