package testbed

import (
	"context"
	"fmt"
)

// The hosts' network: a bridge in a namespace that has no way out, so that
// nothing a pod does can leave the machine. This machine itself has one leg on
// it, for kubectl and the browser.

func (c *Config) lan() string              { return c.Name + "-lan" }
func (c *Config) netns(host string) string { return c.Name + "-" + host }
func (c *Config) leg(host string) string   { return c.Name + "v" + host } // the bridge's end of a host's cable
func (c *Config) gateway() string          { return c.Subnet + ".254" }
func (c *Config) machineAddress() string   { return c.Subnet + ".1" }
func (c *Config) inLan(line string) string { return "nsenter --net=/run/netns/" + c.lan() + " " + line }
func (c *Config) in(host, l string) string {
	return "nsenter --net=/run/netns/" + c.netns(host) + " " + l
}

// makeLan makes the bridge and this machine's leg.
func (c *Config) makeLan(ctx context.Context) error {
	br, here := c.Name+"br", c.Name+"0"
	return each(ctx,
		"ip netns add "+c.lan(),
		c.inLan("ip link set lo up"),
		c.inLan("ip link add "+br+" type bridge"),
		c.inLan(fmt.Sprintf("ip addr add %s/24 dev %s", c.gateway(), br)),
		c.inLan("ip link set "+br+" up"),
		fmt.Sprintf("ip link add %s type veth peer name %s netns %s", here, c.leg("here"), c.lan()),
		c.inLan(fmt.Sprintf("ip link set %s master %s up", c.leg("here"), br)),
		fmt.Sprintf("ip addr add %s/24 dev %s", c.machineAddress(), here),
		"ip link set "+here+" up",
	)
}

// plug makes the network namespace of a host and its cable.
func (c *Config) plug(ctx context.Context, host, address string) error {
	return each(ctx,
		"ip netns add "+c.netns(host),
		fmt.Sprintf("ip link add %s netns %s type veth peer name eth0 netns %s", c.leg(host), c.lan(), c.netns(host)),
		c.inLan(fmt.Sprintf("ip link set %s master %sbr up", c.leg(host), c.Name)),
		c.in(host, "ip link set lo up"),
		c.in(host, fmt.Sprintf("ip addr add %s/24 dev eth0", address)),
		c.in(host, "ip link set eth0 up"),
		// A service address needs some route before the kernel rewrites it.
		c.in(host, "ip route add default via "+c.gateway()),
	)
}

// CutLink takes a host off the network.
func (h *Host) CutLink(ctx context.Context) error {
	return each(ctx, h.bed.inLan("ip link set "+h.bed.leg(h.Name)+" down"))
}

// RestoreLink puts it back.
func (h *Host) RestoreLink(ctx context.Context) error {
	return each(ctx, h.bed.inLan("ip link set "+h.bed.leg(h.Name)+" up"))
}
