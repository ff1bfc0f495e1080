package match

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Replace puts the object that a JSON text in the shown form is in the place of
// the request's.
func (s *Shown) Replace(text []byte) (changed bool, err error) {
	next, err := s.Call.Read(text, s.As.Kind)
	if err == nil && s.As.Back != nil {
		next, err = s.As.Back(next)
	}
	if err != nil {
		return false, errors.New(cause(err))
	}
	old, err := codec.EncodeJSON(s.Request.Object)
	if err != nil {
		return false, err
	}
	now, err := codec.EncodeJSON(next)
	if err != nil {
		return false, err
	}
	if bytes.Equal(old, now) {
		return false, nil
	}
	s.Changed()
	return true, replace(s.Request.Object, next)
}

// replace puts next where o is, so that everybody who holds o has it.
func replace(o, next meta.Object) error {
	to, from := reflect.ValueOf(o), reflect.ValueOf(next)
	if to.Kind() != reflect.Pointer || to.Type() != from.Type() {
		return fmt.Errorf("a change made a %T of a %T", next, o)
	}
	to.Elem().Set(from.Elem())
	return nil
}

// cause is the text of an error without what a refusal of a body puts around
// it: nobody sent this one.
func cause(err error) string {
	text := status.From(err).Status.Message
	if _, after, ok := strings.Cut(text, " cannot be handled as a "); ok {
		_, text, _ = strings.Cut(after, ": ")
	}
	return text
}
