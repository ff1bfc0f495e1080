package admission

import (
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// AdmissionReview is TODO.
type AdmissionReview struct {
	meta.TypeMeta `json:",inline"`
	Request       *AdmissionRequest  `json:"request,omitempty" protobuf:"1"`
	Response      *AdmissionResponse `json:"response,omitempty" protobuf:"2"`
}

// AdmissionRequest is TODO.
type AdmissionRequest struct {
	UID                meta.UID                   `json:"uid" protobuf:"1"`
	Kind               meta.GroupVersionKind      `json:"kind" protobuf:"2"`
	Resource           meta.GroupVersionResource  `json:"resource" protobuf:"3"`
	SubResource        string                     `json:"subResource,omitempty" protobuf:"4"`
	RequestKind        *meta.GroupVersionKind     `json:"requestKind,omitempty" protobuf:"13"`
	RequestResource    *meta.GroupVersionResource `json:"requestResource,omitempty" protobuf:"14"`
	RequestSubResource string                     `json:"requestSubResource,omitempty" protobuf:"15"`
	Name               string                     `json:"name,omitempty" protobuf:"5"`
	Namespace          string                     `json:"namespace,omitempty" protobuf:"6"`
	Operation          Operation                  `json:"operation" protobuf:"7"`
	UserInfo           authentication.UserInfo    `json:"userInfo" protobuf:"8"`
	Object             meta.RawExtension          `json:"object,omitempty" protobuf:"9"`
	OldObject          meta.RawExtension          `json:"oldObject,omitempty" protobuf:"10"`
	DryRun             *bool                      `json:"dryRun,omitempty" protobuf:"11"`
	Options            meta.RawExtension          `json:"options,omitempty" protobuf:"12"`
}

// Operation is TODO.
type Operation string

const (
	Create  Operation = "CREATE"
	Update  Operation = "UPDATE"
	Delete  Operation = "DELETE"
	Connect Operation = "CONNECT"
)

// AdmissionResponse is TODO.
type AdmissionResponse struct {
	UID              meta.UID          `json:"uid" protobuf:"1"`
	Allowed          bool              `json:"allowed" protobuf:"2"`
	Result           *meta.Status      `json:"status,omitempty" protobuf:"3"`
	Patch            []byte            `json:"patch,omitempty" protobuf:"4"`
	PatchType        *PatchType        `json:"patchType,omitempty" protobuf:"5"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty" protobuf:"6"`
	Warnings         []string          `json:"warnings,omitempty" protobuf:"7"`
}

// PatchType is TODO.
type PatchType string

const (
	PatchTypeJSONPatch PatchType = "JSONPatch"
)
