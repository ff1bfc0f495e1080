package flannel

import (
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/client/daemon"
)

func TestBadConfigNamesTheFlag(t *testing.T) {
	tests := []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Network = "10.244" }, `--network "10.244": must be an IPv4 prefix like 10.244.0.0/16`},
		{func(c *Config) { c.Network = "fd00::/64" }, `--network "fd00::/64": must be an IPv4 prefix like 10.244.0.0/16`},
		{func(c *Config) { c.PublicIP = "here" }, `--public-ip "here": must be an IPv4 address`},
		{func(c *Config) { c.Backend = "udp" }, `--backend "udp": must be host-gw`},
		{func(c *Config) { c.RoutesOnly, c.NodeName = true, "a" }, `--routes-only: goes neither with --node-name nor with --ip-masq, which are a node's`},
		{func(c *Config) { c.MTU = 1 }, `--mtu 1: must be 576 to 65535, or 0 for the interface's`},
	}
	for _, tt := range tests {
		c := Default()
		tt.change(&c)
		if _, err := c.parse(); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
	if _, err := Default().parse(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestFlagsFromEnvironment(t *testing.T) {
	t.Setenv("FLANNELD_PUBLIC_IP", "192.0.2.1")
	t.Setenv("FLANNELD_MTU", "9000")
	c := Default()
	c.AddFlags(&daemon.FlagGroups{})
	if c.PublicIP != "192.0.2.1" || c.MTU != 9000 {
		t.Errorf("public IP %q, MTU %d", c.PublicIP, c.MTU)
	}
	t.Setenv("FLANNELD_MTU", "big")
	c = Default()
	c.AddFlags(&daemon.FlagGroups{})
	if _, err := c.parse(); err == nil || !strings.Contains(err.Error(), `FLANNELD_MTU="big"`) {
		t.Errorf("error %v does not name the variable", err)
	}
}
