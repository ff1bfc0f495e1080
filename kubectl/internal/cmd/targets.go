package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// target is one object, or with an empty name all objects of a resource, that
// a command is about.
type target struct {
	mapping   *api.Mapping
	namespace string // empty for cluster-wide resources and for all namespaces
	name      string
	object    api.Object // what a file holds, or what was found
	source    string     // the file, for messages
}

// String names the target as messages do: "pod/web".
func (t target) String() string { return t.mapping.NameOf(t.name) }

// selectFlags choose among the objects of a resource.
type selectFlags struct {
	labels, fields string
	all            bool
	allNamespaces  bool
}

func (s *selectFlags) query() url.Values {
	q := url.Values{}
	if s.labels != "" {
		q.Set("labelSelector", s.labels)
	}
	if s.fields != "" {
		q.Set("fieldSelector", s.fields)
	}
	return q
}

func (s *selectFlags) add(c *cobra.Command, all bool) {
	f := c.Flags()
	f.StringVarP(&s.labels, "selector", "l", "", "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin' (e.g. -l key1=value1,key2=value2)")
	f.StringVar(&s.fields, "field-selector", "", "Selector (field query) to filter on, supports '=', '==', and '!=' (e.g. --field-selector key1=value1,key2=value2)")
	f.BoolVarP(&s.allNamespaces, "all-namespaces", "A", false, "If present, list the requested object(s) across all namespaces")
	if all {
		f.BoolVar(&s.all, "all", false, "Select all resources, in the namespace of the specified resource types")
	}
}

// resolve reads TYPE[,TYPE] [NAME...] and TYPE/NAME... into targets without
// asking for the objects. A type without a name is a target without one.
func (a *App) resolve(ctx context.Context, args []string, sel selectFlags) ([]target, error) {
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	ns, err := a.namespace()
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, errors.New("you must specify the type of resource to work on")
	}
	var out []target
	add := func(m *api.Mapping, name string) {
		t := target{mapping: m, name: name}
		if m.Namespaced && !sel.allNamespaces {
			t.namespace = ns
		}
		out = append(out, t)
	}
	if strings.Contains(args[0], "/") {
		for _, arg := range args {
			typ, name, ok := strings.Cut(arg, "/")
			if !ok || typ == "" || name == "" {
				return nil, fmt.Errorf("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'")
			}
			m, err := c.ResolveOne(ctx, typ)
			if err != nil {
				return nil, err
			}
			add(m, name)
		}
	} else {
		for _, word := range strings.Split(args[0], ",") {
			ms, err := c.Resolve(ctx, word)
			if err != nil {
				return nil, err
			}
			for _, m := range ms {
				if len(args) == 1 {
					add(m, "")
				}
				for _, name := range args[1:] {
					if strings.Contains(name, "/") {
						return nil, fmt.Errorf("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'")
					}
					add(m, name)
				}
			}
		}
	}
	for _, t := range out {
		switch {
		case t.name != "" && (sel.labels != "" || sel.fields != ""):
			return nil, errors.New("name cannot be provided when a selector is specified")
		case t.name != "" && sel.allNamespaces && t.mapping.Namespaced:
			return nil, errors.New("a resource cannot be retrieved by name across all namespaces")
		}
	}
	return out, nil
}

// fromFiles turns manifests into targets, each in the namespace that its file
// or the command line names.
func (a *App) fromFiles(ctx context.Context, f fileFlags) ([]target, error) {
	ms, err := a.manifests(ctx, f)
	if err != nil {
		return nil, err
	}
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	ns, err := a.namespace()
	if err != nil {
		return nil, err
	}
	var out []target
	for _, m := range ms {
		mapping, err := c.ForKind(ctx, m.object.APIVersion(), m.object.Kind())
		var missing *api.NoKindError
		if errors.As(err, &missing) {
			return nil, fmt.Errorf("resource mapping not found for name: %q namespace: %q from %q: %w\nensure CRDs are installed first",
				m.object.Name(), m.object.Namespace(), m.source, err)
		}
		if err != nil {
			return nil, err
		}
		t := target{mapping: mapping, name: m.object.Name(), object: m.object, source: m.source}
		if mapping.Namespaced {
			t.namespace = m.object.Namespace()
			if t.namespace == "" {
				t.namespace = ns
			}
			if a.global.namespace != "" && m.object.Namespace() != "" && m.object.Namespace() != a.global.namespace {
				return nil, fmt.Errorf("the namespace from the provided object %q does not match the namespace %q. You must pass '--namespace=%s' to perform this operation.",
					m.object.Namespace(), a.global.namespace, m.object.Namespace())
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// find gets the objects that files or arguments name, each as a target with
// its current object.
func (a *App) find(ctx context.Context, args []string, f fileFlags, sel selectFlags) ([]target, error) {
	var named []target
	var err error
	if len(f.names) > 0 {
		if len(args) > 0 {
			return nil, errors.New("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
		}
		named, err = a.fromFiles(ctx, f)
	} else {
		named, err = a.resolve(ctx, args, sel)
	}
	if err != nil {
		return nil, err
	}
	var out []target
	for _, t := range named {
		got, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, sel.query())
		if err != nil {
			return out, err
		}
		if t.name != "" {
			t.object = got
			out = append(out, t)
			continue
		}
		for _, item := range got.Items() {
			found := target{mapping: t.mapping, name: item.Name(), namespace: item.Namespace(), object: item}
			out = append(out, found)
		}
	}
	return out, nil
}
