package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Raw sends requests to any path of the API server, for those who have no
// type for the answer.
type Raw struct{ c *Client }

// Raw is access without types.
func (c *Client) Raw() *Raw { return &Raw{c} }

// Response is an answer, read to its end.
type Response struct {
	Code   int
	Header http.Header
	Body   []byte
}

// jsonType is the content type of most requests and answers.
const jsonType = "application/json"

// request is one that may have to be sent more than once.
type request struct {
	method, path string
	query        url.Values
	contentType  string
	accept       string
	header       http.Header
	body         []byte
}

// Do sends a request and reads the answer. Answers of 400 and more come back
// as *StatusError beside the response.
func (r *Raw) Do(ctx context.Context, method, path string, query url.Values, contentType string, body []byte) (*Response, error) {
	return r.c.do(ctx, &request{method: method, path: path, query: query, contentType: contentType, accept: jsonType, body: body})
}

// DoAccept is Do that asks for another content type than JSON, such as a
// Table.
func (r *Raw) DoAccept(ctx context.Context, method, path string, query url.Values, accept, contentType string, body []byte) (*Response, error) {
	return r.c.do(ctx, &request{method: method, path: path, query: query, contentType: contentType, accept: accept, body: body})
}

// Stream sends a GET or other request and hands the answer over unread: a
// log that is followed, a watch. The caller closes its body; ctx ends it too.
// Answers of 400 and more come back as *StatusError.
func (r *Raw) Stream(ctx context.Context, method, path string, query url.Values, accept string) (*http.Response, error) {
	return r.c.send(ctx, &request{method: method, path: path, query: query, accept: accept})
}

// Transport is the connection pool with this client's credentials, for
// proxies and upgrades.
func (r *Raw) Transport() http.RoundTripper { return roundTripper{r.c} }

type roundTripper struct{ c *Client }

// RoundTrip sends req as this client's user.
func (t roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if err := t.c.authorize(req.Header); err != nil {
		return nil, err
	}
	return t.c.http.Transport.RoundTrip(req)
}

// do is send with a time limit, and with the answer read.
func (c *Client) do(ctx context.Context, q *request) (*Response, error) {
	if c.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	for attempt := 0; ; attempt++ {
		resp, err := c.send(ctx, q)
		if err != nil {
			return failed(err), err
		}
		body, err := readAll(resp)
		if err == nil {
			return &Response{Code: resp.StatusCode, Header: resp.Header, Body: body}, nil
		}
		if attempt >= 2 || !idempotent(q.method) || ctx.Err() != nil {
			return nil, fmt.Errorf("%s %s: read answer: %w", q.method, q.path, err)
		}
	}
}

// failed is the answer that a refusal came in.
func failed(err error) *Response {
	if s := statusOf(err); s != nil {
		return &Response{Code: int(s.Code)}
	}
	return nil
}

// readAll reads the body with one allocation when its length is known.
func readAll(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	if n := resp.ContentLength; n > 0 && n < 64<<20 {
		b := make([]byte, n)
		_, err := io.ReadFull(resp.Body, b)
		return b, err
	}
	return io.ReadAll(resp.Body)
}

// retryPolicy bounds how often and how long a request is tried.
type retryPolicy struct {
	tries       int           // for a server in trouble
	refused     int           // for nobody listening
	first, most time.Duration // waits, doubling from first to most
}

// defaultRetry keeps a user of the CLI waiting for less than a second when no
// server is there; loops have their own back-off on top.
var defaultRetry = retryPolicy{tries: 6, refused: 4, first: 50 * time.Millisecond, most: 5 * time.Second}

// wait is the pause after the given failed attempt, counted from 0: doubled
// each time, a random half of it left out so that clients do not march in step.
func (p retryPolicy) wait(attempt int) time.Duration {
	d := min(p.first<<min(attempt, 20), p.most)
	return d/2 + rand.N(d/2+1)
}

// send tries q until it is answered in earnest. The answer's body is the
// caller's; answers of 400 and more are errors.
func (c *Client) send(ctx context.Context, q *request) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		if err := c.limit.wait(ctx); err != nil {
			return nil, fmt.Errorf("%s %s: %w", q.method, q.path, err)
		}
		resp, err := c.once(ctx, q)
		if err == nil && resp.StatusCode < 400 {
			return resp, nil
		}
		var refused *StatusError
		var after time.Duration
		if err == nil {
			refused, after = c.refuse(resp)
		}
		if !c.retry.again(q.method, attempt, refused, err, after) {
			if refused != nil {
				return nil, refused
			}
			return nil, transportError(q, err)
		}
		if wait := sleep(ctx, max(after, c.retry.wait(attempt))); wait != nil {
			if refused != nil {
				return nil, refused
			}
			return nil, transportError(q, err)
		}
	}
}

// refuse reads an answer of 400 or more, and how long it asks to wait.
func (c *Client) refuse(resp *http.Response) (*StatusError, time.Duration) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	if resp.StatusCode == http.StatusUnauthorized {
		c.token.forget()
	}
	e := refusal(resp.StatusCode, body)
	after := e.RetryAfter()
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
		after = time.Duration(s) * time.Second
	}
	return e, after
}

// again says whether to send a request once more. 429 means that it was not
// carried out, whatever its method; so does a refused connection. Other
// troubles are for requests that may be carried out twice.
func (p retryPolicy) again(method string, attempt int, refused *StatusError, err error, after time.Duration) bool {
	if refused == nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return false
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			return attempt < p.refused
		}
		return attempt < 2 && method == http.MethodGet && transient(err)
	}
	if attempt+1 >= p.tries {
		return false
	}
	switch refused.Status.Code {
	case http.StatusTooManyRequests:
		// An eviction that a budget forbids is also 429; it asks for 10 s and
		// more, and its caller wants to say so rather than to hang.
		return after < 10*time.Second
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return idempotent(method)
	case http.StatusInternalServerError:
		return idempotent(method) && after > 0
	}
	return false
}

func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// transient says that a connection broke rather than that it could not be
// made: a restarted server, a closed keep-alive.
func transient(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return true
	}
	s := err.Error()
	return strings.Contains(s, "http2: ") || strings.Contains(s, "GOAWAY") || strings.Contains(s, "connection reset")
}

// transportError names the server that could not be spoken to, in one line.
func transportError(q *request, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("%s %s: %w", q.method, q.path, err)
}

// once sends q one time.
func (c *Client) once(ctx context.Context, q *request) (*http.Response, error) {
	u := *c.base
	path, raw, _ := strings.Cut(q.path, "?")
	u.Path += path
	u.RawQuery = raw
	if len(q.query) > 0 {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += q.query.Encode()
	}
	var body io.Reader
	if q.body != nil {
		body = bytes.NewReader(q.body)
	}
	req, err := http.NewRequestWithContext(ctx, q.method, u.String(), body)
	if err != nil {
		return nil, err
	}
	for k, v := range q.header {
		req.Header[k] = v
	}
	if q.body != nil && q.contentType != "" {
		req.Header.Set("Content-Type", q.contentType)
	}
	if q.accept != "" {
		req.Header.Set("Accept", q.accept)
	}
	req.Header.Set("User-Agent", c.userAgent)
	if err := c.authorize(req.Header); err != nil {
		return nil, err
	}
	return c.http.Do(req)
}
