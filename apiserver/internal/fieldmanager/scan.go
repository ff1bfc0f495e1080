package fieldmanager

// The functions of this file find their way through text that is known to be
// JSON: it was written by our own encoder.

// isNull says whether a value's text is null.
func isNull(s string) bool { return len(s) > 0 && s[0] == 'n' }

// skip is where the value that begins at i ends.
func skip(s string, i int) int {
	switch s[i] {
	case '"':
		return skipString(s, i)
	case '{', '[':
		for depth := 0; i < len(s); i++ {
			switch s[i] {
			case '"':
				i = skipString(s, i) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(s)
	}
	for i < len(s) && s[i] != ',' && s[i] != '}' && s[i] != ']' && s[i] > ' ' {
		i++
	}
	return i
}

// skipString is where the string that begins at i ends.
func skipString(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(s)
}

// blank is the next place at or behind i that is no white space.
func blank(s string, i int) int {
	for i < len(s) && s[i] <= ' ' {
		i++
	}
	return i
}

// next steps to the next member or element of what begins at i or goes on
// there, and says whether there is one.
func next(s string, i int) (int, bool) {
	i = blank(s, i)
	if i >= len(s) || s[i] == '}' || s[i] == ']' {
		return i, false
	}
	return blank(s, i+1), true
}

// first is the place of the first member or element of the object or list that
// begins at i.
func first(s string, i int) (int, bool) {
	i = blank(s, i+1)
	return i, i < len(s) && s[i] != '}' && s[i] != ']'
}

// member reads a member's name, with its escapes, and finds its value.
func member(s string, i int) (name string, value int) {
	end := skipString(s, i)
	return s[i+1 : end-1], blank(s, blank(s, end)+1)
}

// hollow says whether a value is null, {} or [].
func hollow(s string, i int) bool {
	if s[i] == 'n' {
		return true
	}
	_, any := first(s, i)
	return !any
}
