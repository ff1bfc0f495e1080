package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/pilothouse/pilothouse/client"
)

// Client asks the server for objects.
type Client struct {
	raw       *client.Raw
	discovery discovery
	// Warn is told every warning that the server sends along.
	Warn func(text string)
}

// New makes a client on a connection.
func New(c *client.Client, warn func(string)) *Client { return &Client{raw: c.Raw(), Warn: warn} }

// StatusError is the server's refusal.
type StatusError struct {
	Code    int
	Reason  string
	Message string
	Details Object // group, kind, name, causes
}

func (e *StatusError) Error() string {
	if e.Reason == "" {
		return e.Message
	}
	// The way every kubectl names the server's refusals.
	return fmt.Sprintf("Error from server (%s): %s", e.Reason, e.Message)
}

// IsReason tells whether err is a refusal for this reason.
func IsReason(err error, reason string) bool {
	var s *StatusError
	return errors.As(err, &s) && s.Reason == reason
}

// Content types of requests.
const (
	JSONType      = "application/json"
	MergeType     = "application/merge-patch+json"
	StrategicType = "application/strategic-merge-patch+json"
	PatchType     = "application/json-patch+json"
	ApplyType     = "application/apply-patch+yaml"
	tableAccept   = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
)

// Get reads a path. accept is empty for plain JSON.
func (c *Client) Get(ctx context.Context, path string, query url.Values, accept string) ([]byte, error) {
	return c.do(ctx, http.MethodGet, path, query, accept, "", nil)
}

func (c *Client) do(ctx context.Context, method, path string, query url.Values, accept, contentType string, body []byte) ([]byte, error) {
	if accept == "" {
		accept = JSONType
	}
	resp, err := c.raw.DoAccept(ctx, method, path, query, accept, contentType, body)
	if err != nil {
		return nil, refusal(err)
	}
	for _, w := range resp.Header.Values("Warning") {
		if text := warningText(w); text != "" && c.Warn != nil {
			c.Warn(text)
		}
	}
	return resp.Body, nil
}

// refusal makes the server's refusals ours; other errors stay as they are.
func refusal(err error) error {
	var s *client.StatusError
	if !errors.As(err, &s) {
		return err
	}
	b, jsonErr := json.Marshal(&s.Status)
	if jsonErr != nil {
		return err
	}
	return StatusOf(b, int(s.Status.Code))
}

// warningText is the quoted part of a Warning header: 299 - "text".
func warningText(header string) string {
	for i := range header {
		if header[i] == '"' {
			if s, err := strconv.Unquote(header[i:]); err == nil {
				return s
			}
			return ""
		}
	}
	return ""
}

// Decode reads an object that the server has sent.
func Decode(b []byte) (Object, error) {
	var o Object
	if err := json.Unmarshal(b, &o); err != nil {
		return nil, fmt.Errorf("the server's answer is not JSON: %w", err)
	}
	return o, nil
}

// Read gets one object, or with an empty name a list.
func (c *Client) Read(ctx context.Context, m *Mapping, namespace, name string, query url.Values) (Object, error) {
	b, err := c.Get(ctx, m.Path(namespace, name, ""), query, "")
	if err != nil {
		return nil, err
	}
	return Decode(b)
}

// ReadTable gets the answer as the server's table, or as objects from a server
// that makes none.
func (c *Client) ReadTable(ctx context.Context, m *Mapping, namespace, name string, query url.Values) ([]byte, error) {
	return c.Get(ctx, m.Path(namespace, name, ""), query, tableAccept)
}

// Create posts an object to its resource, or to a subresource of the one
// called name.
func (c *Client) Create(ctx context.Context, m *Mapping, namespace, name, subresource string, o Object, query url.Values) (Object, error) {
	return c.send(ctx, http.MethodPost, m.Path(namespace, name, subresource), query, o)
}

// Replace puts an object over the stored one.
func (c *Client) Replace(ctx context.Context, m *Mapping, namespace, name, subresource string, o Object, query url.Values) (Object, error) {
	return c.send(ctx, http.MethodPut, m.Path(namespace, name, subresource), query, o)
}

func (c *Client) send(ctx context.Context, method, path string, query url.Values, o Object) (Object, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	b, err := c.do(ctx, method, path, query, "", JSONType, body)
	if err != nil {
		return nil, err
	}
	return Decode(b)
}

// Patch changes an object; contentType says what kind of patch it is.
func (c *Client) Patch(ctx context.Context, m *Mapping, namespace, name, subresource, contentType string, patch []byte, query url.Values) (Object, error) {
	b, err := c.do(ctx, http.MethodPatch, m.Path(namespace, name, subresource), query, "", contentType, patch)
	if err != nil {
		return nil, err
	}
	return Decode(b)
}

// Delete deletes an object with the given DeleteOptions.
func (c *Client) Delete(ctx context.Context, m *Mapping, namespace, name string, options Object, query url.Values) (Object, error) {
	return c.send(ctx, http.MethodDelete, m.Path(namespace, name, ""), query, options)
}

// Event is one message of a watch.
type Event struct {
	Type   string          `json:"type"`
	Object json.RawMessage `json:"object"`
}

// Watch follows a path until ctx ends or the server closes it; f gets every
// event, and ends the watch by returning false.
func (c *Client) Watch(ctx context.Context, path string, query url.Values, table bool, f func(Event) (bool, error)) error {
	q := url.Values{"watch": {"true"}}
	for k, v := range query {
		q[k] = v
	}
	accept := JSONType
	if table {
		accept = tableAccept
	}
	resp, err := c.raw.Stream(ctx, http.MethodGet, path, q, accept)
	if err != nil {
		return refusal(err)
	}
	defer resp.Body.Close()
	d := json.NewDecoder(bufio.NewReader(resp.Body))
	for {
		var e Event
		switch err := d.Decode(&e); {
		case errors.Is(err, io.EOF), err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("watch: %w", err)
		}
		if e.Type == "ERROR" {
			return StatusOf(e.Object, 0)
		}
		if on, err := f(e); err != nil || !on {
			return err
		}
	}
}

// Stream opens a long answer, such as a log.
func (c *Client) Stream(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	resp, err := c.raw.Stream(ctx, http.MethodGet, path, query, "*/*")
	if err != nil {
		return nil, refusal(err)
	}
	return resp.Body, nil
}

// StatusOf makes the error of a Status object; code is used when the answer
// has none.
func StatusOf(body []byte, code int) error {
	var o Object
	if json.Unmarshal(body, &o) != nil || o.Kind() != "Status" {
		return &StatusError{Code: code, Message: fmt.Sprintf("the server answered %d %s: %s", code, http.StatusText(code), firstLine(body))}
	}
	e := &StatusError{Code: int(o.Int("code")), Reason: o.String("reason"), Message: o.String("message")}
	if d, ok := o["details"].(map[string]any); ok {
		e.Details = d
	}
	if e.Code == 0 {
		e.Code = code
	}
	return e
}

func firstLine(b []byte) string {
	for i, c := range b {
		if c == '\n' || i == 200 {
			return string(b[:i])
		}
	}
	return string(b)
}
