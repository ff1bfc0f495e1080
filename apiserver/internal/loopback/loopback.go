// Package loopback sends requests through this server's own door: what the
// server writes of its own accord is defaulted, admitted and checked like
// anybody else's.
package loopback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Answers that callers tell apart.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
)

// Call sends a request to api, the handler of resources, as the server itself.
// The error is what the answer's Status says.
func Call(ctx context.Context, api http.Handler, method, path, contentType string, body []byte) error {
	header := http.Header{"User-Agent": {"kube-apiserver"}}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	r := (&http.Request{Method: method, URL: &url.URL{Path: path}, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}).WithContext(authn.Trusted(ctx))
	info := request.Parse(r)
	a := answer{header: http.Header{}}
	api.ServeHTTP(&a, r.WithContext(request.With(r.Context(), &info)))
	switch {
	case a.code == http.StatusNotFound:
		return ErrNotFound
	case a.code == http.StatusConflict:
		return ErrConflict
	case a.code >= http.StatusMultipleChoices:
		var s meta.Status
		if err := codec.DecodeJSON(a.text.Bytes(), &s); err != nil {
			return fmt.Errorf("HTTP %d", a.code)
		}
		return errors.New(s.Message)
	}
	return nil
}

// answer keeps what a handler answers.
type answer struct {
	code   int
	header http.Header
	text   bytes.Buffer
}

// Header is the answer's.
func (a *answer) Header() http.Header { return a.header }

// Write keeps a piece.
func (a *answer) Write(b []byte) (int, error) { return a.text.Write(b) }

// WriteHeader keeps the code.
func (a *answer) WriteHeader(code int) { a.code = code }
