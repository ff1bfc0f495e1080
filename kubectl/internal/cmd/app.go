// Package cmd is kubectl's commands, one file each. Every command is a method
// of App that returns a cobra command; app.go has what they share: where the
// server is, which namespace counts, how errors are said.
//
// A command finds the objects it is about with targets.go (from the command
// line) and manifests.go (from files), and prints through internal/printer.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// App is one run of kubectl.
type App struct {
	in       io.Reader
	out, err io.Writer
	global   globalFlags
	client   *api.Client // made by connect
	now      func() time.Time
}

// globalFlags are the flags of every command.
type globalFlags struct {
	kubeconfig, context, cluster, user string
	namespace, server, token           string
	caFile, certFile, keyFile          string
	tlsServerName                      string
	insecure                           bool
	timeout                            string
	verbosity                          int
}

// Main runs kubectl and returns its exit code.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &App{in: in, out: out, err: errOut, now: time.Now}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	return a.report(root.ExecuteContext(ctx))
}

// exitError ends kubectl with a code and no message.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// report says what went wrong, in the words that every kubectl uses, and
// returns the exit code.
func (a *App) report(err error) int {
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	}
	for _, e := range flatten(err) {
		fmt.Fprintln(a.err, message(e))
	}
	return 1
}

// flatten splits joined errors, so that each gets a line.
func flatten(err error) []error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range j.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// whileError is a server's refusal with what was being done.
type whileError struct {
	doing string // `error when creating "f.yaml"`
	err   error
}

func (e *whileError) Error() string { return e.doing + ": " + e.err.Error() }
func (e *whileError) Unwrap() error { return e.err }

func message(err error) string {
	var s *api.StatusError
	if !errors.As(err, &s) {
		if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Addr != nil && errors.Is(err, syscall.ECONNREFUSED) {
			return fmt.Sprintf("The connection to the server %s was refused - did you specify the right host or port?", dial.Addr)
		}
		return "error: " + err.Error()
	}
	doing := ""
	var w *whileError
	if errors.As(err, &w) {
		doing = w.doing + ": "
	}
	switch s.Reason {
	case "Invalid":
		if kind, name := s.Details.String("kind"), s.Details.String("name"); kind != "" && len(s.Details.List("causes")) > 0 {
			return fmt.Sprintf("The %s %q is invalid: %s", kind, name, causes(s))
		}
		return "The request is invalid: " + s.Message
	case "Unauthorized":
		return "error: You must be logged in to the server (" + doing + s.Message + ")"
	case "":
		return "Error from server: " + doing + s.Message
	}
	return fmt.Sprintf("Error from server (%s): %s%s", s.Reason, doing, s.Message)
}

// causes lists a refusal's reasons: one behind the colon, several as a list.
func causes(s *api.StatusError) string {
	list := s.Details.List("causes")
	texts := make([]string, 0, len(list))
	for _, c := range list {
		texts = append(texts, strings.TrimPrefix(c.String("field")+": "+c.String("message"), ": "))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "\n* " + strings.Join(texts, "\n* ")
}

// usagef is a mistake on the command line.
func usagef(c *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s\nSee '%s -h' for help and examples", fmt.Sprintf(format, args...), c.CommandPath())
}

func (a *App) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl",
		Short: "kubectl controls the cluster manager",
		Long:  "kubectl controls a Pilothouse cluster, or any other that speaks the Kubernetes API.",
		Run:   func(c *cobra.Command, _ []string) { _ = c.Help() },

		SilenceErrors: true, SilenceUsage: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	f := root.PersistentFlags()
	g := &a.global
	f.StringVar(&g.kubeconfig, "kubeconfig", "", "Path to the kubeconfig file to use for CLI requests.")
	f.StringVar(&g.context, "context", "", "The name of the kubeconfig context to use")
	f.StringVar(&g.cluster, "cluster", "", "The name of the kubeconfig cluster to use")
	f.StringVar(&g.user, "user", "", "The name of the kubeconfig user to use")
	f.StringVarP(&g.namespace, "namespace", "n", "", "If present, the namespace scope for this CLI request")
	f.StringVarP(&g.server, "server", "s", "", "The address and port of the API server")
	f.StringVar(&g.token, "token", "", "Bearer token for authentication to the API server")
	f.StringVar(&g.caFile, "certificate-authority", "", "Path to a cert file for the certificate authority")
	f.StringVar(&g.certFile, "client-certificate", "", "Path to a client certificate file for TLS")
	f.StringVar(&g.keyFile, "client-key", "", "Path to a client key file for TLS")
	f.StringVar(&g.tlsServerName, "tls-server-name", "", "Server name to use for server certificate validation")
	f.BoolVar(&g.insecure, "insecure-skip-tls-verify", false, "If true, the server's certificate will not be checked for validity")
	f.StringVar(&g.timeout, "request-timeout", "0", "The length of time to wait before giving up on a single server request (1s, 2m); 0 waits for ever")
	f.IntVarP(&g.verbosity, "v", "v", 0, "number for the log level verbosity")

	groups := []struct {
		title    string
		commands []*cobra.Command
	}{
		{"Basic Commands:", []*cobra.Command{a.create(), a.expose(), a.run(), a.set(), a.get(), a.delete(), a.explain()}},
		{"Deploy Commands:", []*cobra.Command{a.rollout(), a.rollingUpdate(), a.scale(), a.autoscale()}},
		{"Cluster Management Commands:", []*cobra.Command{a.clusterInfo(), a.cordon(false), a.cordon(true), a.drain(), a.taint(), a.top()}},
		{"Troubleshooting and Debugging Commands:", []*cobra.Command{a.describe(), a.logs(), a.exec(), a.events()}},
		{"Advanced Commands:", []*cobra.Command{a.apply(), a.patch(), a.replace(), a.wait()}},
		{"Settings Commands:", []*cobra.Command{a.label(), a.annotate()}},
		{"Other Commands:", []*cobra.Command{a.apiResources(), a.apiVersions(), a.config(), a.version()}},
	}
	for i, g := range groups {
		id := fmt.Sprint(i)
		root.AddGroup(&cobra.Group{ID: id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = id
			root.AddCommand(c)
		}
	}
	return root
}

// examples indents the examples of a command.
func examples(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
