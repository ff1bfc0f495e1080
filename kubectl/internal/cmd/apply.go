package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/proto/patch"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// lastApplied is the annotation that holds what apply sent last, so that the
// next apply can tell fields that were taken out of the file from fields that
// somebody else set.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

type applyFlags struct {
	files          fileFlags
	write          writeFlags
	serverSide     bool
	forceConflicts bool
	overwrite      bool
}

func (a *App) apply() *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use:     "apply (-f FILENAME)",
		Short:   "Apply a configuration to a resource by file name or stdin",
		Long:    "Apply a configuration to a resource by file name or stdin. The resource is created if it does not exist yet; otherwise the changes since the last apply are made to it.",
		Example: examples("# Apply the objects of a file", "kubectl apply -f controller.yaml", "", "# See what would happen", "kubectl apply -f controller.yaml --dry-run=server"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(needFiles(c, f.files), f.write.check()); err != nil {
				return err
			}
			return a.runApply(c.Context(), f)
		},
	}
	f.files.add(c, "The files that contain the configurations to apply.")
	f.write.add(c, true)
	c.Flags().Lookup("field-manager").DefValue = "kubectl-client-side-apply"
	_ = c.Flags().Set("field-manager", "kubectl-client-side-apply")
	c.Flags().BoolVar(&f.serverSide, "server-side", false, "If true, apply runs in the server instead of the client.")
	c.Flags().BoolVar(&f.forceConflicts, "force-conflicts", false, "If true, server-side apply will force the changes against conflicts.")
	c.Flags().BoolVar(&f.overwrite, "overwrite", true, "Automatically resolve conflicts between the modified and live configuration by using values from the modified configuration")
	return c
}

func (a *App) runApply(ctx context.Context, f applyFlags) error {
	targets, err := a.fromFiles(ctx, f.files)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		apply := a.applyOne
		if f.serverSide {
			apply = a.applyOnServer
		}
		if err := apply(ctx, t, f); err != nil {
			errs = append(errs, &whileError{fmt.Sprintf("error when applying %q", t.source), err})
		}
	}
	return errors.Join(errs...)
}

func (a *App) applyOnServer(ctx context.Context, t target, f applyFlags) error {
	if f.write.manager == "kubectl-client-side-apply" {
		f.write.manager = "kubectl"
	}
	q := f.write.query()
	if f.forceConflicts {
		q.Set("force", "true")
	}
	body, err := json.Marshal(t.object)
	if err != nil {
		return err
	}
	got, err := a.client.Patch(ctx, t.mapping, t.namespace, t.name, "", api.ApplyType, body, q)
	if err != nil {
		return err
	}
	return a.done(t, got, "serverside-applied", &f.write)
}

// recordApplied puts the object as it is into its annotation.
func recordApplied(o api.Object) error {
	annotations, _ := o.Field("metadata", "annotations").(map[string]any)
	if annotations == nil {
		annotations = map[string]any{}
	}
	delete(annotations, lastApplied)
	o.Set(annotations, "metadata", "annotations")
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	annotations[lastApplied] = string(b) + "\n"
	return nil
}

// applyOne makes the stored object what the file says, and leaves alone what
// the file never said.
func (a *App) applyOne(ctx context.Context, t target, f applyFlags) error {
	if t.name == "" {
		return errors.New("from generateName: cannot use generate name with apply")
	}
	if t.mapping.Namespaced && t.object.Namespace() == "" {
		t.object.Set(t.namespace, "metadata", "namespace")
	}
	if err := recordApplied(t.object); err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		current, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, nil)
		if api.IsReason(err, "NotFound") {
			return a.createOne(ctx, t, &f.write)
		}
		if err != nil {
			return err
		}
		err = a.applyChange(ctx, t, current, f)
		if !api.IsReason(err, "Conflict") || attempt == 4 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt+1) * 200 * time.Millisecond):
		}
	}
}

func (a *App) applyChange(ctx context.Context, t target, current api.Object, f applyFlags) error {
	original := current.Strings("metadata", "annotations")[lastApplied]
	if original == "" {
		fmt.Fprintf(a.err, "Warning: resource %s/%s is missing the %s annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n",
			t.mapping.Resource, t.name, lastApplied)
		original = "{}"
	}
	body, kind, err := threeWay(t, []byte(original), current)
	if err != nil {
		return err
	}
	if string(body) == "{}" {
		return a.done(t, current, "unchanged", &f.write)
	}
	got := current
	if f.write.dryRun != "client" {
		if got, err = a.client.Patch(ctx, t.mapping, t.namespace, t.name, "", kind, body, f.write.query()); err != nil {
			return err
		}
	}
	verb := "configured"
	if got.String("metadata", "resourceVersion") == current.String("metadata", "resourceVersion") && f.write.dryRun == "none" {
		verb = "unchanged"
	}
	return a.done(t, got, verb, &f.write)
}

// threeWay is the patch from the stored object to the file, knowing what the
// last apply sent: strategic for kinds whose lists have keys that we know, a
// merge patch for all others.
func threeWay(t target, original []byte, current api.Object) (body []byte, contentType string, err error) {
	modified, err := json.Marshal(t.object)
	if err != nil {
		return nil, "", err
	}
	live, err := json.Marshal(current)
	if err != nil {
		return nil, "", err
	}
	if kind := scheme.ByKind(t.mapping.APIVersion(), t.mapping.Kind); kind != nil {
		body, err = patch.ThreeWay(original, modified, live, schema.For(kind.New()))
		return body, api.StrategicType, err
	}
	body, err = patch.ThreeWay(original, modified, live, nil)
	return body, api.MergeType, err
}
