// Package status makes the Status objects with which the API refuses: every
// constructor is one reason, in the words that users and programs know.
package status

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Error is a Status on its way through Go code.
type Error struct {
	// Status is what the client is told.
	Status meta.Status
}

// Error is the status' message.
func (e *Error) Error() string { return e.Status.Message }

// Resource names a resource in messages: pods, or replicasets.apps.
type Resource struct {
	// Group is empty for the core group.
	Group string
	// Name is the plural.
	Name string
}

// String is the resource with its group.
func (r Resource) String() string {
	if r.Group == "" {
		return r.Name
	}
	return r.Name + "." + r.Group
}

func failure(code int, reason meta.StatusReason, details *meta.StatusDetails, message string) *Error {
	if len(message) > 2*maxTold {
		message = strings.ToValidUTF8(message[:2*maxTold], "") + " ..."
	}
	return &Error{meta.Status{
		TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   meta.StatusFailure,
		Message:  message,
		Reason:   reason,
		Details:  details,
		Code:     int32(code),
	}}
}

// From is the status that err is or wraps; any other error is an internal one.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Internal(err)
}

// NotFound: there is no such object.
func NotFound(r Resource, name string) *Error {
	return failure(http.StatusNotFound, meta.StatusReasonNotFound,
		&meta.StatusDetails{Name: name, Group: r.Group, Kind: r.Name}, fmt.Sprintf("%s %q not found", r, name))
}

// NoResource: the path names nothing that is served.
func NoResource() *Error {
	return failure(http.StatusNotFound, meta.StatusReasonNotFound, &meta.StatusDetails{},
		"the server could not find the requested resource")
}

// AlreadyExists: the name is taken.
func AlreadyExists(r Resource, name string) *Error {
	return failure(http.StatusConflict, meta.StatusReasonAlreadyExists,
		&meta.StatusDetails{Name: name, Group: r.Group, Kind: r.Name}, fmt.Sprintf("%s %q already exists", r, name))
}

// GenerateExhausted: every generated name was taken.
func GenerateExhausted(r Resource, name string) *Error {
	e := AlreadyExists(r, name)
	e.Status.Message += ", the server was not able to generate a unique name for the object"
	e.Status.Details.RetryAfterSeconds = 1
	return e
}

// Conflict: the object is not as the request supposes.
func Conflict(r Resource, name, why string) *Error {
	return failure(http.StatusConflict, meta.StatusReasonConflict,
		&meta.StatusDetails{Name: name, Group: r.Group, Kind: r.Name},
		fmt.Sprintf("Operation cannot be fulfilled on %s %q: %s", r, name, why))
}

// Modified is the Conflict of a stale resource version.
func Modified(r Resource, name string) *Error {
	return Conflict(r, name, "the object has been modified; please apply your changes to the latest version and try again")
}

// ApplyConflict: others own fields that the configuration would change.
func ApplyConflict(message string, causes []meta.StatusCause) *Error {
	return failure(http.StatusConflict, meta.StatusReasonConflict, &meta.StatusDetails{Causes: causes}, message)
}

// Refused: the request can be understood and cannot be done.
func Refused() *Error {
	return failure(http.StatusUnprocessableEntity, meta.StatusReasonInvalid, &meta.StatusDetails{},
		"the server rejected our request due to an error in our request")
}

// TooMuch: the request asks for more than the server does at once.
func TooMuch(message string) *Error {
	return failure(http.StatusRequestEntityTooLarge, meta.StatusReasonRequestEntityTooLarge, nil, "Request entity too large: "+message)
}

// Unknown: the request failed in a way that has no reason of its own.
func Unknown(err error) *Error {
	return failure(http.StatusInternalServerError, "", nil, err.Error())
}

// Forbidden: the caller may not do this to this object.
func Forbidden(r Resource, name, why string) *Error {
	message := fmt.Sprintf("%s %q is forbidden: %s", r, name, why)
	if name == "" {
		message = fmt.Sprintf("%s is forbidden: %s", r, why)
	}
	return failure(http.StatusForbidden, meta.StatusReasonForbidden,
		&meta.StatusDetails{Name: name, Group: r.Group, Kind: r.Name}, message)
}

// Unauthorized: the credentials are not good.
func Unauthorized() *Error {
	return failure(http.StatusUnauthorized, meta.StatusReasonUnauthorized, nil, "Unauthorized")
}

// BadRequest: the request cannot be understood.
func BadRequest(format string, args ...any) *Error {
	return failure(http.StatusBadRequest, meta.StatusReasonBadRequest, nil, fmt.Sprintf(format, args...))
}

// maxTold bounds, in bytes, what one refusal tells of broken rules, and half of
// what any says. A body can break millions of rules.
const maxTold = 1 << 20

// Invalid: the object breaks the rules of its kind.
func Invalid(group, kind, name string, errs field.ErrorList) *Error {
	causes := make([]meta.StatusCause, 0, min(len(errs), 1024))
	told, more := 0, ""
	for i, e := range errs {
		body := e.Body()
		causes = append(causes, meta.StatusCause{Type: meta.CauseType(e.Type), Message: body, Field: e.Field})
		if told += len(body) + len(e.Field); told > maxTold && i+1 < len(errs) {
			more = fmt.Sprintf(" and %d more errors", len(errs)-i-1)
			errs = errs[:i+1]
			break
		}
	}
	qualified := kind
	if group != "" {
		qualified += "." + group
	}
	return failure(http.StatusUnprocessableEntity, meta.StatusReasonInvalid,
		&meta.StatusDetails{Name: name, Group: group, Kind: kind, Causes: causes},
		fmt.Sprintf("%s %q is invalid: %s%s", qualified, name, errs.Text(), more))
}

// TooManyRequests: come again in some seconds.
func TooManyRequests(message string, seconds int32) *Error {
	return failure(http.StatusTooManyRequests, meta.StatusReasonTooManyRequests,
		&meta.StatusDetails{RetryAfterSeconds: seconds}, message)
}

// MethodNotAllowed: the resource has no such verb.
func MethodNotAllowed(r Resource, verb string) *Error {
	return failure(http.StatusMethodNotAllowed, meta.StatusReasonMethodNotAllowed,
		&meta.StatusDetails{Group: r.Group, Kind: r.Name}, fmt.Sprintf("%s is not supported on resources of kind %q", verb, r))
}

// NoMethod: the path is served, but not by this method.
func NoMethod() *Error {
	return failure(http.StatusMethodNotAllowed, meta.StatusReasonMethodNotAllowed, &meta.StatusDetails{},
		"the server does not allow this method on the requested resource")
}

// NotSupported: the resource has no such verb.
func NotSupported(r Resource, verb string) *Error {
	return failure(http.StatusMethodNotAllowed, meta.StatusReasonMethodNotAllowed, &meta.StatusDetails{Group: r.Group, Kind: r.Name},
		fmt.Sprintf("%s is not supported on resources of kind %q", verb, r))
}

// NotAcceptable: the server cannot answer in any form that the client takes.
func NotAcceptable(accepted ...string) *Error {
	return failure(http.StatusNotAcceptable, meta.StatusReasonNotAcceptable, nil,
		"only the following media types are accepted: "+strings.Join(accepted, ", "))
}

// NoRepresentation: the client takes no media type that the path is served in.
func NoRepresentation(available ...string) *Error {
	return failure(http.StatusNotAcceptable, meta.StatusReasonNotAcceptable, &meta.StatusDetails{},
		"406: Not Acceptable\n\nAvailable representations: "+strings.Join(available, ", "))
}

// WrongShape: the client wants an object made into something that it cannot
// become.
func WrongShape(message string) *Error {
	return failure(http.StatusNotAcceptable, meta.StatusReasonNotAcceptable, nil, message)
}

// UnsupportedPatch: the patch is of no type that the path takes.
func UnsupportedPatch() *Error {
	return failure(http.StatusUnsupportedMediaType, meta.StatusReasonUnsupportedMediaType, &meta.StatusDetails{},
		"415: Unsupported Media Type")
}

// UnsupportedMediaType: the server cannot read a body of this form.
func UnsupportedMediaType(accepted ...string) *Error {
	return failure(http.StatusUnsupportedMediaType, meta.StatusReasonUnsupportedMediaType, nil,
		"the body of the request was in an unknown format - accepted media types include: "+strings.Join(accepted, ", "))
}

// NotPatch: the body of a patch is in no form of patch that the kind takes.
func NotPatch() *Error {
	return failure(http.StatusUnsupportedMediaType, meta.StatusReasonUnsupportedMediaType, &meta.StatusDetails{}, "415: Unsupported Media Type")
}

// TooLarge: the body is over the limit.
func TooLarge(limit int64) *Error {
	return failure(http.StatusRequestEntityTooLarge, meta.StatusReasonRequestEntityTooLarge, nil,
		fmt.Sprintf("Request entity too large: limit is %d", limit))
}

// Expired: the resource version asked for is no longer kept.
func Expired(message string) *Error {
	return failure(http.StatusGone, meta.StatusReasonExpired, nil, message)
}

// TooNew: the resource version asked for lies in the future.
func TooNew(message string) *Error {
	return failure(http.StatusGatewayTimeout, meta.StatusReasonTimeout, &meta.StatusDetails{RetryAfterSeconds: 1,
		Causes: []meta.StatusCause{{Type: meta.CauseTypeResourceVersionTooLarge, Message: "Too large resource version"}}}, "Timeout: "+message)
}

// Timeout: the server gave up.
func Timeout(message string) *Error {
	return failure(http.StatusGatewayTimeout, meta.StatusReasonTimeout, &meta.StatusDetails{}, "Timeout: "+message)
}

// Unavailable: the server cannot serve now.
func Unavailable(message string) *Error {
	return failure(http.StatusServiceUnavailable, meta.StatusReasonServiceUnavailable,
		&meta.StatusDetails{RetryAfterSeconds: 1}, message)
}

// NoSpace: the store is full.
func NoSpace(message string) *Error {
	return failure(http.StatusInsufficientStorage, meta.StatusReasonInternalError, nil, message)
}

// Internal: the server is at fault.
func Internal(err error) *Error {
	return failure(http.StatusInternalServerError, meta.StatusReasonInternalError,
		&meta.StatusDetails{Causes: []meta.StatusCause{{Message: err.Error()}}},
		"Internal error occurred: "+err.Error())
}

// ManyBudgets: an eviction that two budgets would have to allow. It is the one
// refusal without a reason.
func ManyBudgets() *Error {
	return failure(http.StatusInternalServerError, "", nil,
		"This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
}

// Upstream: the kubelet or pod behind a proxied request failed.
func Upstream(code int, message string) *Error {
	return failure(code, meta.StatusReasonServiceUnavailable, nil, message)
}

// Unexplained: a failure that clients know by its text alone.
func Unexplained(code int, message string) *Error {
	return failure(code, "", nil, message)
}

// Success is the answer to a deletion that left nothing to show.
func Success(r Resource, name string, uid meta.UID) *meta.Status {
	return &meta.Status{
		TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   meta.StatusSuccess,
		Details:  &meta.StatusDetails{Name: name, Group: r.Group, Kind: r.Name, UID: uid},
	}
}
