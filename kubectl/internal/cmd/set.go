package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/rollout"
)

func (a *App) set() *cobra.Command {
	c := &cobra.Command{
		Use:   "set SUBCOMMAND",
		Short: "Set specific features on objects",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef(c, "unknown command %q", strings.Join(args, " "))
			}
			return c.Help()
		},
	}
	c.AddCommand(a.setImage())
	return c
}

func (a *App) setImage() *cobra.Command {
	var f fileFlags
	var w writeFlags
	var sel selectFlags
	c := &cobra.Command{
		Use:     "image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
		Short:   "Update the image of a pod template",
		Example: examples("kubectl set image deployment/web nginx=nginx:1.22", "", "# Every container of every daemon set", "kubectl set image daemonset --all '*=agent:2'"),
		RunE: func(c *cobra.Command, args []string) error {
			names, images, err := splitImages(args)
			if err == nil {
				err = w.check()
			}
			if err != nil {
				return err
			}
			if len(names) == 0 && len(f.names) == 0 {
				return errors.New("one or more resources must be specified as <resource> <name> or <resource>/<name>")
			}
			if len(images) == 0 {
				return errors.New("at least one image update is required")
			}
			targets, err := a.find(c.Context(), names, f, sel)
			if err != nil {
				return err
			}
			var errs []error
			for _, t := range targets {
				errs = append(errs, a.setImages(c.Context(), t, images, &w))
			}
			return errors.Join(errs...)
		},
	}
	f.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	w.add(c, false)
	w.manager = "kubectl-set"
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	c.Flags().BoolVar(&sel.all, "all", false, "Select all resources, in the namespace of the specified resource types")
	return c
}

// splitImages takes the pairs of container and image from the arguments.
func splitImages(args []string) (names []string, images map[string]string, err error) {
	images = map[string]string{}
	for _, arg := range args {
		c, image, ok := strings.Cut(arg, "=")
		switch {
		case !ok && len(images) > 0:
			return nil, nil, fmt.Errorf("all resources must be specified before image changes: %s", arg)
		case !ok:
			names = append(names, arg)
		case c == "" || image == "":
			return nil, nil, fmt.Errorf("invalid image format: %q", arg)
		default:
			images[c] = image
		}
	}
	return names, images, nil
}

// podSpecAt is where a kind keeps the spec of its pods.
func podSpecAt(kind string) []string {
	switch kind {
	case "Pod":
		return []string{"spec"}
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template", "spec"}
	}
	return []string{"spec", "template", "spec"}
}

func (a *App) setImages(ctx context.Context, t target, images map[string]string, w *writeFlags) error {
	at := podSpecAt(t.mapping.Kind)
	if t.object.Field(at...) == nil {
		return fmt.Errorf("%s %q does not have a pod template", t.mapping.FullName(), t.name)
	}
	patch, found, changed := api.Object{}, map[string]bool{}, false
	for _, list := range []string{"initContainers", "containers"} {
		where := append(slices.Clone(at), list)
		var out []any
		for _, c := range t.object.List(where...) {
			name := c.String("name")
			image, ok := images[name]
			if !ok {
				if image, ok = images["*"]; !ok {
					continue
				}
				name = "*"
			}
			found[name] = true
			if c.String("image") != image {
				changed = true
				out = append(out, map[string]any{"name": c.String("name"), "image": image})
			}
		}
		if len(out) > 0 {
			patch.Set(out, where...)
		}
	}
	for name := range images {
		if !found[name] {
			return fmt.Errorf("unable to find container named %q", name)
		}
	}
	if !changed {
		return nil
	}
	body, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	return a.sendPatch(ctx, t, rollout.Patch{Type: api.StrategicType, Body: body}, "image updated", w)
}
