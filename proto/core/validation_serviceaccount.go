package core

import "github.com/pilothouse/pilothouse/proto/field"

// ValidateServiceAccount checks a service account.
func ValidateServiceAccount(a *ServiceAccount) field.ErrorList {
	var r field.Report
	checkMeta(&r, &a.ObjectMeta)
	return r.Errors
}

// ValidateServiceAccountUpdate checks a change of a service account.
func ValidateServiceAccountUpdate(a, old *ServiceAccount) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &a.ObjectMeta, &old.ObjectMeta)
	return r.Errors
}
