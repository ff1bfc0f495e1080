package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/describe"
	"github.com/pilothouse/pilothouse/kubectl/internal/rollout"
)

func (a *App) rollout() *cobra.Command {
	c := &cobra.Command{
		Use:     "rollout SUBCOMMAND",
		Short:   "Manage the rollout of a resource",
		Long:    "Manage the rollout of one or many deployments, daemon sets and stateful sets.",
		Example: examples("# Back to what was before", "kubectl rollout undo deployment/web", "", "# Wait until a rollout is over", "kubectl rollout status deployment/web --timeout=2m"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef(c, "unknown command %q", strings.Join(args, " "))
			}
			return c.Help()
		},
	}
	c.AddCommand(a.rolloutHistory(), a.rolloutChange("pause", "Mark the provided resource as paused", "paused", a.pause(true)),
		a.rolloutChange("restart", "Restart a resource", "restarted", a.restart()),
		a.rolloutChange("resume", "Resume a paused resource", "resumed", a.pause(false)), a.rolloutStatus(), a.rolloutUndo())
	return c
}

// change makes the patch for one object.
type change func(o api.Object) (rollout.Patch, error)

func (a *App) pause(paused bool) func() change {
	return func() change { return func(o api.Object) (rollout.Patch, error) { return rollout.Pause(o, paused) } }
}

func (a *App) restart() func() change {
	return func() change { return func(o api.Object) (rollout.Patch, error) { return rollout.Restart(o, a.now()) } }
}

// rolloutChange is a subcommand that sends one patch per object.
func (a *App) rolloutChange(name, short, verb string, how func() change) *cobra.Command {
	var f fileFlags
	var w writeFlags
	var sel selectFlags
	c := &cobra.Command{
		Use: name + " (-f FILENAME | TYPE NAME | TYPE/NAME)", Short: short,
		Example: examples("kubectl rollout " + name + " deployment/web"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := w.check(); err != nil {
				return err
			}
			targets, err := a.rolloutTargets(c.Context(), args, f, sel)
			if err != nil {
				return err
			}
			var errs []error
			for _, t := range targets {
				p, err := how()(t.object)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s %q %w", t.mapping.FullName(), t.name, err))
					continue
				}
				errs = append(errs, a.sendPatch(c.Context(), t, p, verb, &w))
			}
			return errors.Join(errs...)
		},
	}
	f.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	w.add(c, false)
	w.noDryRun(c)
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	w.manager = "kubectl-rollout"
	return c
}

// noDryRun takes away a flag that the command does not have.
func (w *writeFlags) noDryRun(c *cobra.Command) { _ = c.Flags().MarkHidden("dry-run") }

func (a *App) rolloutTargets(ctx context.Context, args []string, f fileFlags, sel selectFlags) ([]target, error) {
	if len(args) == 0 && len(f.names) == 0 {
		return nil, errors.New("required resource not specified")
	}
	targets, err := a.find(ctx, args, f, sel)
	for i := range targets {
		if targets[i].object.Kind() == "" {
			targets[i].object["kind"], targets[i].object["apiVersion"] = targets[i].mapping.Kind, targets[i].mapping.APIVersion()
		}
	}
	return targets, err
}

func (a *App) sendPatch(ctx context.Context, t target, p rollout.Patch, verb string, w *writeFlags) error {
	got := t.object
	if w.dryRun != "client" {
		var err error
		if got, err = a.client.Patch(ctx, t.mapping, t.namespace, t.name, "", p.Type, p.Body, w.query()); err != nil {
			return err
		}
	}
	return a.done(t, got, verb, w)
}

func (a *App) rolloutStatus() *cobra.Command {
	var f fileFlags
	var sel selectFlags
	watch, revision, timeout := true, int64(0), time.Duration(0)
	c := &cobra.Command{
		Use: "status (TYPE NAME | TYPE/NAME) [flags]", Short: "Show the status of the rollout",
		Example: examples("# Watch the rollout status of a deployment", "kubectl rollout status deployment/web"),
		RunE: func(c *cobra.Command, args []string) error {
			if revision < 0 {
				return fmt.Errorf("revision must be a positive integer: %d", revision)
			}
			targets, err := a.rolloutTargets(c.Context(), args, f, sel)
			if err != nil {
				return err
			}
			ctx := c.Context()
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, timeout)
				defer cancel()
			}
			for _, t := range targets {
				if err := a.followRollout(ctx, t, revision, watch); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	c.Flags().BoolVarP(&watch, "watch", "w", true, "Watch the status of the rollout until it's done.")
	c.Flags().Int64Var(&revision, "revision", 0, "Pin to a specific revision for showing its status. Defaults to 0 (last revision).")
	c.Flags().DurationVar(&timeout, "timeout", 0, "The length of time to wait before ending watch, zero means never.")
	return c
}

// followRollout prints how far a rollout is, until it is over.
func (a *App) followRollout(ctx context.Context, t target, revision int64, watch bool) error {
	o, last := t.object, ""
	for {
		text, done, err := rollout.Status(o, revision)
		if err != nil {
			return err
		}
		if text != last {
			fmt.Fprint(a.out, text)
			last = text
		}
		if done || !watch {
			return nil
		}
		if err := a.nextChange(ctx, t, o); err != nil && ctx.Err() == nil {
			return err
		}
		if ctx.Err() != nil {
			return errors.New("timed out waiting for the condition")
		}
		if o, err = a.client.Read(ctx, t.mapping, t.namespace, t.name, nil); api.IsReason(err, "NotFound") {
			return errors.New("object has been deleted")
		}
		switch {
		case ctx.Err() != nil:
			return errors.New("timed out waiting for the condition")
		case err != nil:
			return err
		}
	}
}

// revisions reads what is kept of a workload's history.
func (a *App) revisions(ctx context.Context, t target) ([]rollout.Revision, error) {
	word, err := rollout.Keeper(t.object.Kind())
	if err != nil {
		return nil, err
	}
	m, err := a.client.ResolveOne(ctx, word)
	if err != nil {
		return nil, err
	}
	list, err := a.client.Read(ctx, m, t.namespace, "", nil)
	if err != nil {
		return nil, err
	}
	return rollout.Revisions(t.object, list.Items()), nil
}

func (a *App) rolloutHistory() *cobra.Command {
	var f fileFlags
	var sel selectFlags
	revision := int64(0)
	c := &cobra.Command{
		Use: "history (TYPE NAME | TYPE/NAME) [flags]", Short: "View rollout history",
		Example: examples("# All revisions", "kubectl rollout history deployment/web", "", "# The pods of one", "kubectl rollout history deployment/web --revision=3"),
		RunE: func(c *cobra.Command, args []string) error {
			if revision < 0 {
				return fmt.Errorf("revision must be a positive integer: %d", revision)
			}
			targets, err := a.rolloutTargets(c.Context(), args, f, sel)
			if err != nil {
				return err
			}
			for _, t := range targets {
				if err := a.showHistory(c.Context(), t, revision); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	c.Flags().Int64Var(&revision, "revision", 0, "See the details, including podTemplate of the revision specified")
	return c
}

func (a *App) showHistory(ctx context.Context, t target, revision int64) error {
	list, err := a.revisions(ctx, t)
	if err != nil {
		return err
	}
	if revision == 0 {
		_, err := fmt.Fprintf(a.out, "%s \n%s\n", t, rollout.Table(list))
		return err
	}
	r, err := rollout.Find(list, revision)
	if err != nil {
		return err
	}
	text, err := templateText(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s with revision #%d\n%s\n", t, revision, text)
	return err
}

func templateText(r rollout.Revision) (string, error) {
	template := r.Template()
	if r.Cause != "" {
		if template == nil {
			template = api.Object{}
		}
		template.Set(r.Cause, "metadata", "annotations", "kubernetes.io/change-cause")
	}
	var b bytes.Buffer
	err := describe.Template(&b, template)
	return b.String(), err
}

func (a *App) rolloutUndo() *cobra.Command {
	var f fileFlags
	var w writeFlags
	var sel selectFlags
	to := int64(0)
	c := &cobra.Command{
		Use: "undo (TYPE NAME | TYPE/NAME) [flags]", Short: "Undo a previous rollout",
		Example: examples("kubectl rollout undo deployment/web", "kubectl rollout undo daemonset/agent --to-revision=3"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := w.check(); err != nil {
				return err
			}
			targets, err := a.rolloutTargets(c.Context(), args, f, sel)
			if err != nil {
				return err
			}
			var errs []error
			for _, t := range targets {
				errs = append(errs, a.undo(c.Context(), t, to, &w))
			}
			return errors.Join(errs...)
		},
	}
	f.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	w.add(c, false)
	w.manager = "kubectl-rollout"
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	c.Flags().Int64Var(&to, "to-revision", 0, "The revision to rollback to. Default to 0 (last revision).")
	return c
}

func (a *App) undo(ctx context.Context, t target, number int64, w *writeFlags) error {
	list, err := a.revisions(ctx, t)
	if err != nil {
		return err
	}
	to, err := rollout.Target(t.object, list, number)
	if err != nil {
		return err
	}
	if w.dryRun == "client" && w.output == "" {
		to.Cause = "" // it is the revision's, and does not come back
		text, err := templateText(to)
		if err != nil {
			return err
		}
		if t.object.Kind() != "Deployment" {
			text = "will roll back to " + text
		}
		_, err = fmt.Fprintf(a.out, "%s %s (dry run)\n", t, text)
		return err
	}
	p, changed, err := rollout.Undo(t.object, to)
	if err != nil {
		return err
	}
	if !changed {
		verb := fmt.Sprintf("skipped rollback (current template already matches revision %d)", to.Number)
		return a.done(t, t.object, verb, w)
	}
	return a.sendPatch(ctx, t, p, "rolled back", w)
}
