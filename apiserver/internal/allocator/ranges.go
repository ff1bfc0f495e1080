package allocator

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// PortRange is a range of ports, both ends included.
type PortRange struct{ Low, High int32 }

// ParsePortRange reads "30000-32767".
func ParsePortRange(s string) (PortRange, error) {
	low, high, ok := strings.Cut(s, "-")
	l, lowErr := strconv.ParseUint(low, 10, 16)
	h, highErr := strconv.ParseUint(high, 10, 16)
	if !ok || lowErr != nil || highErr != nil || l == 0 || l > h {
		return PortRange{}, fmt.Errorf("port range %q: must be LOW-HIGH, with ports from 1 to 65535", s)
	}
	return PortRange{int32(l), int32(h)}, nil
}

// Contains says whether the port is in the range.
func (r PortRange) Contains(port int32) bool { return r.Low <= port && port <= r.High }

// String is the range as ParsePortRange reads it.
func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.Low, r.High) }

func (r PortRange) size() int32 { return r.High - r.Low + 1 }

// addresses is how many addresses of a range can be handed out: not the
// network's own nor, for IPv4, the broadcast address. Very large ranges are
// used in part.
func addresses(p netip.Prefix) uint64 {
	host := p.Addr().BitLen() - p.Bits()
	if host > 20 {
		host = 20
	}
	n := uint64(1) << host
	if p.Addr().Is4() {
		n--
	}
	if n == 0 {
		return 0
	}
	return n - 1
}

// nth is the address number i of those, from 0.
func nth(p netip.Prefix, i uint64) netip.Addr {
	b := p.Addr().As16()
	carry := i + 1
	for at := 15; carry > 0 && at >= 0; at-- {
		sum := uint64(b[at]) + carry&0xff
		b[at] = byte(sum)
		carry = carry>>8 + sum>>8
	}
	ip := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return ip.Unmap()
	}
	return ip
}

// usable says whether an address of the range may be asked for.
func usable(p netip.Prefix, ip netip.Addr) bool {
	if ip == p.Addr() {
		return false
	}
	return !ip.Is4() || p.Contains(ip.Next())
}

// reserved is how much of the low end of a range is left to those who ask by
// name: between 16 and 256, a sixteenth of it.
func reserved(size uint64) uint64 {
	part := size / 16
	switch {
	case bits.Len64(size) <= 4:
		return 0
	case part < 16:
		return min(16, size/2)
	case part > 256:
		return 256
	}
	return part
}
