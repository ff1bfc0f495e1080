// Package sysctl sets the kernel parameters that forwarding needs. A parameter
// that has its value already is not written, as /proc/sys may be read-only.
package sysctl

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Setting is one parameter, named by its path below /proc/sys, and the value it must have.
type Setting struct {
	Name, Value string
	// Optional parameters may be absent from the kernel.
	Optional bool
}

// Ensure sets the parameter unless it already has the value.
func (s Setting) Ensure() error {
	file := "/proc/sys/" + s.Name
	now, err := os.ReadFile(file)
	if s.Optional && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(now)) == s.Value {
		return nil
	}
	return os.WriteFile(file, []byte(s.Value), 0o644)
}
