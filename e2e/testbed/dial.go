package testbed

import (
	"context"
	"net"
	"net/http"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// HTTPClient is a client whose connections start on the host, each request on
// a connection of its own so that a service may choose another pod each time.
func (h *Host) HTTPClient() *http.Client {
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{DialContext: h.Dial, DisableKeepAlives: true},
	}
}

// Dial connects from the host's network to an address with a numeric host.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	runtime.LockOSThread()
	here, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	defer here.Close()
	if err := setns("/run/netns/"+h.id(), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	conn, dialErr := (&net.Dialer{FallbackDelay: -1}).DialContext(ctx, network, address)
	// A thread that could not be brought back must not serve others: it stays
	// locked and ends with its goroutine.
	if err := unix.Setns(int(here.Fd()), unix.CLONE_NEWNET); err == nil {
		runtime.UnlockOSThread()
	}
	return conn, dialErr
}
