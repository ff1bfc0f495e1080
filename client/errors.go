package client

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// StatusError is the API server's refusal, as it put it.
type StatusError struct {
	Status meta.Status
}

// Error is the server's message.
func (e *StatusError) Error() string {
	if e.Status.Message != "" {
		return e.Status.Message
	}
	return fmt.Sprintf("the server answered %d %s", e.Status.Code, e.Status.Reason)
}

// RetryAfter is how long the server asks us to wait, 0 when it does not.
func (e *StatusError) RetryAfter() time.Duration {
	if e.Status.Details == nil {
		return 0
	}
	return time.Duration(e.Status.Details.RetryAfterSeconds) * time.Second
}

// statusOf is the Status in err, or nil.
func statusOf(err error) *meta.Status {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return &e.Status
	}
	return nil
}

func hasReason(err error, reasons ...meta.StatusReason) bool {
	s := statusOf(err)
	return s != nil && slices.Contains(reasons, s.Reason)
}

// hasCode also knows refusals that came with a code and no reason.
func hasCode(err error, code int32) bool {
	s := statusOf(err)
	return s != nil && s.Code == code
}

// IsNotFound says that the object, or its kind, does not exist.
func IsNotFound(err error) bool {
	return hasReason(err, meta.StatusReasonNotFound) || hasCode(err, http.StatusNotFound)
}

// IsAlreadyExists says that a create found the name taken.
func IsAlreadyExists(err error) bool { return hasReason(err, meta.StatusReasonAlreadyExists) }

// IsConflict says that the object has changed since it was read, or that a
// precondition did not hold.
func IsConflict(err error) bool { return hasReason(err, meta.StatusReasonConflict) }

// IsGone says that a resource version or continue token is too old.
func IsGone(err error) bool {
	return hasReason(err, meta.StatusReasonGone, meta.StatusReasonExpired) || hasCode(err, http.StatusGone)
}

// IsUnavailable tells whether the server, or one that it asks, cannot answer now.
func IsUnavailable(err error) bool { return hasReason(err, meta.StatusReasonServiceUnavailable) }

// IsTooManyRequests says that the server asks for patience.
func IsTooManyRequests(err error) bool {
	return hasReason(err, meta.StatusReasonTooManyRequests) || hasCode(err, http.StatusTooManyRequests)
}

// IsForbidden says that we may not do this.
func IsForbidden(err error) bool {
	return hasReason(err, meta.StatusReasonForbidden) || hasCode(err, http.StatusForbidden)
}

// IsUnauthorized says that the server does not know who we are.
func IsUnauthorized(err error) bool {
	return hasReason(err, meta.StatusReasonUnauthorized) || hasCode(err, http.StatusUnauthorized)
}

// IsInvalid says that the object did not pass validation.
func IsInvalid(err error) bool { return hasReason(err, meta.StatusReasonInvalid) }

// IsTimeout says that the server gave up, and that the request may or may not
// have been carried out.
func IsTimeout(err error) bool {
	return hasReason(err, meta.StatusReasonTimeout, meta.StatusReasonServerTimeout) || hasCode(err, http.StatusGatewayTimeout)
}

// reasons names the codes of answers that are no Status.
var reasons = map[int]meta.StatusReason{
	http.StatusBadRequest:            meta.StatusReasonBadRequest,
	http.StatusUnauthorized:          meta.StatusReasonUnauthorized,
	http.StatusForbidden:             meta.StatusReasonForbidden,
	http.StatusNotFound:              meta.StatusReasonNotFound,
	http.StatusMethodNotAllowed:      meta.StatusReasonMethodNotAllowed,
	http.StatusNotAcceptable:         meta.StatusReasonNotAcceptable,
	http.StatusConflict:              meta.StatusReasonConflict,
	http.StatusGone:                  meta.StatusReasonGone,
	http.StatusRequestEntityTooLarge: meta.StatusReasonRequestEntityTooLarge,
	http.StatusUnsupportedMediaType:  meta.StatusReasonUnsupportedMediaType,
	http.StatusUnprocessableEntity:   meta.StatusReasonInvalid,
	http.StatusTooManyRequests:       meta.StatusReasonTooManyRequests,
	http.StatusInternalServerError:   meta.StatusReasonInternalError,
	http.StatusServiceUnavailable:    meta.StatusReasonServiceUnavailable,
	http.StatusGatewayTimeout:        meta.StatusReasonTimeout,
}

// refusal makes an error of an answer of 400 or more. Proxies answer in HTML
// or plain text: their first line becomes the message.
func refusal(code int, body []byte) *StatusError {
	e := &StatusError{}
	if err := codec.DecodeJSON(body, &e.Status); err == nil && e.Status.Kind == "Status" {
		if e.Status.Code == 0 {
			e.Status.Code = int32(code)
		}
		return e
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if line == "" {
		line = http.StatusText(code)
	}
	if len(line) > 300 {
		line = line[:300] + "..."
	}
	e.Status = meta.Status{
		TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   "Failure", Code: int32(code), Reason: reasons[code],
		Message: fmt.Sprintf("the server answered %d: %s", code, line),
	}
	return e
}
