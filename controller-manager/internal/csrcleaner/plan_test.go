package csrcleaner

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestEnd(t *testing.T) {
	made := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	answered := made.Add(30 * time.Minute)
	for _, c := range []struct {
		name   string
		types  []certificates.RequestConditionType
		signed bool
		want   time.Time
	}{
		{"pending", nil, false, made.Add(24 * time.Hour)},
		{"approved", []certificates.RequestConditionType{certificates.CertificateApproved}, false, answered.Add(24 * time.Hour)},
		{"signed", []certificates.RequestConditionType{certificates.CertificateApproved}, true, answered.Add(time.Hour)},
		{"denied", []certificates.RequestConditionType{certificates.CertificateDenied}, false, answered.Add(time.Hour)},
		{"failed", []certificates.RequestConditionType{certificates.CertificateApproved, certificates.CertificateFailed}, false, answered.Add(time.Hour)},
	} {
		r := &certificates.CertificateSigningRequest{}
		r.CreationTimestamp = meta.NewTime(made)
		for _, ct := range c.types {
			r.Status.Conditions = append(r.Status.Conditions, certificates.CertificateSigningRequestCondition{Type: ct, LastUpdateTime: meta.NewTime(answered)})
		}
		if c.signed {
			r.Status.Certificate = []byte("x")
		}
		if got := end(r); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
