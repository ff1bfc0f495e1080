package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

type scaleFlags struct {
	selectFlags
	files    fileFlags
	write    writeFlags
	replicas int
	current  int
	version  string
	timeout  time.Duration
}

func (a *App) scale() *cobra.Command {
	var f scaleFlags
	c := &cobra.Command{
		Use:     "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
		Short:   "Set a new size for a deployment, replica set, or replication controller",
		Example: examples("# Run three replicas", "kubectl scale --replicas=3 rc/nginx-test-controller", "", "# Only if there are five now", "kubectl scale --current-replicas=5 --replicas=3 rc/nginx-test-controller"),
		RunE: func(c *cobra.Command, args []string) error {
			if f.replicas < 0 {
				return errors.New("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
			}
			if err := f.write.check(); err != nil {
				return err
			}
			return a.runScale(c.Context(), args, f)
		},
	}
	f.selectFlags.add(c, true)
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to set a new size")
	f.write.add(c, false)
	fl := c.Flags()
	fl.IntVar(&f.replicas, "replicas", -1, "The new desired number of replicas. Required.")
	fl.IntVar(&f.current, "current-replicas", -1, "Precondition for current size. Requires that the current size of the resource match this value in order to scale.")
	fl.StringVar(&f.version, "resource-version", "", "Precondition for resource version.")
	fl.DurationVar(&f.timeout, "timeout", 0, "The length of time to wait before giving up on a scale operation, zero means don't wait.")
	return c
}

func (a *App) runScale(ctx context.Context, args []string, f scaleFlags) error {
	targets, err := a.find(ctx, args, f.files, f.selectFlags)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no objects passed to scale")
	}
	var errs []error
	for _, t := range targets {
		errs = append(errs, a.scaleOne(ctx, t, f))
	}
	return errors.Join(errs...)
}

func (a *App) scaleOne(ctx context.Context, t target, f scaleFlags) error {
	if !slices.Contains(t.mapping.Subresources, "scale") {
		return fmt.Errorf("cannot scale %s: the server has no scale for it", t)
	}
	now := int(t.object.Int("spec", "replicas"))
	if f.current >= 0 && now != f.current {
		return fmt.Errorf("Expected replicas to be %d, was %d", f.current, now)
	}
	if v := t.object.String("metadata", "resourceVersion"); f.version != "" && v != f.version {
		return fmt.Errorf("Expected resource version to be %s, was %s", f.version, v)
	}
	patch := api.Object{"spec": map[string]any{"replicas": f.replicas}}
	if f.current >= 0 || f.version != "" {
		patch.Set(t.object.String("metadata", "resourceVersion"), "metadata", "resourceVersion")
	}
	body, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	got := t.object
	if f.write.dryRun != "client" {
		if got, err = a.client.Patch(ctx, t.mapping, t.namespace, t.name, "scale", api.MergeType, body, f.write.query()); err != nil {
			return err
		}
	}
	if err := a.done(t, got, "scaled", &f.write); err != nil || f.timeout <= 0 || f.write.dryRun != "none" {
		return err
	}
	return a.waitScaled(ctx, t, f)
}

// waitScaled waits until the status counts as many replicas as are wanted.
func (a *App) waitScaled(ctx context.Context, t target, f scaleFlags) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	for {
		now, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, nil)
		if err == nil && int(now.Int("status", "replicas")) == f.replicas {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("timed out waiting for %q to be synced", t)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
