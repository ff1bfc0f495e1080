package networking

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateNetworkPolicy checks an object that is created.
func ValidateNetworkPolicy(o *NetworkPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateNetworkPolicyUpdate checks a change.
func ValidateNetworkPolicyUpdate(o, old *NetworkPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
