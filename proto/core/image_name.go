package core

import "strings"

// What container registries take as the parts of an image's name.
const (
	maxImageName = 255
	maxImageTag  = 128
	minDigest    = 32
	sha256Digits = 64
)

// imageTag is the tag that an image's name names: latest where it says neither a
// tag nor a digest, and none where the name is no image's.
func imageTag(image string) string {
	name, digest, hasDigest := strings.Cut(image, "@")
	if hasDigest && !isDigest(digest) {
		return ""
	}
	tag := ""
	// A colon before the last slash is that of a registry's port.
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
		if !isImageTag(tag) {
			return ""
		}
	}
	if !isRepository(name) {
		return ""
	}
	if tag == "" && !hasDigest {
		return "latest"
	}
	return tag
}

// isRepository reports whether name is that of a repository, with or without a
// registry in front. One without a slash that looks like a digest is refused.
func isRepository(name string) bool {
	if len(name) == sha256Digits && isHex(name) {
		return false
	}
	parts := name
	first, rest, more := strings.Cut(name, "/")
	if more && (strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first) {
		if !isRegistry(first) {
			return false
		}
		parts = rest
	} else {
		name = "docker.io/library/" + name
	}
	if len(name) > maxImageName {
		return false
	}
	for {
		part, next, more := strings.Cut(parts, "/")
		if !isPathPart(part) {
			return false
		}
		if !more {
			return true
		}
		parts = next
	}
}

// isPathPart reports whether s is words of small letters and digits with one dot,
// one or two underscores or any number of dashes between them.
func isPathPart(s string) bool {
	for i := 0; ; {
		start := i
		for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9') {
			i++
		}
		if i == start {
			return false
		}
		if i == len(s) {
			return true
		}
		switch rest := s[i:]; {
		case rest[0] == '.':
			i++
		case strings.HasPrefix(rest, "__"):
			i += 2
		case rest[0] == '_':
			i++
		case rest[0] == '-':
			for i < len(s) && s[i] == '-' {
				i++
			}
		default:
			return false
		}
	}
}

// isRegistry reports whether s is a host, perhaps with a port.
func isRegistry(s string) bool {
	host, port, hasPort := strings.Cut(s, ":")
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || strings.Trim(s[1:end], "0123456789abcdefABCDEF:") != "" {
			return false
		}
		host, port, hasPort = "v6", strings.TrimPrefix(s[end+1:], ":"), s[end+1:] != ""
	}
	if hasPort && (port == "" || strings.Trim(port, "0123456789") != "") {
		return false
	}
	for _, label := range strings.Split(host, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && !isAlphanumeric(c) {
				return false
			}
		}
	}
	return true
}

func isImageTag(s string) bool {
	if s == "" || len(s) > maxImageTag || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && c != '.' && c != '-' && !isAlphanumeric(c) {
			return false
		}
	}
	return true
}

// isDigest reports whether s is the name of a hash and what it gave.
func isDigest(s string) bool {
	algorithm, sum, ok := strings.Cut(s, ":")
	switch {
	case !ok || len(sum) < minDigest || !isHex(sum):
		return false
	case algorithm == "sha256":
		return len(sum) == sha256Digits
	case algorithm == "sha384":
		return len(sum) == sha256Digits*3/2
	case algorithm == "sha512":
		return len(sum) == sha256Digits*2
	}
	return false
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
