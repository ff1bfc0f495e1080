package controllermanager

import (
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateNamesTheFlag(t *testing.T) {
	for _, c := range []struct {
		edit func(*Config)
		want string
	}{
		{func(c *Config) { c.Port = 70000 }, "--secure-port=70000: want 0 to 65535"},
		{func(c *Config) { c.NodeMonitorGrace = 0 }, "--node-monitor-grace-period=0s: want a time above zero"},
		{func(c *Config) { c.NotReadyTolerationSeconds = -1 }, "--default-not-ready-toleration-seconds=-1: want zero or more"},
		{func(c *Config) { c.UnhealthyZone = 2 }, "--unhealthy-zone-threshold=2: want 0 to 1"},
		{func(c *Config) { c.ClusterCIDR = []string{"ten"} }, `cluster CIDR "ten": want an address range`},
		{func(c *Config) { c.Controllers = []string{"*", "-nonsense"} }, "--controllers=-nonsense: want *"},
		{func(c *Config) { c.Leader.LeaseDuration = time.Second }, "leader-elect"},
	} {
		cfg := DefaultConfig()
		c.edit(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Validate = %v, want %q", err, c.want)
		}
	}
}

func TestControllersFlag(t *testing.T) {
	for _, c := range []struct {
		flag string
		want bool // of the replication controller's
	}{
		{"*", true},
		{"*,-replicationcontroller-controller", false},
		{"*,-replicationcontroller", false},
		{"-endpoints-controller,*", true},
		{"replicationcontroller", true},
		{"endpoints-controller", false},
	} {
		cfg := DefaultConfig()
		cfg.Controllers = strings.Split(c.flag, ",")
		if got := cfg.enabled("replicationcontroller-controller"); got != c.want {
			t.Errorf("--controllers=%s: enabled %v, want %v", c.flag, got, c.want)
		}
		if err := cfg.Validate(); err != nil {
			t.Errorf("--controllers=%s: %v", c.flag, err)
		}
	}
}

func TestEveryControllerGoesByItsName(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.name] || seen[e.alias] {
			t.Errorf("%s is there twice", e.name)
		}
		seen[e.name], seen[e.alias] = true, true
	}
}
