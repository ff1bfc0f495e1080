package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/jsonpath"
)

type waitFlags struct {
	selectFlags
	files     fileFlags
	condition []string
	timeout   time.Duration
}

func (a *App) wait() *cobra.Command {
	var f waitFlags
	c := &cobra.Command{
		Use:     "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
		Short:   "Wait for a specific condition on one or many resources",
		Example: examples("# Until a pod is ready", "kubectl wait --for=condition=Ready pod/web-1", "", "# Until a pod is gone", "kubectl wait --for=delete pod/web-1 --timeout=60s", "", "# Until a field has a value", "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web-1"),
		RunE:    func(c *cobra.Command, args []string) error { return a.runWait(c.Context(), args, f) },
	}
	f.selectFlags.add(c, true)
	f.files.add(c, "identifying the resource.")
	c.Flags().StringArrayVar(&f.condition, "for", nil, "The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]].")
	c.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, "The length of time to wait before giving up. Zero means check once and don't wait, negative means wait for a week.")
	return c
}

// waitFor decides whether an object, nil when it is gone, is as wanted.
type waitFor func(o api.Object) (bool, error)

func parseFor(s string) (waitFor, error) {
	kind, rest, _ := strings.Cut(s, "=")
	switch strings.ToLower(kind) {
	case "delete":
		return func(o api.Object) (bool, error) { return o == nil, nil }, nil
	case "create":
		return func(o api.Object) (bool, error) { return o != nil, nil }, nil
	case "condition":
		name, value, ok := strings.Cut(rest, "=")
		if !ok {
			value = "true"
		}
		return func(o api.Object) (bool, error) {
			for _, c := range o.List("status", "conditions") {
				if strings.EqualFold(c.String("type"), name) {
					stale := c.Int("observedGeneration") != 0 && c.Int("observedGeneration") < o.Int("metadata", "generation")
					return strings.EqualFold(c.String("status"), value) && !stale, nil
				}
			}
			return false, nil
		}, nil
	case "jsonpath":
		path, value, hasValue := cutPath(rest)
		t, err := jsonpath.Parse(jsonpath.Relaxed(path))
		if err != nil {
			return nil, err
		}
		t.AllowMissing = true
		return func(o api.Object) (bool, error) {
			if o == nil {
				return false, nil
			}
			found, err := t.Find(map[string]any(o))
			if err != nil || len(found) == 0 {
				return false, err
			}
			return !hasValue || jsonpath.Text(found[0]) == value, nil
		}, nil
	}
	return nil, fmt.Errorf("unrecognized condition: %q", s)
}

// cutPath splits "{path}=value" at the equals sign behind the path.
func cutPath(s string) (path, value string, ok bool) {
	// A shell may have left the quotes around the path.
	if rest, quoted := strings.CutPrefix(s, "'"); quoted {
		s = strings.Replace(rest, "}'", "}", 1)
	}
	if i := strings.LastIndexByte(s, '}'); i >= 0 {
		if rest := s[i+1:]; strings.HasPrefix(rest, "=") {
			return s[:i+1], strings.Trim(rest[1:], `'"`), true
		}
		return s, "", false
	}
	return strings.Cut(s, "=")
}

func (a *App) runWait(ctx context.Context, args []string, f waitFlags) error {
	if len(f.condition) == 0 {
		return errors.New("--for is required: --for=delete, --for=create, --for=condition=NAME or --for=jsonpath='{PATH}'=VALUE")
	}
	timeout := f.timeout
	if timeout < 0 {
		timeout = 7 * 24 * time.Hour
	}
	ctx, cancel := context.WithTimeout(ctx, max(timeout, time.Second))
	defer cancel()
	for _, cond := range f.condition {
		check, err := parseFor(cond)
		if err != nil {
			return err
		}
		targets, err := a.waitTargets(ctx, args, f, cond)
		if err != nil {
			return err
		}
		var errs []error
		for _, t := range targets {
			errs = append(errs, a.waitOne(ctx, t, check, timeout == 0))
		}
		if err := errors.Join(errs...); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) waitTargets(ctx context.Context, args []string, f waitFlags, cond string) ([]target, error) {
	if len(f.files.names) > 0 {
		return a.fromFiles(ctx, f.files)
	}
	named, err := a.resolve(ctx, args, f.selectFlags)
	if err != nil || named[0].name != "" {
		return named, err
	}
	if f.labels == "" && f.fields == "" && !f.all {
		return nil, errors.New("resource(s) were provided, but no name was specified")
	}
	found, err := a.find(ctx, args, f.files, f.selectFlags)
	if err == nil && len(found) == 0 && cond != "delete" {
		return nil, errors.New("no matching resources found")
	}
	return found, err
}

// waitOne watches one object until check holds.
func (a *App) waitOne(ctx context.Context, t target, check waitFor, once bool) error {
	late := func() error {
		return fmt.Errorf("timed out waiting for the condition on %s/%s", t.mapping.FullName(), t.name)
	}
	for {
		o, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, nil)
		if err != nil && !api.IsReason(err, "NotFound") {
			if ctx.Err() != nil {
				return late()
			}
			return err
		}
		if err != nil {
			o = nil
		}
		ok, cerr := check(o)
		if cerr != nil {
			return cerr
		}
		if ok {
			_, werr := fmt.Fprintf(a.out, "%s %s\n", t, "condition met")
			return werr
		}
		if created, _ := check(api.Object{}); o == nil && !created && err != nil {
			return err
		}
		if once {
			return late()
		}
		if err := a.nextChange(ctx, t, o); err != nil || ctx.Err() != nil {
			if ctx.Err() != nil {
				return late()
			}
			return err
		}
	}
}

// nextChange returns when an object changes, comes or goes.
func (a *App) nextChange(ctx context.Context, t target, now api.Object) error {
	q := (&selectFlags{fields: "metadata.name=" + t.name}).query()
	if now != nil {
		q.Set("resourceVersion", now.String("metadata", "resourceVersion"))
	}
	return a.client.Watch(ctx, t.mapping.Path(t.namespace, "", ""), q, false, func(e api.Event) (bool, error) {
		return e.Type == "BOOKMARK", nil
	})
}
