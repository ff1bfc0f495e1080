package certificates

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateCertificateSigningRequest checks an object that is created.
func ValidateCertificateSigningRequest(o *CertificateSigningRequest) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateCertificateSigningRequestUpdate checks a change.
func ValidateCertificateSigningRequestUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateCertificateSigningRequestStatusUpdate checks a change of the status.
func ValidateCertificateSigningRequestStatusUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateCertificateSigningRequestApprovalUpdate checks an approval or a denial.
func ValidateCertificateSigningRequestApprovalUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
