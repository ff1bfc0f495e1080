// Package sockets tells from outside whether a server is in the middle of
// answering somebody: from what the kernel knows of the TCP connections in its
// network namespace.
//
// A pod to which no new connection is sent any more may still have requests
// that came before: taken by the kernel and not yet by the server, or read and
// not yet answered. A server that ends at once when told to would drop those,
// so it is told in a moment in which there are none. Connections that are kept
// open without a request do not count.
package sockets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const (
	// lookEvery is the pause between two looks.
	lookEvery = 5 * time.Millisecond
	// calmFor is how many looks in a row must find nothing: what is on the
	// wire has arrived by then.
	calmFor = 4
	// young is for how long a connection that has brought nothing yet is
	// waited for: its request follows, though a client on a machine with too
	// much to do may take long between connecting and asking.
	young = time.Second
)

// AwaitCalm returns nil once no connection to a server in the network
// namespace of the process waits for an answer, or ctx's error.
func AwaitCalm(ctx context.Context, pid int) error {
	ns, err := netns.GetFromPid(pid)
	if err != nil {
		return fmt.Errorf("the network of process %d: %w", pid, err)
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns, unix.NETLINK_INET_DIAG)
	if err != nil {
		return fmt.Errorf("the network of process %d: %w", pid, err)
	}
	defer h.Close()
	return await(ctx, func() ([]*netlink.InetDiagTCPInfoResp, error) { return list(h) })
}

func await(ctx context.Context, look func() ([]*netlink.InetDiagTCPInfoResp, error)) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for calm := 0; ; {
		all, err := look()
		if err != nil {
			return err
		}
		if calm++; busy(all) {
			calm = 0
		}
		if calm == calmFor {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func list(h *netlink.Handle) (all []*netlink.InetDiagTCPInfoResp, err error) {
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		some, err := h.SocketDiagTCPInfo(family)
		if err != nil && !errors.Is(err, netlink.ErrDumpInterrupted) {
			return nil, fmt.Errorf("list connections: %w", err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// busy says that somebody waits for a server among the sockets.
func busy(all []*netlink.InetDiagTCPInfoResp) bool {
	serving := map[uint16]bool{}
	for _, s := range all {
		if s.InetDiagMsg.State == netlink.TCP_LISTEN {
			serving[s.InetDiagMsg.ID.SourcePort] = true
		}
	}
	for _, s := range all {
		if serving[s.InetDiagMsg.ID.SourcePort] && waits(s) {
			return true
		}
	}
	return false
}

// waits says that the other end of a server's connection waits for the server.
func waits(s *netlink.InetDiagTCPInfoResp) bool {
	m := s.InetDiagMsg
	switch m.State {
	case netlink.TCP_LISTEN:
		return m.RQueue > 0 // connections that were not accepted yet
	case netlink.TCP_SYN_RECV:
		return true
	case netlink.TCP_ESTABLISHED, netlink.TCP_CLOSE_WAIT:
	default:
		return false
	}
	i := s.TCPInfo
	switch {
	case m.RQueue > 0: // not read yet
		return true
	case i == nil:
		return false
	case i.Unacked > 0 || i.Notsent_bytes > 0: // the answer is on its way
		return true
	case i.Bytes_received == 0:
		return m.State == netlink.TCP_ESTABLISHED && i.Last_data_recv < uint32(young.Milliseconds())
	case i.Data_segs_out == 0: // nothing was answered ever
		return true
	}
	// These are milliseconds ago: the request came after the last answer.
	return i.Last_data_recv < i.Last_data_sent
}
