package cri

import (
	"time"

	"google.golang.org/grpc/backoff"
)

// reconnect is how quickly a lost runtime is tried again: its socket is local,
// so a second is the longest wait worth having.
var reconnect = backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second}
