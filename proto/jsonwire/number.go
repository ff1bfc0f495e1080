package jsonwire

import "strconv"

// Bool reads true or false.
func (d *Decoder) Bool(v *bool) {
	switch d.peek() {
	case 't':
		if d.literal("true") {
			*v = true
		}
	case 'f':
		if d.literal("false") {
			*v = false
		}
	case 'n':
		d.literal("null")
	default:
		d.Mismatch("bool")
	}
}

// Int32 reads a whole number.
func (d *Decoder) Int32(v *int32) {
	n := int64(*v)
	d.integer(&n, 32, "int32")
	*v = int32(n)
}

// Int64 reads a whole number.
func (d *Decoder) Int64(v *int64) { d.integer(v, 64, "int64") }

func (d *Decoder) integer(v *int64, size int, typ string) {
	c := d.peek()
	if c != '-' && (c < '0' || c > '9') {
		if c == 'n' {
			d.literal("null")
		} else {
			d.Mismatch(typ)
		}
		return
	}
	start := d.pos
	text := d.Number()
	if n, ok := small(text); ok {
		*v = n
		return
	}
	if n, err := strconv.ParseInt(string(text), 10, size); err == nil {
		*v = n
	} else if !d.syntax {
		d.mismatched("number "+string(text), typ, start)
	}
}

// small parses a whole number of at most nine digits, which every integer type
// here can hold.
func small(s []byte) (n int64, ok bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// Float64 reads a number.
func (d *Decoder) Float64(v *float64) {
	c := d.peek()
	if c != '-' && (c < '0' || c > '9') {
		if c == 'n' {
			d.literal("null")
		} else {
			d.Mismatch("float64")
		}
		return
	}
	start := d.pos
	text := d.Number()
	if n, err := strconv.ParseFloat(string(text), 64); err == nil {
		*v = n
	} else if !d.syntax {
		d.mismatched("number "+string(text), "float64", start)
	}
}

// Number reads a number's text.
func (d *Decoder) Number() []byte {
	s, i := d.data, d.pos
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case i < len(s) && '1' <= s[i] && s[i] <= '9':
		i = digits(s, i)
	default:
		d.broken()
		return nil
	}
	if i < len(s) && s[i] == '.' {
		j := digits(s, i+1)
		if j == i+1 {
			d.broken()
			return nil
		}
		i = j
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		j := digits(s, i)
		if j == i {
			d.broken()
			return nil
		}
		i = j
	}
	text := s[d.pos:i]
	d.pos = i
	return text
}

// digits is the index behind the digits that start at i.
func digits(s []byte, i int) int {
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}
