package cniconf

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

var node2 = Network{
	Cluster: netip.MustParsePrefix("10.244.0.0/16"), Subnet: netip.MustParsePrefix("10.244.2.0/24"),
	MTU: 1450, IPMasq: true,
}

func TestConflist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "net.d")
	for i, want := range []bool{true, false} {
		changed, err := WriteConflist(dir, "/var/lib/ipam", node2)
		if err != nil || changed != want {
			t.Fatalf("write %d: changed %v, err %v; want %v", i, changed, err, want)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	var conf struct {
		Plugins []struct {
			Type             string
			MTU              int
			IsDefaultGateway bool
			HairpinMode      bool
			IPMasq           bool
			IPAM             struct {
				DataDir string
				Ranges  [][]struct{ Subnet string }
			}
		}
	}
	if err := json.Unmarshal(text, &conf); err != nil {
		t.Fatal(err)
	}
	b := conf.Plugins[0]
	if b.Type != "bridge" || b.MTU != 1450 || !b.IsDefaultGateway || !b.HairpinMode || b.IPMasq ||
		b.IPAM.Ranges[0][0].Subnet != "10.244.2.0/24" || b.IPAM.DataDir != "/var/lib/ipam" {
		t.Errorf("bridge plugin: %+v", b)
	}
	if conf.Plugins[1].Type != "portmap" {
		t.Errorf("second plugin is %q, want portmap", conf.Plugins[1].Type)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("directory holds %v (%v), want the one file", left, err)
	}
}

func TestSubnetEnv(t *testing.T) {
	file := filepath.Join(t.TempDir(), "flannel", "subnet.env")
	if _, err := WriteSubnetEnv(file, node2); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.2.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"
	if string(text) != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteConflist(file, "", node2); err == nil {
		t.Error("a file in place of the directory is no error")
	}
}
