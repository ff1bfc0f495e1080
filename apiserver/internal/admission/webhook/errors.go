package webhook

import (
	"fmt"
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// callError says that a webhook could not be asked or did not answer soundly.
// It counts as the hook's failure policy says.
type callError struct {
	hook string
	err  error
}

func (e *callError) Error() string {
	return fmt.Sprintf("failed calling webhook %q: %v", e.hook, e.err)
}

// denied is the Status of a webhook that said no.
func denied(hook string, s *meta.Status) error {
	out := &status.Error{}
	if s != nil {
		out.Status = *s
	}
	r := &out.Status
	r.TypeMeta = meta.TypeMeta{Kind: "Status", APIVersion: "v1"}
	if r.Code < http.StatusBadRequest {
		r.Code = http.StatusBadRequest
	}
	if r.Status == "" || r.Status == meta.StatusSuccess {
		r.Status = meta.StatusFailure
	}
	by := fmt.Sprintf("admission webhook %q denied the request", hook)
	switch {
	case r.Message != "":
		r.Message = by + ": " + r.Message
	case r.Reason != "":
		r.Message = by + ": " + string(r.Reason)
	default:
		r.Message = by + " without explanation"
	}
	return out
}

func noDryRun(hook string) error {
	return status.BadRequest("admission webhook %q does not support dry run", hook)
}

// serverMessage is what an answer that is no review means.
func serverMessage(code int, text string) error {
	switch code {
	case http.StatusBadRequest:
		text = "the server rejected our request for an unknown reason"
	case http.StatusUnauthorized:
		text = "the server has asked for the client to provide credentials"
	case http.StatusForbidden, http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
	case http.StatusNotFound:
		text = "the server could not find the requested resource"
	case http.StatusMethodNotAllowed:
		text = "the server does not allow this method on the requested resource"
	case http.StatusConflict:
		text = "the server reported a conflict"
	case http.StatusUnprocessableEntity:
		text = "the server rejected our request due to an error in our request"
	case http.StatusTooManyRequests:
		text = "the server has received too many requests and has asked us to try again later"
	case http.StatusServiceUnavailable:
		text = "the server is currently unable to handle the request"
	case http.StatusGatewayTimeout:
		text = "the server was unable to return a response in the time allotted, but may still be processing the request"
	default:
		if code >= http.StatusInternalServerError {
			text = fmt.Sprintf("an error on the server (%q) has prevented the request from succeeding", text)
		} else {
			text = fmt.Sprintf("the server responded with the status code %d but did not return more information", code)
		}
	}
	return fmt.Errorf("%s", text)
}
