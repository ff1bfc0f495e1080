package sockets

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vishvananda/netlink"
)

// socket is one at port 80 (or another); change makes it special.
func socket(state uint8, change func(*netlink.InetDiagTCPInfoResp)) *netlink.InetDiagTCPInfoResp {
	s := &netlink.InetDiagTCPInfoResp{
		InetDiagMsg: &netlink.Socket{State: state, ID: netlink.SocketID{SourcePort: 80}},
		TCPInfo:     &netlink.TCPInfo{Bytes_received: 100, Data_segs_out: 1, Last_data_recv: 5000, Last_data_sent: 5000},
	}
	if change != nil {
		change(s)
	}
	return s
}

func TestBusy(t *testing.T) {
	listener := socket(netlink.TCP_LISTEN, nil)
	listener.TCPInfo = nil
	type resp = netlink.InetDiagTCPInfoResp
	for name, c := range map[string]struct {
		socket *resp
		want   bool
	}{
		"kept and answered":              {socket(netlink.TCP_ESTABLISHED, nil), false},
		"answered after it was asked":    {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Last_data_sent = 4990 }), false},
		"asked after the last answer":    {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Last_data_recv = 4999 }), true},
		"asked, never answered":          {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Data_segs_out = 0 }), true},
		"half closed, not answered":      {socket(netlink.TCP_CLOSE_WAIT, func(s *resp) { s.TCPInfo.Data_segs_out = 0 }), true},
		"half closed, answered":          {socket(netlink.TCP_CLOSE_WAIT, nil), false},
		"not read":                       {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.InetDiagMsg.RQueue = 1 }), true},
		"the answer is on its way":       {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Unacked = 1 }), true},
		"the answer is still to be sent": {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Notsent_bytes = 1 }), true},
		"just opened":                    {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Bytes_received, s.TCPInfo.Last_data_recv = 0, 3 }), true},
		"opened for later":               {socket(netlink.TCP_ESTABLISHED, func(s *resp) { s.TCPInfo.Bytes_received = 0 }), false},
		"being opened":                   {socket(netlink.TCP_SYN_RECV, nil), true},
		"closed by the server":           {socket(netlink.TCP_FIN_WAIT2, nil), false},
		"gone":                           {socket(netlink.TCP_TIME_WAIT, func(s *resp) { s.TCPInfo = nil }), false},
		"not accepted":                   {socket(netlink.TCP_LISTEN, func(s *resp) { s.InetDiagMsg.RQueue = 1 }), true},
		"the pod's own as a client": {socket(netlink.TCP_ESTABLISHED, func(s *resp) {
			s.InetDiagMsg.ID.SourcePort = 4000
			s.TCPInfo.Unacked = 1
		}), false},
	} {
		if got := busy([]*resp{c.socket, listener}); got != c.want {
			t.Errorf("%s: busy %v, want %v", name, got, c.want)
		}
	}
}

// It takes several looks in a row that find nothing.
func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		script := "1110001000000"
		err := await(t.Context(), func() (all []*netlink.InetDiagTCPInfoResp, err error) {
			if script[looks] == '1' {
				all = append(all, socket(netlink.TCP_LISTEN, func(s *netlink.InetDiagTCPInfoResp) { s.InetDiagMsg.RQueue = 1 }))
			}
			looks++
			return all, nil
		})
		if err != nil || looks != 11 {
			t.Errorf("%d looks, %v", looks, err)
		}
		failure := errors.New("no")
		if err := await(t.Context(), func() ([]*netlink.InetDiagTCPInfoResp, error) { return nil, failure }); !errors.Is(err, failure) {
			t.Errorf("%v", err)
		}
	})
}

// The kernel's own word: a request that is not read, one that is not answered,
// and an idle connection.
func TestRealConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	h, err := netlink.NewHandle()
	if err != nil {
		t.Skip("no netlink here:", err)
	}
	defer h.Close()
	state := func() bool {
		t.Helper()
		all, err := list(h)
		if err != nil {
			t.Skip("the kernel does not tell:", err)
		}
		var own []*netlink.InetDiagTCPInfoResp
		for _, s := range all {
			if s.InetDiagMsg.ID.SourcePort == port {
				own = append(own, s)
			}
		}
		return busy(own)
	}
	expect := func(what string, want bool) {
		t.Helper()
		deadline := time.Now().Add(5 * time.Second)
		for state() != want {
			if time.Now().After(deadline) {
				t.Fatalf("%s: busy is not %v", what, want)
			}
		}
	}
	expect("a listener alone", false)
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	expect("a connection that was not accepted", true)
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := c.Write([]byte("request")); err != nil {
		t.Fatal(err)
	}
	expect("a request that was not read", true)
	if _, err := io.ReadFull(s, make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	expect("a request that was not answered", true)
	if _, err := s.Write([]byte("answer")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	expect("an answered one", false)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if err := AwaitCalm(ctx, os.Getpid()); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("this process: %v", err)
	}
}
