package aggregation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Answers that callers tell apart.
var (
	errNotFound = errors.New("not found")
	errConflict = errors.New("conflict")
)

// call sends a request through this server's own door.
func call(ctx context.Context, api http.Handler, method, path, contentType string, body *bytes.Reader) error {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	r := (&http.Request{Method: method, URL: &url.URL{Path: path}, Header: header,
		Body: io.NopCloser(body), ContentLength: int64(body.Len())}).WithContext(authn.Trusted(ctx))
	info := request.Parse(r)
	a := answer{header: http.Header{}}
	api.ServeHTTP(&a, r.WithContext(request.With(r.Context(), &info)))
	switch {
	case a.code == http.StatusNotFound:
		return errNotFound
	case a.code == http.StatusConflict:
		return errConflict
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

// unwanted are the names of the APIServices that this server has made for custom
// resources that are gone.
func (l *localServices) unwanted(ctx context.Context, wanted map[string]*apiregistration.APIService) (names []string) {
	list, err := l.Cache.Table("apiservices.apiregistration.k8s.io").List(ctx, cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil
	}
	for o := range list.All() {
		if how, ok := o.Label(automanaged); ok && how == "true" && wanted[o.Name] == nil {
			names = append(names, o.Name)
		}
	}
	return names
}
