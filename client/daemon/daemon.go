// Package daemon is what every main of the house does alike: flags in groups,
// --help and --version, logs, the signals, one line for an error; and the
// HTTP server on which a daemon shows its health and its metrics.
//
// A main is then one call:
//
//	func main() {
//		cfg := scheduler.DefaultConfig()
//		daemon.Main(daemon.Command{
//			Name: "kube-scheduler", Short: "chooses a node for each pod",
//			Flags: cfg.AddFlags,
//			Run:   func(ctx context.Context) error { return scheduler.Run(ctx, cfg) },
//		})
//	}
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/pilothouse/pilothouse/client/version"
)

// Command is a program, or one of the subcommands of a program.
type Command struct {
	// Name is the binary's or the subcommand's; Short says in a line what it
	// does, Long in a paragraph.
	Name, Short, Long string
	// Flags adds the command's flags; nil when it has none.
	Flags func(*FlagGroups)
	// Args describes positional arguments, such as "[FILE...]"; without it
	// they are an error. They are handed out by Args(ctx).
	Args string
	// Run does the work until ctx ends.
	Run func(ctx context.Context) error
	// Commands are subcommands; a command may have both these and Run.
	Commands []Command
}

// UsageError is an error in how a program was called; it exits with 2.
type UsageError struct{ Err error }

// Error is what was wrong.
func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap is the error in e.
func (e UsageError) Unwrap() error { return e.Err }

// Main runs the program and exits: 0 when it ended well, 1 for an error, 2 for
// a wrong command line. SIGTERM and SIGINT end the context; a second one ends
// the program at once.
func Main(cmd Command) {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	os.Exit(Execute(ctx, cmd, os.Args[1:], os.Stdout, os.Stderr))
}

// Execute is Main for tests: it returns the exit code.
func Execute(ctx context.Context, cmd Command, args []string, out, errOut io.Writer) int {
	err := cmd.execute(ctx, cmd.Name, args, out)
	var usage UsageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(errOut, "%s: %v ('%s --help' lists the flags)\n", cmd.Name, oneLine(err), cmd.Name)
		return 2
	default:
		fmt.Fprintf(errOut, "%s: %v\n", cmd.Name, oneLine(err))
		return 1
	}
}

func oneLine(err error) string {
	return strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
}

// untilSignal is a context that ends on the first SIGTERM or SIGINT.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(130)
	}()
	return ctx, cancel
}

// execute runs cmd, or the subcommand that args name.
func (cmd *Command) execute(ctx context.Context, path string, args []string, out io.Writer) error {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		for i := range cmd.Commands {
			if sub := &cmd.Commands[i]; sub.Name == args[0] {
				return sub.execute(ctx, path+" "+sub.Name, args[1:], out)
			}
		}
		if len(cmd.Commands) > 0 && cmd.Args == "" {
			return UsageError{fmt.Errorf("no command %q; there are %s", args[0], cmd.subcommands())}
		}
	}
	groups := &FlagGroups{}
	if cmd.Flags != nil {
		cmd.Flags(groups)
	}
	var common commonFlags
	common.add(groups)
	all := groups.all(path)
	switch err := all.Parse(args); {
	case errors.Is(err, pflag.ErrHelp), err == nil && common.help:
		cmd.help(out, path, groups)
		return nil
	case err != nil:
		return UsageError{err}
	case common.version:
		fmt.Fprintln(out, version.Get())
		return nil
	case all.NArg() > 0 && cmd.Args == "":
		return UsageError{fmt.Errorf("unexpected argument %q; flags are written --name=value", all.Arg(0))}
	case cmd.Run == nil:
		cmd.help(out, path, groups)
		return nil
	}
	if err := common.startLog(os.Stderr); err != nil {
		return UsageError{err}
	}
	return cmd.Run(context.WithValue(ctx, argsKey{}, all.Args()))
}

type argsKey struct{}

// Args are the positional arguments of the command that runs under ctx.
func Args(ctx context.Context) []string {
	args, _ := ctx.Value(argsKey{}).([]string)
	return args
}

func (cmd *Command) subcommands() string {
	var names []string
	for _, c := range cmd.Commands {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
