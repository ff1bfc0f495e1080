package meta

// Status is the answer to a request that yields no object: what went wrong,
// or that a deletion was done.
type Status struct {
	TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// Success or Failure.
	Status string `json:"status,omitempty" protobuf:"2"`
	// What happened, in words.
	Message string `json:"message,omitempty" protobuf:"3"`
	// Why it failed, one word that programs can decide by.
	Reason StatusReason `json:"reason,omitempty" protobuf:"4"`
	// More about the failure, in a form that depends on the reason.
	Details *StatusDetails `json:"details,omitempty" protobuf:"5"`
	// The HTTP status code.
	Code int32 `json:"code,omitempty" protobuf:"6"`
}

// StatusReason is why a request failed; each goes with one HTTP status code.
type StatusReason string

// The values of StatusReason.
const (
	// StatusReasonUnknown is a failure that nobody classified.
	StatusReasonUnknown StatusReason = ""
	// StatusReasonUnauthorized: the server does not know who asks (401).
	StatusReasonUnauthorized StatusReason = "Unauthorized"
	// StatusReasonForbidden: who asks may not do that (403).
	StatusReasonForbidden StatusReason = "Forbidden"
	// StatusReasonNotFound: there is no such object or resource (404).
	StatusReasonNotFound StatusReason = "NotFound"
	// StatusReasonAlreadyExists: an object of that name exists (409).
	StatusReasonAlreadyExists StatusReason = "AlreadyExists"
	// StatusReasonConflict: the object was changed in between (409); read it
	// and try again.
	StatusReasonConflict StatusReason = "Conflict"
	// StatusReasonGone: it was there and is no more (410).
	StatusReasonGone StatusReason = "Gone"
	// StatusReasonInvalid: the object is wrong; details.causes say where
	// (422).
	StatusReasonInvalid StatusReason = "Invalid"
	// StatusReasonServerTimeout: the server could not do it in time (500);
	// try again.
	StatusReasonServerTimeout StatusReason = "ServerTimeout"
	// StatusReasonStoreReadError: a stored object cannot be read (500).
	StatusReasonStoreReadError StatusReason = "StorageReadError"
	// StatusReasonTimeout: the time that the client gave is over (504).
	StatusReasonTimeout StatusReason = "Timeout"
	// StatusReasonTooManyRequests: wait as long as details say and try again
	// (429).
	StatusReasonTooManyRequests StatusReason = "TooManyRequests"
	// StatusReasonBadRequest: the request cannot be understood (400).
	StatusReasonBadRequest StatusReason = "BadRequest"
	// StatusReasonMethodNotAllowed: the resource has no such verb (405).
	StatusReasonMethodNotAllowed StatusReason = "MethodNotAllowed"
	// StatusReasonNotAcceptable: no encoding that the client accepts is
	// served (406).
	StatusReasonNotAcceptable StatusReason = "NotAcceptable"
	// StatusReasonRequestEntityTooLarge: the body is too long (413).
	StatusReasonRequestEntityTooLarge StatusReason = "RequestEntityTooLarge"
	// StatusReasonUnsupportedMediaType: the body's encoding is not understood
	// (415).
	StatusReasonUnsupportedMediaType StatusReason = "UnsupportedMediaType"
	// StatusReasonInternalError: something inside broke (500).
	StatusReasonInternalError StatusReason = "InternalError"
	// StatusReasonExpired: the resource version or continue token is too old
	// (410); list again.
	StatusReasonExpired StatusReason = "Expired"
	// StatusReasonServiceUnavailable: the server cannot serve now (503); try
	// again.
	StatusReasonServiceUnavailable StatusReason = "ServiceUnavailable"
)

// StatusDetails says which object a Status is about and what is wrong with
// it.
type StatusDetails struct {
	// The object's name.
	Name string `json:"name,omitempty" protobuf:"1"`
	// The API group of its kind.
	Group string `json:"group,omitempty" protobuf:"2"`
	// Its kind, or the resource when that is all that is known.
	Kind string `json:"kind,omitempty" protobuf:"3"`
	// Its uid.
	UID UID `json:"uid,omitempty" protobuf:"6"`
	// Everything that is wrong, field by field.
	Causes []StatusCause `json:"causes,omitempty" protobuf:"4" listType:"atomic"`
	// How many seconds to wait before the next try.
	RetryAfterSeconds int32 `json:"retryAfterSeconds,omitempty" protobuf:"5"`
}

// StatusCause is one thing that is wrong.
type StatusCause struct {
	// What kind of mistake it is.
	Type CauseType `json:"reason,omitempty" protobuf:"1"`
	// What is wrong and what is allowed, in words.
	Message string `json:"message,omitempty" protobuf:"2"`
	// The path of the field, such as spec.ports[0].port.
	Field string `json:"field,omitempty" protobuf:"3"`
}

// CauseType is a kind of mistake in a request.
type CauseType string

// The values of CauseType.
const (
	// CauseTypeFieldValueNotFound: the value names nothing that exists.
	CauseTypeFieldValueNotFound CauseType = "FieldValueNotFound"
	// CauseTypeFieldValueRequired: a value is missing.
	CauseTypeFieldValueRequired CauseType = "FieldValueRequired"
	// CauseTypeFieldValueDuplicate: the value occurs twice.
	CauseTypeFieldValueDuplicate CauseType = "FieldValueDuplicate"
	// CauseTypeFieldValueInvalid: the value is malformed or out of bounds.
	CauseTypeFieldValueInvalid CauseType = "FieldValueInvalid"
	// CauseTypeFieldValueNotSupported: the value is not one of those allowed.
	CauseTypeFieldValueNotSupported CauseType = "FieldValueNotSupported"
	// CauseTypeForbidden: the field may not be set like this.
	CauseTypeForbidden CauseType = "FieldValueForbidden"
	// CauseTypeTooLong: the value has too many bytes.
	CauseTypeTooLong CauseType = "FieldValueTooLong"
	// CauseTypeTooMany: the list has too many items.
	CauseTypeTooMany CauseType = "FieldValueTooMany"
	// CauseTypeInternal: checking itself failed.
	CauseTypeInternal CauseType = "InternalError"
	// CauseTypeTypeInvalid: the value has the wrong type.
	CauseTypeTypeInvalid CauseType = "FieldValueTypeInvalid"
	// CauseTypeUnexpectedServerResponse: what came was no answer of an API
	// server.
	CauseTypeUnexpectedServerResponse CauseType = "UnexpectedServerResponse"
	// CauseTypeFieldManagerConflict: another manager owns the field.
	CauseTypeFieldManagerConflict CauseType = "FieldManagerConflict"
	// CauseTypeResourceVersionTooLarge: the resource version lies in the
	// future.
	CauseTypeResourceVersionTooLarge CauseType = "ResourceVersionTooLarge"
)
