package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

type deleteFlags struct {
	selectFlags
	files          fileFlags
	output         string
	cascade        string
	grace          int
	force, now     bool
	wait           bool
	ignoreNotFound bool
	timeout        time.Duration
	dryRun         string
}

func (a *App) delete() *cobra.Command {
	var f deleteFlags
	c := &cobra.Command{
		Use:     "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)])",
		Short:   "Delete resources by file names, stdin, resources and names, or by resources and label selector",
		Example: examples("# Delete what a file describes", "kubectl delete -f controller.yaml", "", "# Delete pods and services with a label", "kubectl delete pods,services -l name=web", "", "# Delete a pod at once", "kubectl delete pod web-1 --now"),
		RunE:    func(c *cobra.Command, args []string) error { return a.runDelete(c.Context(), args, f) },
	}
	f.selectFlags.add(c, true)
	f.files.add(c, "containing the resource to delete.")
	fl := c.Flags()
	fl.StringVarP(&f.output, "output", "o", "", "Output mode. Use \"-o name\" for shorter output (resource/name).")
	fl.StringVar(&f.cascade, "cascade", "background", `Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents (e.g. Pods created by a ReplicationController).`)
	fl.Lookup("cascade").NoOptDefVal = "background"
	fl.IntVar(&f.grace, "grace-period", -1, "Period of time in seconds given to the resource to terminate gracefully. Ignored if negative. Set to 1 for immediate shutdown.")
	fl.BoolVar(&f.force, "force", false, "If true, immediately remove resources from API and bypass graceful deletion.")
	fl.BoolVar(&f.now, "now", false, "If true, resources are signaled for immediate shutdown (same as --grace-period=1).")
	fl.BoolVar(&f.wait, "wait", true, "If true, wait for resources to be gone before returning.")
	fl.BoolVar(&f.ignoreNotFound, "ignore-not-found", false, "Treat \"resource not found\" as a successful delete.")
	fl.DurationVar(&f.timeout, "timeout", 0, "The length of time to wait before giving up on a delete, zero means no limit")
	fl.StringVar(&f.dryRun, "dry-run", "none", `Must be "none", "server", or "client".`)
	fl.Lookup("dry-run").NoOptDefVal = "client"
	return c
}

// options are the DeleteOptions that the flags ask for.
func (f *deleteFlags) options() (api.Object, error) {
	o := api.Object{"kind": "DeleteOptions", "apiVersion": "v1"}
	switch f.cascade {
	case "background", "true":
		o["propagationPolicy"] = "Background"
	case "orphan", "false":
		o["propagationPolicy"] = "Orphan"
	case "foreground":
		o["propagationPolicy"] = "Foreground"
	default:
		return nil, fmt.Errorf(`invalid cascade value (%s). Must be "background", "foreground", or "orphan"`, f.cascade)
	}
	if f.now {
		if f.grace >= 0 {
			return nil, errors.New("--now and --grace-period cannot be specified together")
		}
		f.grace = 1
	}
	if f.force && f.grace < 0 {
		f.grace = 0
	}
	if f.grace == 0 && !f.force {
		// Zero without --force asks for a graceful end as short as it can be.
		f.grace = 1
	}
	if f.grace >= 0 {
		o["gracePeriodSeconds"] = f.grace
	}
	if f.dryRun == "server" {
		o["dryRun"] = []any{"All"}
	}
	return o, nil
}

func (a *App) runDelete(ctx context.Context, args []string, f deleteFlags) error {
	options, err := f.options()
	if err != nil {
		return err
	}
	targets, err := a.toDelete(ctx, args, f)
	if err != nil {
		return err
	}
	if f.force && f.grace == 0 {
		fmt.Fprintln(a.err, "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.")
	}
	var errs []error
	var waiting []target
	for _, t := range targets {
		got := t.object
		if f.dryRun != "client" {
			got, err = a.client.Delete(ctx, t.mapping, t.namespace, t.name, options, nil)
			if err != nil {
				if !(f.ignoreNotFound && api.IsReason(err, "NotFound")) {
					errs = append(errs, a.whileDeleting(t, err))
				}
				continue
			}
		}
		a.sayDeleted(t, f)
		t.object = got
		waiting = append(waiting, t)
	}
	if f.wait && f.dryRun == "none" && !f.force {
		errs = append(errs, a.waitGone(ctx, waiting, f.timeout))
	}
	return errors.Join(errs...)
}

func (a *App) whileDeleting(t target, err error) error {
	if t.source == "" {
		return err
	}
	return &whileError{fmt.Sprintf("error when deleting %q", t.source), err}
}

func (a *App) sayDeleted(t target, f deleteFlags) {
	if f.output == "name" {
		fmt.Fprintln(a.out, t)
		return
	}
	verb := "deleted"
	if f.force && f.grace == 0 {
		verb = "force deleted"
	}
	switch f.dryRun {
	case "client":
		verb += " (dry run)"
	case "server":
		verb += " (server dry run)"
	}
	kind, name := t.mapping.NameOf(""), t.name
	fmt.Fprintf(a.out, "%s \"%s\" %s\n", kind[:len(kind)-1], name, verb)
}

// toDelete lists the objects that are meant, so that a type alone never
// deletes everything.
func (a *App) toDelete(ctx context.Context, args []string, f deleteFlags) ([]target, error) {
	if len(f.files.names) > 0 {
		return a.fromFiles(ctx, f.files)
	}
	named, err := a.resolve(ctx, args, f.selectFlags)
	if err != nil {
		return nil, err
	}
	for _, t := range named {
		if t.name == "" && f.labels == "" && f.fields == "" && !f.all {
			return nil, errors.New("resource(s) were provided, but no name was specified")
		}
		if t.name != "" && f.all {
			return nil, errors.New("name cannot be provided when --all is specified")
		}
	}
	if named[0].name != "" {
		return named, nil
	}
	found, err := a.find(ctx, args, f.files, f.selectFlags)
	if err == nil && len(found) == 0 {
		fmt.Fprintln(a.out, "No resources found")
	}
	return found, err
}

// waitGone waits until every target has vanished, or is another object of the
// same name.
func (a *App) waitGone(ctx context.Context, targets []target, timeout time.Duration) error {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	for _, t := range targets {
		uid := deletedUID(t.object)
		for {
			now, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, nil)
			if api.IsReason(err, "NotFound") || err == nil && uid != "" && now.String("metadata", "uid") != uid {
				break
			}
			if err != nil {
				if ctx.Err() != nil {
					return fmt.Errorf("timed out waiting for the condition on %s", t)
				}
				return err
			}
			if err := a.untilDeleted(ctx, t, now); err != nil && ctx.Err() != nil {
				return fmt.Errorf("timed out waiting for the condition on %s", t)
			}
		}
	}
	return nil
}

// untilDeleted watches one object until it goes.
func (a *App) untilDeleted(ctx context.Context, t target, now api.Object) error {
	q := (&selectFlags{fields: "metadata.name=" + t.name}).query()
	q.Set("resourceVersion", now.String("metadata", "resourceVersion"))
	return a.client.Watch(ctx, t.mapping.Path(t.namespace, "", ""), q, false, func(e api.Event) (bool, error) {
		return e.Type != "DELETED", nil
	})
}

// deletedUID is the uid that an answer to a delete names: a Status carries it
// in its details, an object in its metadata.
func deletedUID(o api.Object) string {
	if u := o.String("details", "uid"); u != "" {
		return u
	}
	return o.String("metadata", "uid")
}
