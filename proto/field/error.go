package field

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// ErrorType is the machine-readable kind of a field error. Its value is the
// `reason` of a cause in a Status.
type ErrorType string

const (
	// ErrorTypeNotFound says that the value names something that is not there.
	ErrorTypeNotFound ErrorType = "FieldValueNotFound"
	// ErrorTypeRequired says that a value is missing.
	ErrorTypeRequired ErrorType = "FieldValueRequired"
	// ErrorTypeDuplicate says that a value must be unique and is not.
	ErrorTypeDuplicate ErrorType = "FieldValueDuplicate"
	// ErrorTypeInvalid says that the value is malformed or out of bounds.
	ErrorTypeInvalid ErrorType = "FieldValueInvalid"
	// ErrorTypeNotSupported says that the value is not one of a known set.
	ErrorTypeNotSupported ErrorType = "FieldValueNotSupported"
	// ErrorTypeForbidden says that the field may not be set, or not like this.
	ErrorTypeForbidden ErrorType = "FieldValueForbidden"
	// ErrorTypeTooLong says that the value has too many bytes.
	ErrorTypeTooLong ErrorType = "FieldValueTooLong"
	// ErrorTypeTooMany says that the list has too many items.
	ErrorTypeTooMany ErrorType = "FieldValueTooMany"
	// ErrorTypeInternal says that checking itself failed.
	ErrorTypeInternal ErrorType = "InternalError"
	// ErrorTypeTypeInvalid says that the value has the wrong JSON type.
	ErrorTypeTypeInvalid ErrorType = "FieldValueTypeInvalid"
)

// String is the human form that begins an error's body.
func (t ErrorType) String() string {
	switch t {
	case ErrorTypeNotFound:
		return "Not found"
	case ErrorTypeRequired:
		return "Required value"
	case ErrorTypeDuplicate:
		return "Duplicate value"
	case ErrorTypeInvalid, ErrorTypeTypeInvalid:
		return "Invalid value"
	case ErrorTypeNotSupported:
		return "Unsupported value"
	case ErrorTypeForbidden:
		return "Forbidden"
	case ErrorTypeTooLong:
		return "Too long"
	case ErrorTypeTooMany:
		return "Too many"
	case ErrorTypeInternal:
		return "Internal error"
	}
	return string(t)
}

// Error is one thing wrong with one field.
type Error struct {
	// Type is the kind of mistake.
	Type ErrorType
	// Field is the path of the field.
	Field string
	// BadValue is what was found there.
	BadValue any
	// Detail says what is allowed; it may be empty.
	Detail string
}

// Error is "path: kind: value: detail".
func (e *Error) Error() string { return e.Field + ": " + e.Body() }

// Body is the error without its path: the message of a Status cause.
func (e *Error) Body() string {
	s := e.Type.String()
	switch e.Type {
	case ErrorTypeRequired, ErrorTypeForbidden, ErrorTypeTooLong, ErrorTypeInternal:
	default:
		if _, none := e.BadValue.(Omitted); !none {
			s += ": " + show(e.BadValue)
		}
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Omitted stands for a value that an error does not repeat.
type Omitted struct{}

// Literal is a bad value that errors show as it is, without quotes.
type Literal string

// show writes a value as an error quotes it: strings in quotes, numbers bare,
// versions, the only unsigned numbers, in hexadecimal, instants as text; lists, maps and structs
// without pointers, and what says how by itself, as Go source. The rest is JSON: a pointer's
// address tells nobody anything.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case Literal:
		return string(v)
	case interface{ Unquoted() string }:
		return v.Unquoted()
	case uint64:
		return fmt.Sprintf("%#x", v)
	case interface{ Unix() int64 }:
		return fmt.Sprint(v)
	}
	if rv := reflect.ValueOf(v); !rv.IsValid() || rv.Kind() == reflect.Pointer && rv.IsNil() {
		return `"null"`
	} else if rv.Kind() == reflect.Pointer && rv.Elem().Kind() == reflect.Struct {
		v = rv.Elem().Interface()
	}
	if t, ok := v.(interface{ UTC() time.Time }); ok {
		return t.UTC().String()
	}
	if asSource(v) {
		text := types.Replace(fmt.Sprintf("%#v", v))
		if rest, ok := strings.CutPrefix(text, "meta."); ok {
			text = "v1." + rest
		}
		return text
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v", v)
	}
	return string(b)
}

// types have the names in errors that clients have always seen.
var types = strings.NewReplacer("[]meta.UID", "[]types.UID", "[]meta.", "[]v1.", "(*meta.", "(*v1.", "autoscalingv2.", "autoscaling.")

// asSource tells whether a value is shown as Go source.
func asSource(v any) bool {
	if _, says := v.(fmt.GoStringer); says {
		return true
	}
	rv := reflect.ValueOf(v)
	if _, own := v.(json.Marshaler); own {
		return false
	}
	switch rv.Kind() {
	case reflect.Slice, reflect.Map, reflect.Struct:
		return isPlain(rv)
	}
	return false
}

// isPlain tells whether a value has no pointers but those to nothing.
func isPlain(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Uint8:
		return true
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return true
		}
		for i := range v.Len() {
			if !isPlain(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			if !isPlain(i.Value()) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if v.CanInterface() {
			switch v.Interface().(type) {
			case fmt.GoStringer:
				return true
			case json.Marshaler:
				return false
			}
		}
		for i := range v.NumField() {
			if !isPlain(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// ErrorList is everything wrong with an object, in the order of its fields;
// empty when it is sound.
type ErrorList []*Error

// Err is nil for an empty list, else one error that says all.
func (l ErrorList) Err() error {
	if len(l) == 0 {
		return nil
	}
	return errors.New(l.Text())
}

// Text says all errors once each: the bare text of a single one, else
// "[first, second]".
func (l ErrorList) Text() string {
	seen := make(map[string]bool, len(l))
	var texts []string
	for _, e := range l {
		if s := e.Error(); !seen[s] {
			seen[s] = true
			texts = append(texts, s)
		}
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// NotFound says that value names nothing that exists.
func NotFound(p *Path, value any) *Error {
	return &Error{ErrorTypeNotFound, p.String(), value, ""}
}

// Required says that a value must be given.
func Required(p *Path, detail string) *Error {
	return &Error{ErrorTypeRequired, p.String(), "", detail}
}

// Duplicate says that value occurs more than once.
func Duplicate(p *Path, value any) *Error {
	return &Error{ErrorTypeDuplicate, p.String(), value, ""}
}

// Invalid says that value is malformed or out of bounds; detail says what is
// allowed.
func Invalid(p *Path, value any, detail string) *Error {
	return &Error{ErrorTypeInvalid, p.String(), value, detail}
}

// TypeInvalid says that value has the wrong type.
func TypeInvalid(p *Path, value any, detail string) *Error {
	return &Error{ErrorTypeTypeInvalid, p.String(), value, detail}
}

// NotSupported says that value is none of allowed, which are listed in the
// order given.
func NotSupported[T ~string](p *Path, value any, allowed []T) *Error {
	detail := ""
	if len(allowed) > 0 {
		quoted := make([]string, len(allowed))
		for i, a := range allowed {
			quoted[i] = strconv.Quote(string(a))
		}
		detail = "supported values: " + strings.Join(quoted, ", ")
	}
	return &Error{ErrorTypeNotSupported, p.String(), value, detail}
}

// Forbidden says why the field may not be set or changed.
func Forbidden(p *Path, detail string) *Error {
	return &Error{ErrorTypeForbidden, p.String(), "", detail}
}

// TooLong says that the value has more than limit bytes. The value itself is
// not repeated: it is long, and may be secret.
func TooLong(p *Path, limit int) *Error {
	return &Error{ErrorTypeTooLong, p.String(), "<value omitted>", fmt.Sprintf("may not be more than %d bytes", limit)}
}

// TooMany says that a list of n items may have only limit.
func TooMany(p *Path, n, limit int) *Error {
	return &Error{ErrorTypeTooMany, p.String(), n, fmt.Sprintf("must have at most %d items", limit)}
}

// Internal says that checking the field failed.
func Internal(p *Path, err error) *Error {
	return &Error{ErrorTypeInternal, p.String(), nil, err.Error()}
}
