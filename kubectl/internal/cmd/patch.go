package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// patchTypes are the kinds of patches by the names of --type.
var patchTypes = map[string]string{"strategic": api.StrategicType, "merge": api.MergeType, "json": api.PatchType}

type patchFlags struct {
	files       fileFlags
	write       writeFlags
	typ         string
	text, file  string
	subresource string
}

func (a *App) patch() *cobra.Command {
	var f patchFlags
	c := &cobra.Command{
		Use:     "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
		Short:   "Update fields of a resource",
		Example: examples("# Make a node unschedulable", `kubectl patch node node1 -p '{"spec":{"unschedulable":true}}'`, "", "# A JSON patch", `kubectl patch pod web-1 --type=json -p='[{"op":"replace","path":"/spec/containers/0/image","value":"nginx:1.22"}]'`),
		RunE:    func(c *cobra.Command, args []string) error { return a.runPatch(c.Context(), args, f) },
	}
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to update")
	f.write.add(c, false)
	fl := c.Flags()
	fl.StringVarP(&f.text, "patch", "p", "", "The patch to be applied to the resource JSON file.")
	fl.StringVar(&f.file, "patch-file", "", "A file containing a patch to be applied to the resource.")
	fl.StringVar(&f.typ, "type", "strategic", "The type of patch being provided; one of [json merge strategic]")
	fl.StringVar(&f.subresource, "subresource", "", "If specified, patch will operate on the subresource of the requested object.")
	return c
}

func (a *App) runPatch(ctx context.Context, args []string, f patchFlags) error {
	if err := f.write.check(); err != nil {
		return err
	}
	contentType, ok := patchTypes[f.typ]
	if !ok {
		return fmt.Errorf("--type must be one of [json merge strategic], not %q", f.typ)
	}
	text := []byte(f.text)
	if f.file != "" {
		b, err := os.ReadFile(f.file)
		if err != nil {
			return fmt.Errorf("unable to read patch file: %w", err)
		}
		text = b
	}
	if len(text) == 0 {
		return errors.New("must specify --patch or --patch-file containing the contents of the patch")
	}
	body, err := yaml.YAMLToJSON(text)
	if err != nil {
		return fmt.Errorf("unable to parse %q: %w", text, err)
	}
	targets, err := a.find(ctx, args, f.files, selectFlags{})
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		kind := contentType
		got := t.object
		if f.write.dryRun != "client" {
			got, err = a.client.Patch(ctx, t.mapping, t.namespace, t.name, f.subresource, kind, body, f.write.query())
			if err != nil {
				errs = append(errs, err)
				continue
			}
		}
		verb := "patched"
		if got.String("metadata", "resourceVersion") == t.object.String("metadata", "resourceVersion") && f.write.dryRun == "none" {
			verb = "patched (no change)"
		}
		errs = append(errs, a.done(t, got, verb, &f.write))
	}
	return errors.Join(errs...)
}

func (a *App) replace() *cobra.Command {
	var f fileFlags
	var w writeFlags
	force := false
	c := &cobra.Command{
		Use:     "replace -f FILENAME",
		Short:   "Replace a resource by file name or stdin",
		Example: examples("kubectl replace -f pod.json"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(needFiles(c, f), w.check()); err != nil {
				return err
			}
			return a.runReplace(c.Context(), f, &w, force)
		},
	}
	f.add(c, "The files that contain the configurations to replace.")
	w.add(c, true)
	c.Flags().BoolVar(&force, "force", false, "If true, delete the objects and create them again.")
	return c
}

func (a *App) runReplace(ctx context.Context, f fileFlags, w *writeFlags, force bool) error {
	targets, err := a.fromFiles(ctx, f)
	if err != nil {
		return err
	}
	if force {
		del := deleteFlags{files: f, cascade: "background", grace: -1, wait: true, ignoreNotFound: true, dryRun: "none"}
		if err := a.runDelete(ctx, nil, del); err != nil {
			return err
		}
		return a.runCreate(ctx, f, w, false)
	}
	var errs []error
	for _, t := range targets {
		got := t.object
		if w.dryRun != "client" {
			if got, err = a.client.Replace(ctx, t.mapping, t.namespace, t.name, "", t.object, w.query()); err != nil {
				errs = append(errs, &whileError{fmt.Sprintf("error when replacing %q", t.source), err})
				continue
			}
		}
		errs = append(errs, a.done(t, got, "replaced", w))
	}
	return errors.Join(errs...)
}
