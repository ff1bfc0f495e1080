package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/fairness"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Limits bound what requests may take.
type Limits struct {
	// Request is how long one may take that does not last by its nature;
	// clients may ask for less with ?timeout=. Zero means no limit.
	Request time.Duration
	// Stall is how long a client may leave an answer unread before it is cut.
	// Zero means no limit.
	Stall time.Duration
}

// timed gives a request's context its end. Errors: a Status with code 400.
func (s *Server) timed(r *http.Request, i *request.Info) (context.Context, context.CancelFunc, error) {
	limit := s.Limits.Request
	if strings.Contains(r.URL.RawQuery, "timeout=") {
		asked, err := askedTime(r)
		if err != nil {
			return nil, nil, err
		}
		if asked > 0 && (limit == 0 || asked < limit) {
			limit = asked
		}
	}
	if limit == 0 || longRunning(i) {
		return r.Context(), func() {}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	return ctx, cancel, nil
}

// askedTime is the timeout that the query asks for, or zero.
func askedTime(r *http.Request) (time.Duration, error) {
	v := r.URL.Query().Get("timeout")
	if v == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		return 0, status.BadRequest("invalid timeout specified in the request URL - %v", err)
	}
	return d, nil
}

// seated runs next when the request's turn has come. Requests that last by
// their nature take no seat: they would keep it.
func (s *Server) seated(w *recorder, r *http.Request, u *authn.User, i *request.Info, next func()) {
	if s.Fairness == nil {
		next()
		return
	}
	var seat fairness.Seat
	var err error
	if longRunning(i) {
		seat = s.Fairness.Stand(u, i)
	} else {
		width := 1
		if i.Verb == "list" && s.Width != nil {
			width = s.Width(r, i)
		}
		start := time.Now()
		seat, err = s.Fairness.Enter(r.Context(), u, i, width)
		i.Apart(time.Since(start))
	}
	h := w.Header()
	h["X-Kubernetes-Pf-Flowschema-Uid"] = []string{seat.Schema}
	h["X-Kubernetes-Pf-Prioritylevel-Uid"] = []string{seat.Level}
	if err != nil {
		rest.Refuse(w, r, err)
		return
	}
	defer seat.Leave()
	next()
}
