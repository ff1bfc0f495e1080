package nftables

import (
	"context"
	"fmt"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The kernel's words for what happens to nft tables.
const (
	groupNftables = 7  // NFNLGRP_NFTABLES
	subsystem     = 10 // NFNL_SUBSYS_NFTABLES, the upper byte of a message's type
	newGeneration = 15 // NFT_MSG_NEWGEN ends each transaction
	attrTable     = 1  // NFTA_*_TABLE, the same number in every kind of message
	headerLen     = 4  // nfgenmsg before the attributes
)

// Watch calls tampered when somebody else has changed our table, until ctx ends. Changes
// come from the kernel's notices; a notice too many is lost under load, so an overrun
// counts as a change too.
func (p *Proxy) Watch(ctx context.Context, tampered func()) error {
	return p.watch(ctx, tampered, func() {})
}

// watch is Watch that tells when it has begun.
func (p *Proxy) watch(ctx context.Context, tampered, begun func()) error {
	sock, err := nl.Subscribe(unix.NETLINK_NETFILTER, groupNftables)
	if err != nil {
		return fmt.Errorf("subscribing to nftables changes: %w", err)
	}
	defer sock.Close()
	// A deadline on the socket lets the loop see that ctx has ended.
	wait := unix.NsecToTimeval((500 * time.Millisecond).Nanoseconds())
	if err := sock.SetReceiveTimeout(&wait); err != nil {
		return fmt.Errorf("subscribing to nftables changes: %w", err)
	}
	unix.SetsockoptInt(sock.GetFd(), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 16<<20) // a hint only
	begun()
	foreign := false
	for ctx.Err() == nil {
		messages, _, err := sock.Receive()
		switch err {
		case nil:
		case unix.EAGAIN, unix.EINTR:
			continue
		case unix.ENOBUFS:
			tampered() // lost count
			continue
		default:
			return fmt.Errorf("reading nftables changes: %w", err)
		}
		for _, m := range messages {
			kind := m.Header.Type & 0xff
			if m.Header.Type>>8 != subsystem {
				continue
			}
			if kind == newGeneration {
				if foreign {
					tampered()
				}
				foreign = false
			} else if p.isOurTable(m.Data) && !p.runner.isOurs(m.Header.Pid) {
				foreign = true
			}
		}
	}
	return nil
}

// isOurTable says whether a message is about the table of this family. Its first byte is
// the family, its attributes follow the header.
func (p *Proxy) isOurTable(data []byte) bool {
	family := byte(unix.NFPROTO_IPV4)
	if p.config.IPv6 {
		family = unix.NFPROTO_IPV6
	}
	if len(data) < headerLen || data[0] != family {
		return false
	}
	attrs, err := nl.ParseRouteAttr(data[headerLen:])
	if err != nil {
		return false
	}
	for _, a := range attrs {
		if a.Attr.Type == attrTable && len(a.Value) > 0 {
			return string(a.Value[:len(a.Value)-1]) == tableName
		}
	}
	return false
}
