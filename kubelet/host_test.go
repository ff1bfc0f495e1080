package kubelet_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests of this package run pods in a real containerd. TestMain starts
// itself again as a host of its own: network, mount, PID, UTS, IPC and cgroup
// namespaces with a private /run, so that nothing of the machine is touched
// and all of it ends with the process.

// inside tells the second process where its files are.
const inside = "KUBELET_TEST_HOST"

// becomeHost enters cgroups of the host's own and then the namespaces.
const becomeHost = `
set -e
name=$1; shift
list=""
for d in /sys/fs/cgroup/*/; do
  c=$(basename $d); g=$d$name
  case $c in *,*) continue;; esac
  [ -L ${d%/} ] && continue
  mkdir -p $g || continue
  if [ $c = cpuset ]; then cat ${d}cpuset.cpus > $g/cpuset.cpus; cat ${d}cpuset.mems > $g/cpuset.mems; fi
  echo $$ > $g/cgroup.procs || continue
  list="$list $c"
done
exec unshare --net --mount --uts --ipc --cgroup --propagation slave bash -ec '
  list=$1; shift
  hostname testnode; mount --make-rshared /; mount -t tmpfs -o mode=755 run /run
  for c in $list; do umount /sys/fs/cgroup/$c; case $c in
    systemd) mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/$c;;
    unified) mount -t cgroup2 cgroup2 /sys/fs/cgroup/$c;;
    *) mount -t cgroup -o $c cgroup /sys/fs/cgroup/$c;; esac; done
  ip link set lo up
  exec "$@"' _ "$list" unshare --pid --fork --kill-child --mount-proc "$@"
`

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run()) // each test says why it is left out
	}
	if dir := os.Getenv(inside); dir != "" {
		stop, err := startContainerd(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "containerd for the tests:", err)
			os.Exit(1)
		}
		code := m.Run()
		stop()
		os.Exit(code)
	}
	if missing := lacking(); missing != "" {
		fmt.Fprintf(os.Stderr, "the kubelet's tests run it on a real containerd and lack %s; go test -short leaves them out\n", missing)
		os.Exit(1)
	}
	os.Exit(asHost())
}

func lacking() string {
	if os.Geteuid() != 0 {
		return "root"
	}
	for _, name := range []string{"containerd", "ctr", "runc", "unshare", "ip", "/usr/lib/cni/bridge", "/bin/busybox"} {
		if _, err := exec.LookPath(name); err != nil {
			return name
		}
	}
	return ""
}

// asHost runs this program again in namespaces and returns its exit code.
func asHost() int {
	dir, err := os.MkdirTemp("", "kl-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	name := filepath.Base(dir)
	cmd := exec.Command("bash", append([]string{"-c", becomeHost, "host", name}, os.Args...)...)
	cmd.Env = append(os.Environ(), inside+"="+dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	err = cmd.Run()
	if os.Getenv("KEEP") == "" {
		_ = os.RemoveAll(dir)
	}
	groups, _ := filepath.Glob("/sys/fs/cgroup/*/" + name)
	for _, g := range groups {
		_ = exec.Command("find", g, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";").Run()
	}
	if err != nil {
		return 1
	}
	return 0
}

const containerdConfig = `version = 2
root = "$D/root"
state = "$D/state"
[grpc]
  address = "$D/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:3.9"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$D/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`

const cniConfig = `{"cniVersion":"1.0.0","name":"cbr0","plugins":[
 {"type":"bridge","bridge":"cni0","isDefaultGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","dataDir":"$D/ipam","ranges":[[{"subnet":"10.244.1.0/24"}]]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}`

func startContainerd(dir string) (stop func(), err error) {
	for _, d := range []string{"root", "state", "cni", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	fill := func(name, text string) error {
		return os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "$D", dir)), 0o644)
	}
	if err := fill("config.toml", containerdConfig); err != nil {
		return nil, err
	}
	if err := fill("cni/10-cbr0.conflist", cniConfig); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "containerd.log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("containerd", "-c", filepath.Join(dir, "config.toml"))
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for name, entry := range map[string][]string{"localhost/pause:3.9": {"/bin/busybox", "sleep", "100000"}, "docker.io/library/busybox:1.35": nil} {
		file := filepath.Join(dir, "image.tar")
		if err := writeImage(file, name, entry); err != nil {
			return nil, err
		}
		if err := importImage(dir, file); err != nil {
			b, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("import %s: %w\n%s", name, err, b)
		}
	}
	return func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, nil
}

// importImage tries until containerd answers.
func importImage(dir, file string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-tick.C {
		out, err := ctr(dir, "images", "import", file)
		if err == nil || time.Now().After(deadline) {
			if err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			return nil
		}
	}
}

func ctr(dir string, args ...string) (string, error) {
	out, err := exec.Command("ctr", append([]string{"-a", filepath.Join(dir, "containerd.sock"), "-n", "k8s.io"}, args...)...).CombinedOutput()
	return string(out), err
}

// writeImage makes a docker archive with nothing but busybox in it.
func writeImage(file, name string, entrypoint []string) error {
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		return err
	}
	var layer bytes.Buffer
	t := tar.NewWriter(&layer)
	put := func(t *tar.Writer, h tar.Header, body []byte) {
		h.Size = int64(len(body))
		_ = t.WriteHeader(&h) // to memory: it cannot fail
		_, _ = t.Write(body)
	}
	for _, d := range []string{"bin/", "etc/", "proc/", "sys/", "dev/", "tmp/"} {
		put(t, tar.Header{Name: d, Typeflag: tar.TypeDir, Mode: 0o755}, nil)
	}
	put(t, tar.Header{Name: "bin/busybox", Mode: 0o755}, busybox)
	for _, a := range []string{"sh", "sleep", "cat", "ls", "echo", "httpd", "touch", "rm", "id", "env"} {
		put(t, tar.Header{Name: "bin/" + a, Typeflag: tar.TypeSymlink, Linkname: "busybox", Mode: 0o777}, nil)
	}
	if err := t.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(layer.Bytes())
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux",
		"config": map[string]any{"Entrypoint": entrypoint, "Cmd": []string{}, "Env": []string{"PATH=/bin"}, "WorkingDir": "/"},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{name}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	w := tar.NewWriter(f)
	put(w, tar.Header{Name: "config.json", Mode: 0o644}, config)
	put(w, tar.Header{Name: "layer.tar", Mode: 0o644}, layer.Bytes())
	put(w, tar.Header{Name: "manifest.json", Mode: 0o644}, manifest)
	return w.Close()
}
