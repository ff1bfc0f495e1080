package cmd

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

// writeFlags are what commands that change objects have in common.
type writeFlags struct {
	output     string
	dryRun     string
	validate   string
	manager    string
	managed    bool
	validating bool // whether the command has --validate
}

func (w *writeFlags) add(c *cobra.Command, validate bool) {
	f := c.Flags()
	f.StringVarP(&w.output, "output", "o", "", "Output format. One of: "+printer.Forms)
	f.StringVar(&w.dryRun, "dry-run", "none", `Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.`)
	f.Lookup("dry-run").NoOptDefVal = "client"
	f.StringVar(&w.manager, "field-manager", "kubectl-"+c.Name(), "Name of the manager used to track field ownership.")
	f.BoolVar(&w.managed, "show-managed-fields", false, "If true, keep the managedFields when printing objects in JSON or YAML format.")
	if validate {
		w.validating = true
		f.StringVar(&w.validate, "validate", "strict", `Must be one of: strict (or true), warn, ignore (or false). How to treat fields that the server does not know.`)
		f.Lookup("validate").NoOptDefVal = "strict"
	}
}

// check reports a flag that has no such value.
func (w *writeFlags) check() error {
	switch w.dryRun {
	case "none", "client", "server":
	default:
		return fmt.Errorf(`Invalid dry-run value (%s). Must be "none", "server", or "client".`, w.dryRun)
	}
	if _, err := w.fieldValidation(); err != nil {
		return err
	}
	if w.output == "name" {
		return nil
	}
	_, err := printer.For(w.output, w.managed)
	return err
}

func (w *writeFlags) fieldValidation() (string, error) {
	switch w.validate {
	case "":
		return "", nil
	case "strict", "true":
		return "Strict", nil
	case "warn":
		return "Warn", nil
	case "ignore", "false":
		return "Ignore", nil
	}
	return "", fmt.Errorf(`invalid - validate option %q; must be one of: strict (or true), warn, ignore (or false)`, w.validate)
}

// query is the request's parameters.
func (w *writeFlags) query() url.Values {
	q := url.Values{}
	if w.dryRun == "server" {
		q.Set("dryRun", "All")
	}
	if w.manager != "" {
		q.Set("fieldManager", w.manager)
	}
	if v, _ := w.fieldValidation(); v != "" {
		q.Set("fieldValidation", v)
	}
	return q
}

// done says what happened to an object: "pod/web created", or the object in
// the form asked for.
func (a *App) done(t target, o api.Object, verb string, w *writeFlags) error {
	if w.output == "name" {
		_, err := fmt.Fprintln(a.out, t)
		return err
	}
	print, err := printer.For(w.output, w.managed)
	if err != nil {
		return err
	}
	if print != nil {
		return print(a.out, o)
	}
	switch w.dryRun {
	case "client":
		verb += " (dry run)"
	case "server":
		verb += " (server dry run)"
	}
	_, err = fmt.Fprintf(a.out, "%s %s\n", t, verb)
	return err
}

// needFiles reports that -f is missing.
func needFiles(c *cobra.Command, f fileFlags) error {
	if len(f.names) == 0 {
		return errors.New("must specify --filename or -f (the file, folder or URL with the objects; - reads standard input)")
	}
	return nil
}
