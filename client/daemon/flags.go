package daemon

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// FlagGroups is a program's flags by topic, as --help shows them.
type FlagGroups struct {
	groups []flagGroup
}

type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// Group is the flags under a title, such as "Authentication"; they are shown
// in the order in which titles were first asked for.
func (g *FlagGroups) Group(title string) *pflag.FlagSet {
	i := slices.IndexFunc(g.groups, func(x flagGroup) bool { return x.title == title })
	if i >= 0 {
		return g.groups[i].flags
	}
	fs := pflag.NewFlagSet(title, pflag.ContinueOnError)
	fs.SortFlags = false
	g.groups = append(g.groups, flagGroup{title, fs})
	return fs
}

// all is every flag in one set, for parsing. Underscores count as dashes, as
// operators of old are used to.
func (g *FlagGroups) all(name string) *pflag.FlagSet {
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	fs.Usage = func() {}
	fs.SetOutput(io.Discard)
	fs.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
	})
	for _, x := range g.groups {
		fs.AddFlagSet(x.flags)
	}
	return fs
}

// commonFlags are those of every program.
type commonFlags struct {
	help, version bool
	verbosity     int
	format        string
}

func (c *commonFlags) add(g *FlagGroups) {
	fs := g.Group("Logs and help")
	fs.IntVarP(&c.verbosity, "v", "v", 0, "how much to log: 0 what operators need, 2 and more also each step")
	fs.StringVar(&c.format, "logging-format", "text", "form of the log: text or json")
	fs.BoolVarP(&c.help, "help", "h", false, "show this text")
	fs.BoolVar(&c.version, "version", false, "print the version")
}

// startLog makes slog write what the flags ask for.
func (c *commonFlags) startLog(w io.Writer) error {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.verbosity >= 2 {
		o.Level = slog.LevelDebug
	}
	switch c.format {
	case "text":
		slog.SetDefault(slog.New(slog.NewTextHandler(w, o)))
	case "json":
		slog.SetDefault(slog.New(slog.NewJSONHandler(w, o)))
	default:
		return fmt.Errorf("--logging-format=%s: must be text or json", c.format)
	}
	return nil
}

// help prints how to call cmd.
func (cmd *Command) help(w io.Writer, path string, g *FlagGroups) {
	fmt.Fprintf(w, "%s - %s\n\n", path, cmd.Short)
	if cmd.Long != "" {
		fmt.Fprintf(w, "%s\n\n", strings.TrimSpace(cmd.Long))
	}
	usage := path + " [flags]"
	if cmd.Args != "" {
		usage += " " + cmd.Args
	}
	fmt.Fprintf(w, "Usage:\n  %s\n", usage)
	if len(cmd.Commands) > 0 {
		fmt.Fprintf(w, "\nCommands (%s COMMAND --help tells more):\n", path)
		for _, c := range cmd.Commands {
			fmt.Fprintf(w, "  %-14s %s\n", c.Name, c.Short)
		}
	}
	for _, x := range g.groups {
		if x.flags.HasAvailableFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", x.title, x.flags.FlagUsagesWrapped(100))
		}
	}
}
