package testbed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Host is one machine of the bed.
type Host struct {
	Name    string
	Address string
	bed     *Config
}

// host makes the handle; number is the last part of its address.
func (c *Config) host(name string, number int) *Host {
	return &Host{Name: name, Address: fmt.Sprintf("%s.%d", c.Subnet, number), bed: c}
}

// disks are the folders that a host has to itself, with the paths that real
// machines use. They survive a power cut.
var disks = []string{
	"/var/lib/containerd", "/var/lib/kubelet", "/var/lib/cni", "/var/lib/kube-apiserver", "/var/lib/etcd",
	"/var/log/pods", "/var/log/containers", "/etc/cni/net.d", "/etc/kubernetes",
}

func (h *Host) id() string { return h.bed.netns(h.Name) }

// Disk is where a path of the host's own lies on this machine.
func (h *Host) Disk(path string) string { return h.bed.path("hosts", h.Name, "disk", path) }

func (h *Host) file(parts ...string) string {
	return h.bed.path(append([]string{"hosts", h.Name}, parts...)...)
}

// PowerOn starts the host's first process, which makes its namespaces.
func (h *Host) PowerOn(ctx context.Context) error {
	for _, d := range append([]string{"log", "proc"}, "disk") {
		if err := os.MkdirAll(h.file(d), 0o755); err != nil {
			return err
		}
	}
	for _, d := range disks {
		if err := os.MkdirAll(h.Disk(d), 0o755); err != nil {
			return err
		}
		if err := h.bed.makeMountPoint(d); err != nil {
			return err
		}
	}
	if !exists("/run/netns/" + h.id()) {
		if err := h.bed.plug(ctx, h.Name, h.Address); err != nil {
			return err
		}
	}
	if err := os.WriteFile(h.Disk("resolv.conf"), []byte("# this host asks no name server\n"), 0o644); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, h.bed.bin("testbed"), "host-start", h.id(), h.Name, h.file("disk"), h.file("log", "host.log")).CombinedOutput()
	if err != nil {
		return fmt.Errorf("start host %s: %w: %s", h.Name, err, strings.TrimSpace(string(out)))
	}
	return os.WriteFile(h.file("init.pid"), out, 0o644)
}

// PowerOff kills the host with all that runs on it, as a pulled plug does.
// Its disks stay.
func (h *Host) PowerOff() error {
	pid, err := h.pid()
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return err
	}
	return gone(pid, 10*time.Second)
}

func (h *Host) pid() (int, error) {
	b, err := os.ReadFile(h.file("init.pid"))
	if err != nil {
		return 0, fmt.Errorf("host %s is off: %w", h.Name, err)
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// Command runs a program on the host and waits for it.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	pid, _ := h.pid()
	all := append([]string{"enter", strconv.Itoa(pid), h.id(), "-", name}, args...)
	return exec.CommandContext(ctx, h.bed.bin("testbed"), all...)
}

// Output is Command's output, errors included.
func (h *Host) Output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := h.Command(ctx, name, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("on %s: %s: %w: %s", h.Name, name, err, lastLine(string(out)))
	}
	return string(out), nil
}

// HostStart makes a host's namespaces and starts its first process there; it
// prints that process's number once the host is ready. It is a command of its
// own because a process cannot leave its namespaces again.
func HostStart(id, hostname, disk, logfile string) error {
	if err := joinCgroups(id); err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := setns("/run/netns/"+id, unix.CLONE_NEWNET); err != nil {
		return err
	}
	log, err := os.OpenFile(logfile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	ready, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe", "host-init", hostname, disk)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{tell}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true,
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWPID | unix.CLONE_NEWCGROUP}
	if err := cmd.Start(); err != nil {
		return err
	}
	tell.Close()
	buf := make([]byte, 256)
	if n, _ := ready.Read(buf); string(buf[:n]) != "ready" {
		b, _ := os.ReadFile(logfile)
		return fmt.Errorf("%s", lastLine(string(b)))
	}
	fmt.Println(cmd.Process.Pid)
	return nil
}

// HostInit is the first process of a host: it lays out its mounts, says so on
// descriptor 3, and reaps orphans for as long as the host lives.
func HostInit(hostname, disk string) error {
	if err := layOut(hostname, disk); err != nil {
		return err
	}
	tell := os.NewFile(3, "ready")
	if _, err := tell.WriteString("ready"); err != nil {
		return err
	}
	tell.Close()
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(-1, &status, 0, nil); err == syscall.ECHILD {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// layOut makes the file system that the host sees.
func layOut(hostname, disk string) error {
	if err := unix.Sethostname([]byte(hostname)); err != nil {
		return err
	}
	hierarchies, err := cgroupMounts()
	if err != nil {
		return err
	}
	if err := ownRoot(filepath.Join(filepath.Dir(disk), "root")); err != nil {
		return err
	}
	type mount struct {
		from, to, fstype string
		flags            uintptr
		data             string
	}
	mounts := []mount{
		{"", "/", "", unix.MS_REC | unix.MS_SHARED, ""}, // pods' volumes may ask for propagation
		{"run", "/run", "tmpfs", 0, "mode=755"},
		{"proc", "/proc", "proc", 0, ""},
	}
	for _, d := range disks {
		mounts = append(mounts, mount{filepath.Join(disk, d), d, "", unix.MS_BIND, ""})
	}
	mounts = append(mounts, mount{filepath.Join(disk, "resolv.conf"), "/etc/resolv.conf", "", unix.MS_BIND, ""})
	for _, m := range mounts {
		if err := unix.Mount(m.from, m.to, m.fstype, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.to, err)
		}
	}
	for _, m := range hierarchies {
		if err := unix.Unmount(m.dir, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", m.dir, err)
		}
		if err := unix.Mount("cgroup", m.dir, m.fstype, 0, m.options); err != nil {
			return fmt.Errorf("mount %s: %w", m.dir, err)
		}
	}
	if err := leaveRootCgroup(); err != nil {
		return err
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

// ownRoot takes the host's mounts apart from this machine's. In a chroot "/" is
// no mount of its own that could be shared with pods: there it is mounted once
// more, at dir, and the host moves in.
func ownRoot(dir string) error {
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "")
	if err == nil {
		return nil
	}
	if err != unix.EINVAL {
		return fmt.Errorf("mount /: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("/", dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount / at %s: %w", dir, err)
	}
	if err := unix.Chroot(dir); err != nil {
		return err
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "")
}

// Enter runs a program inside the host whose first process is pid. With
// logfile "-" it waits for the program and returns its exit code; otherwise
// the program goes on in the background, its number is printed and its output
// goes to logfile.
func Enter(pid int, id, logfile string, argv []string) (int, error) {
	attr := &os.ProcAttr{Env: os.Environ(), Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}}
	if logfile != "-" {
		log, err := os.OpenFile(logfile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return 0, err
		}
		null, err := os.Open(os.DevNull)
		if err != nil {
			return 0, err
		}
		attr.Files = []*os.File{null, log, log}
		attr.Sys = &syscall.SysProcAttr{Setsid: true}
	}
	if err := joinCgroups(id); err != nil {
		return 0, err
	}
	runtime.LockOSThread()
	root, err := unix.Open(fmt.Sprintf("/proc/%d/root", pid), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("the host is off: %w", err)
	}
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return 0, err
	}
	kinds := []struct {
		name string
		flag int
	}{{"cgroup", unix.CLONE_NEWCGROUP}, {"ipc", unix.CLONE_NEWIPC}, {"uts", unix.CLONE_NEWUTS}, {"net", unix.CLONE_NEWNET}, {"pid", unix.CLONE_NEWPID}, {"mnt", unix.CLONE_NEWNS}}
	for _, k := range kinds {
		if err := setns(fmt.Sprintf("/proc/%d/ns/%s", pid, k.name), k.flag); err != nil {
			return 0, err
		}
	}
	if err := unix.Fchdir(root); err != nil {
		return 0, err
	}
	if err := unix.Chroot("."); err != nil {
		return 0, err
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 0, err
	}
	p, err := os.StartProcess(path, argv, attr)
	if err != nil {
		return 0, err
	}
	if logfile != "-" {
		fmt.Println(p.Pid)
		return 0, nil
	}
	state, err := p.Wait()
	if err != nil {
		return 0, err
	}
	return state.ExitCode(), nil
}

func setns(path string, kind int) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	defer unix.Close(fd)
	if err := unix.Setns(fd, kind); err != nil {
		return fmt.Errorf("enter %s: %w", path, err)
	}
	return nil
}
