package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// label and annotate are the same command on two maps.

func (a *App) label() *cobra.Command {
	return a.editMap("label", "labels", "labeled", "unlabeled",
		examples("# Add a label", "kubectl label pods web-1 tier=front", "", "# Change one that is there", "kubectl label --overwrite pods web-1 tier=back", "", "# Take one away", "kubectl label pods web-1 tier-"))
}

func (a *App) annotate() *cobra.Command {
	return a.editMap("annotate", "annotations", "annotated", "annotated",
		examples("# Add an annotation", "kubectl annotate pods web-1 description='my frontend'", "", "# Take one away", "kubectl annotate pods web-1 description-"))
}

type editFlags struct {
	selectFlags
	files     fileFlags
	write     writeFlags
	overwrite bool
	list      bool
	version   string
}

func (a *App) editMap(verb, field, done, undone, example string) *cobra.Command {
	var f editFlags
	c := &cobra.Command{
		Use:     verb + " [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N",
		Short:   "Update the " + field + " on a resource",
		Example: example,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.write.check(); err != nil {
				return err
			}
			names, set, remove, err := splitPairs(args)
			if err != nil {
				return err
			}
			if len(set)+len(remove) == 0 && !f.list {
				return usagef(c, "at least one %s update is required", strings.TrimSuffix(field, "s"))
			}
			return a.runEditMap(c.Context(), names, field, done, undone, set, remove, f)
		},
	}
	f.selectFlags.add(c, true)
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to update")
	f.write.add(c, false)
	c.Flags().BoolVar(&f.overwrite, "overwrite", false, "If true, allow "+field+" to be overwritten, otherwise reject updates that overwrite existing ones.")
	c.Flags().BoolVar(&f.list, "list", false, "If true, display the "+field+" for a given resource.")
	c.Flags().StringVar(&f.version, "resource-version", "", "If non-empty, the update will only succeed if this is the current resource-version for the object.")
	return c
}

// splitPairs separates resource words from key=value and key-.
func splitPairs(args []string) (names []string, set map[string]string, remove []string, err error) {
	set = map[string]string{}
	for _, arg := range args {
		k, v, pair := strings.Cut(arg, "=")
		switch {
		case pair:
			set[k] = v
		case strings.HasSuffix(arg, "-") && len(names) > 0:
			remove = append(remove, strings.TrimSuffix(arg, "-"))
		case len(set)+len(remove) > 0:
			return nil, nil, nil, fmt.Errorf("all resources must be specified before changes: %s", arg)
		default:
			names = append(names, arg)
		}
	}
	for _, k := range remove {
		if _, both := set[k]; both {
			return nil, nil, nil, fmt.Errorf("can not both modify and remove %q in the same command", k)
		}
	}
	return names, set, remove, nil
}

func (a *App) runEditMap(ctx context.Context, names []string, field, done, undone string, set map[string]string, remove []string, f editFlags) error {
	targets, err := a.find(ctx, names, f.files, f.selectFlags)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		have := t.object.Strings("metadata", field)
		if f.list {
			for k, v := range have {
				fmt.Fprintf(a.out, "%s=%s\n", k, v)
			}
			continue
		}
		patch, changed, err := mapPatch(field, have, set, remove, f.overwrite)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		verb := done
		switch {
		case !changed:
			verb = "not " + done
		case len(set) == 0:
			verb = undone
		}
		got := t.object
		if changed && f.write.dryRun != "client" {
			if f.version != "" {
				patch.Set(f.version, "metadata", "resourceVersion")
			}
			body, err := json.Marshal(patch)
			if err != nil {
				return err
			}
			if got, err = a.client.Patch(ctx, t.mapping, t.namespace, t.name, "", MergeType, body, f.write.query()); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		if err := a.done(t, got, verb, &f.write); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// MergeType is the patch that labels and annotations go by.
const MergeType = api.MergeType

// mapPatch is the merge patch that makes the changes; changed is false when
// all is as wanted already.
func mapPatch(field string, have, set map[string]string, remove []string, overwrite bool) (patch api.Object, changed bool, err error) {
	values := map[string]any{}
	for k, v := range set {
		old, there := have[k]
		if there && old != v && !overwrite {
			return nil, false, fmt.Errorf("'%s' already has a value (%s), and --overwrite is false", k, old)
		}
		if !there || old != v {
			values[k] = v
		}
	}
	for _, k := range remove {
		if _, there := have[k]; there {
			values[k] = nil
		}
	}
	return api.Object{"metadata": map[string]any{field: values}}, len(values) > 0, nil
}
