// Command testbed starts a Pilothouse cluster on this machine, each host in
// namespaces of its own, and removes it again.
//
//	testbed up [--nodes N] [--etcd 0|3]   start it, run the nginx example, show it
//	testbed down                          remove everything
//	testbed exec HOST COMMAND...          run a command on a host (node1, master, ...)
//
// `make up` and `make down` call it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "testbed: %v\n", err)
		os.Exit(1)
	}
	os.Exit(code)
}

const usage = "say what to do: testbed up, down, or exec HOST and a command"

func run(args []string) (int, error) {
	if len(args) == 0 {
		return 0, errors.New(usage)
	}
	// The steps that make and enter namespaces are processes of their own,
	// because a process cannot leave its namespaces again.
	switch {
	case args[0] == "host-start" && len(args) == 5:
		return 0, testbed.HostStart(args[1], args[2], args[3], args[4])
	case args[0] == "host-init" && len(args) == 3:
		return 0, testbed.HostInit(args[1], args[2])
	case args[0] == "enter" && len(args) > 4:
		pid, err := strconv.Atoi(args[1])
		if err != nil {
			return 0, err
		}
		return testbed.Enter(pid, args[2], args[3], args[4:])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := testbed.Default()
	fs := flag.NewFlagSet("testbed "+args[0], flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.State, "state", c.State, "folder for disks, logs and keys")
	fs.StringVar(&c.Name, "name", c.Name, "prefix of everything that is made; a second cluster needs its own")
	switch args[0] {
	case "up":
		fs.IntVar(&c.Nodes, "nodes", c.Nodes, "how many minions")
		fs.IntVar(&c.Etcd, "etcd", c.Etcd, "members of an external etcd cluster; 0 embeds one in the API server")
		fs.StringVar(&c.Bin, "bin", c.Bin, "folder with the binaries")
		fs.StringVar(&c.Subnet, "subnet", c.Subnet, "first three numbers of the hosts' network; a second cluster needs its own")
		fs.StringVar(&c.ProxyMode, "proxy-mode", "", "kube-proxy's back end: nftables or iptables")
		if err := parse(fs, args[1:]); err != nil {
			return 0, err
		}
		return 0, up(ctx, c)
	case "down":
		if err := parse(fs, args[1:]); err != nil {
			return 0, err
		}
		return 0, down(ctx, c)
	case "exec":
		if err := parse(fs, args[1:]); err != nil {
			return 0, err
		}
		return inHost(ctx, c.State, fs.Args())
	}
	return 0, fmt.Errorf("unknown command %q; %s", args[0], usage)
}

// parse reads the flags. Asked for help it prints them and ends the program;
// a wrong one is an error of one line.
func parse(fs *flag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Println("Usage of " + fs.Name() + ":")
		fs.SetOutput(os.Stdout)
		fs.PrintDefaults()
		os.Exit(0)
	}
	if err != nil {
		return fmt.Errorf("%w ('%s --help' lists the flags)", err, fs.Name())
	}
	return nil
}

func down(ctx context.Context, c testbed.Config) error {
	if os.Geteuid() != 0 {
		return errors.New("must run as root")
	}
	if err := testbed.Down(ctx, c); err != nil {
		return err
	}
	fmt.Println("==> the cluster is gone: its processes, namespaces, mounts, rules and folders are removed")
	return nil
}

func inHost(ctx context.Context, state string, args []string) (int, error) {
	if len(args) < 2 {
		return 0, errors.New("exec needs a host and a command: testbed exec node1 ip route")
	}
	cl, err := testbed.Attach(state)
	if err != nil {
		return 0, err
	}
	h, err := cl.Host(args[0])
	if err != nil {
		return 0, err
	}
	cmd := h.Command(ctx, args[1], args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
