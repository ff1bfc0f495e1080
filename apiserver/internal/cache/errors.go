package cache

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// ErrClosed ends the watches of a resource that is no longer served, or of a
// cache that has stopped.
var ErrClosed = errors.New("the watch was closed by the server")

// ExpiredError says that the revision asked for is no longer known (410).
type ExpiredError struct {
	// Message is for the client, in the words that clients know.
	Message string
	// Continue, if set, is a token to go on with an inconsistent list.
	Continue string
}

func (e *ExpiredError) Error() string { return e.Message }

func tooOld(asked, oldest int64) *ExpiredError {
	return &ExpiredError{Message: fmt.Sprintf("too old resource version: %d (%d)", asked, oldest)}
}

// TooNewError says that the revision asked for has not happened yet (504).
type TooNewError struct {
	// Asked is what the client wants, Current what there is.
	Asked, Current int64
}

func (e *TooNewError) Error() string {
	return fmt.Sprintf("Too large resource version: %d, current: %d", e.Asked, e.Current)
}

// BadRequestError says that the parameters of a request make no sense (400).
type BadRequestError struct{ Message string }

func (e *BadRequestError) Error() string { return e.Message }

// InvalidSelectorError says that a field selector asks for a field that the
// resource does not offer (400).
type InvalidSelectorError struct{ Field string }

func (e *InvalidSelectorError) Error() string { return "field label not supported: " + e.Field }

// InvalidRevisionError says that a resourceVersion is no number. Upstream has no
// reason for it, and the code of a server's fault (500).
type InvalidRevisionError struct{ Message string }

func (e *InvalidRevisionError) Error() string { return e.Message }

// ParseRevision reads a resourceVersion parameter; the empty string is 0.
func ParseRevision(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	rev, err := strconv.ParseUint(s, 10, 64)
	if err != nil || rev > math.MaxInt64 {
		why := strconv.ErrRange.Error()
		if e, ok := err.(*strconv.NumError); ok {
			why = e.Err.Error()
		}
		return 0, &InvalidRevisionError{Message: fmt.Sprintf("resourceVersion: Invalid value: %q: strconv.ParseUint: parsing %q: %s", s, s, why)}
	}
	return int64(rev), nil
}
