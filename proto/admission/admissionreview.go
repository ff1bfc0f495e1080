package admission

import (
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// AdmissionReview is what a webhook is sent and what it answers.
type AdmissionReview struct {
	meta.TypeMeta `json:",inline"`
	// What is to be judged. Set in what is sent.
	Request *AdmissionRequest `json:"request,omitempty" protobuf:"1"`
	// The judgement. Set in the answer.
	Response *AdmissionResponse `json:"response,omitempty" protobuf:"2"`
}

// AdmissionRequest is a request on its way that a webhook judges.
type AdmissionRequest struct {
	// Names this question, so that the answer can be told from others. It is
	// not the object's.
	UID meta.UID `json:"uid" protobuf:"1"`
	// The kind of the object that is sent here, such as autoscaling/v1
	// Scale.
	Kind meta.GroupVersionKind `json:"kind" protobuf:"2"`
	// The resource that is asked about, such as apps/v1 deployments.
	Resource meta.GroupVersionResource `json:"resource" protobuf:"3"`
	// The subresource, such as status or scale; empty for the object itself.
	SubResource string `json:"subResource,omitempty" protobuf:"4"`
	// The kind as the original request named it. It differs from kind when
	// the webhook matches equivalent resources and the object was converted
	// for it.
	RequestKind *meta.GroupVersionKind `json:"requestKind,omitempty" protobuf:"13"`
	// The resource as the original request named it.
	RequestResource *meta.GroupVersionResource `json:"requestResource,omitempty" protobuf:"14"`
	// The subresource as the original request named it.
	RequestSubResource string `json:"requestSubResource,omitempty" protobuf:"15"`
	// The object's name; empty when the server is yet to make one.
	Name string `json:"name,omitempty" protobuf:"5"`
	// The object's namespace.
	Namespace string `json:"namespace,omitempty" protobuf:"6"`
	// What is done: CREATE, UPDATE, DELETE or CONNECT.
	Operation Operation `json:"operation" protobuf:"7"`
	// Who does it.
	UserInfo authentication.UserInfo `json:"userInfo" protobuf:"8"`
	// The object as it will be; none for DELETE.
	Object meta.RawExtension `json:"object,omitempty" protobuf:"9"`
	// The object as it is; only for UPDATE and DELETE.
	OldObject meta.RawExtension `json:"oldObject,omitempty" protobuf:"10"`
	// Whether nothing will be stored; what the webhook does must then have
	// no effect either.
	DryRun *bool `json:"dryRun,omitempty" protobuf:"11"`
	// The options of the operation, such as meta.k8s.io/v1 CreateOptions.
	Options meta.RawExtension `json:"options,omitempty" protobuf:"12"`
}

// Operation is what a request does.
type Operation string

// The values of Operation.
const (
	// Create makes an object.
	Create Operation = "CREATE"
	// Update changes an object.
	Update Operation = "UPDATE"
	// Delete removes an object.
	Delete Operation = "DELETE"
	// Connect opens a connection to what an object stands for.
	Connect Operation = "CONNECT"
)

// AdmissionResponse is what a webhook answers.
type AdmissionResponse struct {
	// That of the request.
	UID meta.UID `json:"uid" protobuf:"1"`
	// Whether the request may go on.
	Allowed bool `json:"allowed" protobuf:"2"`
	// More about a refusal: the code and message that the client gets. Not
	// used when the request is allowed.
	Result *meta.Status `json:"status,omitempty" protobuf:"3"`
	// Changes of the object, in the form that patchType names.
	Patch []byte `json:"patch,omitempty" protobuf:"4"`
	// How patch is written down: JSONPatch.
	PatchType *PatchType `json:"patchType,omitempty" protobuf:"5"`
	// Notes for the audit log, written beside the request with the webhook's
	// name before each key.
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty" protobuf:"6"`
	// What the client is told in Warning headers: less than 120 characters
	// each, or some may be cut.
	Warnings []string `json:"warnings,omitempty" protobuf:"7"`
}

// PatchType is a way to write changes down.
type PatchType string

// The values of PatchType.
const (
	// PatchTypeJSONPatch is a list of operations, by RFC 6902.
	PatchTypeJSONPatch PatchType = "JSONPatch"
)
