package launch

import "strings"

// Expand replaces $(NAME) in text by lookup's value; what lookup does not know
// stays as it is, and $$ stands for one $.
func Expand(text string, lookup func(string) (string, bool)) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		switch text[i+1] {
		case '$':
			b.WriteByte('$')
			i++
		case '(':
			end := strings.IndexByte(text[i+2:], ')')
			if end < 0 {
				b.WriteString("$(")
				i++
				continue
			}
			name := text[i+2 : i+2+end]
			if v, ok := lookup(name); ok {
				b.WriteString(v)
			} else {
				b.WriteString("$(" + name + ")")
			}
			i += 2 + end
		default:
			b.WriteByte('$')
		}
	}
	return b.String()
}

// missing is the first $(NAME) that lookup does not know, "" when it knows all.
func missing(text string, lookup func(string) (string, bool)) string {
	first := ""
	Expand(text, func(name string) (string, bool) {
		v, ok := lookup(name)
		if !ok && first == "" {
			first = name
		}
		return v, ok
	})
	return first
}

// expandAll expands each of list.
func expandAll(list []string, lookup func(string) (string, bool)) []string {
	var out []string
	for _, s := range list {
		out = append(out, Expand(s, lookup))
	}
	return out
}
