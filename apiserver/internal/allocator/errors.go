package allocator

import (
	"fmt"
	"strconv"
	"strings"
)

// TakenError says that a value asked for by name is in use.
type TakenError struct {
	// IP or Port is the value; the other is zero.
	IP   string
	Port int32
}

// Error is what clients are told.
func (e *TakenError) Error() string {
	if e.IP != "" {
		return "provided IP is already allocated"
	}
	return "provided port is already allocated"
}

// RangeError says that a value asked for by name is not in the range.
type RangeError struct {
	// IP or Port is the value; the other is zero.
	IP   string
	Port int32
	// Valid tells the range, in a sentence.
	Valid string
}

// Error is what clients are told.
func (e *RangeError) Error() string {
	if e.IP != "" {
		return "the provided IP (" + e.IP + ") is not in the valid range. " + e.Valid
	}
	return "provided port is not in the valid range. " + e.Valid
}

// FullError says that there is nothing left to hand out.
type FullError struct {
	// What is "IP" or "port".
	What string
}

// Error is what clients are told.
func (e *FullError) Error() string {
	return fmt.Sprintf("failed to allocate a service %s: range is full", e.What)
}

// taken is the error for a claim's key.
func taken(key string) error {
	if ip, ok := strings.CutPrefix(key, ipPrefix); ok {
		return &TakenError{IP: ip}
	}
	port, err := strconv.ParseInt(strings.TrimPrefix(key, portPrefix), 10, 32)
	if err != nil {
		return fmt.Errorf("%s is no claim of a port", key)
	}
	return &TakenError{Port: int32(port)}
}
