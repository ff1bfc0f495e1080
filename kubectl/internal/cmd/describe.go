package cmd

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/describe"
)

func (a *App) describe() *cobra.Command {
	var sel selectFlags
	var f fileFlags
	showEvents := true
	c := &cobra.Command{
		Use:     "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
		Short:   "Show details of a specific resource or group of resources",
		Example: examples("# A node, its pods and what they ask for", "kubectl describe node node1", "", "# All pods with a label", "kubectl describe pods -l app=nginx"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.runDescribe(c.Context(), args, f, sel, showEvents)
		},
	}
	sel.add(c, false)
	f.add(c, "Filename, directory, or URL to files containing the resource to describe")
	c.Flags().BoolVar(&showEvents, "show-events", true, "If true, display events related to the described object.")
	return c
}

func (a *App) runDescribe(ctx context.Context, args []string, f fileFlags, sel selectFlags, showEvents bool) error {
	found, err := a.find(ctx, args, f, sel)
	if api.IsReason(err, "NotFound") && len(args) == 2 {
		// A name may also be the beginning of several.
		all, listErr := a.find(ctx, args[:1], f, sel)
		if listErr == nil {
			for _, t := range all {
				if strings.HasPrefix(t.name, args[1]) {
					found, err = append(found, t), nil
				}
			}
		}
	}
	if err != nil {
		return err
	}
	if len(found) == 0 {
		fmt.Fprintf(a.err, "No resources found in %s namespace.\n", a.mustNamespace())
		return nil
	}
	for i, t := range found {
		if i > 0 {
			fmt.Fprint(a.out, "\n\n")
		}
		if t.object.Kind() == "" {
			t.object["kind"], t.object["apiVersion"] = t.mapping.Kind, t.mapping.APIVersion()
		}
		related, err := a.related(ctx, t, showEvents)
		if err != nil {
			return err
		}
		if err := describe.Object(a.out, t.object, related, a.now()); err != nil {
			return err
		}
	}
	return nil
}

// related gathers what of other objects a description shows.
func (a *App) related(ctx context.Context, t target, showEvents bool) (describe.Related, error) {
	var r describe.Related
	var errs []error
	list := func(word string, sel selectFlags) []api.Object {
		ts, err := a.find(ctx, []string{word}, fileFlags{}, sel)
		errs = append(errs, err)
		var out []api.Object
		for _, x := range ts {
			out = append(out, x.object)
		}
		return out
	}
	inNamespace := func(ns string, f func()) {
		saved := a.global.namespace
		a.global.namespace = ns
		f()
		a.global.namespace = saved
	}
	switch t.mapping.Resource {
	case "nodes":
		r.Pods = list("pods", selectFlags{allNamespaces: true, fields: "spec.nodeName=" + t.name})
		if m, err := a.client.ResolveOne(ctx, "leases"); err == nil {
			r.Lease, _ = a.client.Read(ctx, m, "kube-node-lease", t.name, nil)
		}
	case "replicationcontrollers":
		inNamespace(t.namespace, func() { r.Pods = list("pods", selectFlags{labels: podSelector(t.object)}) })
	case "services":
		inNamespace(t.namespace, func() {
			r.Slices = list("endpointslices", selectFlags{labels: "kubernetes.io/service-name=" + t.name})
		})
	case "namespaces":
		inNamespace(t.name, func() { r.Quotas, r.Limits = list("resourcequotas", selectFlags{}), list("limitranges", selectFlags{}) })
	}
	if showEvents {
		sel := selectFlags{fields: "involvedObject.kind=" + t.mapping.Kind + ",involvedObject.name=" + t.name, allNamespaces: !t.mapping.Namespaced}
		if uid := t.object.String("metadata", "uid"); uid != "" && t.mapping.Namespaced {
			sel.fields += ",involvedObject.uid=" + uid
		}
		inNamespace(t.namespace, func() { r.Events = list("events", sel) })
		sort.SliceStable(r.Events, func(i, j int) bool { return lastSeen(r.Events[i]) < lastSeen(r.Events[j]) })
	}
	return r, errors.Join(errs...)
}

func lastSeen(e api.Object) string {
	if s := e.String("lastTimestamp"); s != "" {
		return s
	}
	return e.String("eventTime")
}
