package testbed

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a daemon of a host, as kept on disk between commands.
type process struct {
	Pid  int
	Argv []string
}

// Start runs a daemon on the host in the background; its output is appended
// to the host's log folder.
func (h *Host) Start(ctx context.Context, name string, argv ...string) error {
	pid, err := h.pid()
	if err != nil {
		return err
	}
	args := append([]string{"enter", strconv.Itoa(pid), h.id(), h.LogFile(name)}, argv...)
	out, err := exec.CommandContext(ctx, h.bed.bin("testbed"), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("start %s on %s: %w: %s", name, h.Name, err, strings.TrimSpace(string(out)))
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return fmt.Errorf("start %s on %s: %q is no process number", name, h.Name, out)
	}
	b, err := json.Marshal(process{Pid: child, Argv: argv})
	if err != nil {
		return err
	}
	return os.WriteFile(h.file("proc", name), b, 0o644)
}

// LogFile is where a daemon's output goes.
func (h *Host) LogFile(name string) string { return h.file("log", name+".log") }

func (h *Host) process(name string) (process, error) {
	var p process
	b, err := os.ReadFile(h.file("proc", name))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fmt.Errorf("%s was never started on %s: %w", name, h.Name, err)
	}
	return p, nil
}

// Running tells whether a daemon is alive.
func (h *Host) Running(name string) bool {
	p, err := h.process(name)
	return err == nil && alive(p.Pid)
}

// Signal sends a signal to a daemon; SIGSTOP and SIGCONT freeze and thaw it.
func (h *Host) Signal(name string, s syscall.Signal) error {
	p, err := h.process(name)
	if err != nil {
		return err
	}
	return syscall.Kill(p.Pid, s)
}

// Kill ends a daemon at once, without a chance to tidy up.
func (h *Host) Kill(name string) error {
	p, err := h.process(name)
	if err != nil {
		return err
	}
	if err := syscall.Kill(p.Pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		return err
	}
	return gone(p.Pid, 10*time.Second)
}

// Stop asks a daemon to end and waits until it has.
func (h *Host) Stop(name string, within time.Duration) error {
	p, err := h.process(name)
	if err != nil {
		return err
	}
	if err := syscall.Kill(p.Pid, syscall.SIGTERM); err != nil && err != syscall.ESRCH {
		return err
	}
	return gone(p.Pid, within)
}

// Restart starts a daemon again the way it was started before.
func (h *Host) Restart(ctx context.Context, name string) error {
	p, err := h.process(name)
	if err != nil {
		return err
	}
	if alive(p.Pid) {
		return fmt.Errorf("%s still runs on %s", name, h.Name)
	}
	return h.Start(ctx, name, p.Argv...)
}

// alive tells whether a process runs; one that only waits to be reaped does
// not. While other threads of it are still on their way out (one may be writing
// to the disk), it holds its ports and counts as running.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	rest := string(b[strings.LastIndexByte(string(b), ')')+1:])
	f := strings.Fields(rest)
	const threads = 17 // of the fields after the name, proc(5)
	if len(f) <= threads {
		return false
	}
	n, _ := strconv.Atoi(f[threads])
	return f[0] != "Z" && f[0] != "X" || n > 1
}

func gone(pid int, within time.Duration) error {
	deadline := time.Now().Add(within)
	for alive(pid) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d still runs after %v", pid, within)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}
