package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/client/version"
	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

func (a *App) version() *cobra.Command {
	var clientOnly bool
	output := ""
	c := &cobra.Command{
		Use: "version", Short: "Print the client and server version information", Example: examples("kubectl version"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.runVersion(c.Context(), clientOnly, output) },
	}
	c.Flags().BoolVar(&clientOnly, "client", false, "If true, shows client version only (no server required).")
	c.Flags().StringVarP(&output, "output", "o", "", "One of 'yaml' or 'json'.")
	return c
}

func (a *App) runVersion(ctx context.Context, clientOnly bool, output string) error {
	if output != "" && output != "json" && output != "yaml" {
		return fmt.Errorf(`--output must be 'yaml' or 'json', not %q`, output)
	}
	all := map[string]any{"clientVersion": version.Get()}
	var serverErr error
	if !clientOnly {
		var server api.Object
		var b []byte
		client, err := a.connect()
		if err == nil {
			b, err = client.Get(ctx, "/version", nil, "")
		}
		if err == nil {
			err = json.Unmarshal(b, &server)
		}
		if serverErr = err; err == nil {
			all["serverVersion"] = server
		}
	}
	switch output {
	case "json":
		return errors.Join(printer.JSON(a.out, all), serverErr)
	case "yaml":
		return errors.Join(printer.YAML(a.out, all), serverErr)
	}
	fmt.Fprintf(a.out, "Client Version: %s\n", version.Get().GitVersion)
	if s, ok := all["serverVersion"].(api.Object); ok {
		fmt.Fprintf(a.out, "Server Version: %s\n", s.String("gitVersion"))
	}
	return serverErr
}

func (a *App) clusterInfo() *cobra.Command {
	return &cobra.Command{
		Use: "cluster-info", Short: "Display cluster information", Example: examples("kubectl cluster-info"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.connect()
			if err != nil {
				return err
			}
			if _, err := client.Get(c.Context(), "/version", nil, ""); err != nil {
				return err
			}
			_, host, _, err := a.connection()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "Kubernetes control plane is running at %s\n", host)
			services, err := a.find(c.Context(), []string{"services"}, fileFlags{}, selectFlags{allNamespaces: true, labels: "kubernetes.io/cluster-service=true"})
			if err != nil {
				return err
			}
			for _, s := range services {
				name := s.object.Strings("metadata", "labels")["kubernetes.io/name"]
				if name == "" {
					name = s.name
				}
				fmt.Fprintf(a.out, "%s is running at %s%s/proxy\n", name, host, s.mapping.Path(s.namespace, s.name, ""))
			}
			return nil
		},
	}
}

type apiResourcesFlags struct {
	output, group, sortBy string
	namespaced            string
	verbs, categories     []string
	noHeaders             bool
}

func (a *App) apiResources() *cobra.Command {
	var f apiResourcesFlags
	c := &cobra.Command{
		Use: "api-resources", Short: "Print the supported API resources on the server", Args: cobra.NoArgs,
		Example: examples("kubectl api-resources", "", "# Those that live in namespaces and can be listed", "kubectl api-resources --namespaced=true --verbs=list"),
		RunE:    func(c *cobra.Command, _ []string) error { return a.runAPIResources(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVarP(&f.output, "output", "o", "", "Output format. One of: (wide, name).")
	fl.StringVar(&f.group, "api-group", "", "Limit to resources in the specified API group.")
	fl.StringVar(&f.sortBy, "sort-by", "", "If non-empty, sort list of resources using specified field. The field can be either 'name' or 'kind'.")
	fl.StringVar(&f.namespaced, "namespaced", "", "If false, non-namespaced resources will be returned, otherwise returning namespaced resources by default.")
	fl.Lookup("namespaced").NoOptDefVal = "true"
	fl.StringSliceVar(&f.verbs, "verbs", nil, "Limit to resources that support the specified verbs.")
	fl.StringSliceVar(&f.categories, "categories", nil, "Limit to resources that belong to the specified categories.")
	fl.BoolVar(&f.noHeaders, "no-headers", false, "When using the default or custom-column output format, don't print headers.")
	return c
}

func (f *apiResourcesFlags) wants(m *api.Mapping) bool {
	for _, v := range f.verbs {
		if !m.Has(v) {
			return false
		}
	}
	for _, c := range f.categories {
		if !slices.Contains(m.Categories, c) {
			return false
		}
	}
	return (f.group == "" || m.Group == f.group) && (f.namespaced == "" || (f.namespaced == "true") == m.Namespaced) && len(m.Verbs) > 0
}

func (a *App) runAPIResources(ctx context.Context, f apiResourcesFlags) error {
	if f.output != "" && f.output != "wide" && f.output != "name" {
		return fmt.Errorf("--output %s is not available", f.output)
	}
	client, err := a.connect()
	if err != nil {
		return err
	}
	all, err := client.Mappings(ctx)
	if err != nil {
		return err
	}
	list := slices.Clone(all)
	sort.SliceStable(list, func(i, j int) bool {
		if f.sortBy == "kind" {
			return list[i].Kind < list[j].Kind
		}
		if list[i].Group != list[j].Group && f.sortBy == "" {
			return list[i].Group < list[j].Group
		}
		return list[i].Resource < list[j].Resource
	})
	w := printer.NewWriter(a.out)
	if !f.noHeaders && f.output != "name" {
		head := "NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND"
		if f.output == "wide" {
			head += "\tVERBS\tCATEGORIES"
		}
		fmt.Fprintln(w, head)
	}
	for _, m := range list {
		if !f.wants(m) {
			continue
		}
		if f.output == "name" {
			fmt.Fprintln(w, m.FullName())
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%v\t%s", m.Resource, strings.Join(m.ShortNames, ","), m.APIVersion(), m.Namespaced, m.Kind)
		if f.output == "wide" {
			fmt.Fprintf(w, "\t%s\t%s", strings.Join(m.Verbs, ","), strings.Join(m.Categories, ","))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func (a *App) apiVersions() *cobra.Command {
	return &cobra.Command{
		Use: "api-versions", Short: `Print the supported API versions on the server, in the form of "group/version"`, Example: examples("kubectl api-versions"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.connect()
			if err != nil {
				return err
			}
			all, err := client.Mappings(c.Context())
			if err != nil {
				return err
			}
			seen := map[string]bool{}
			for _, m := range all {
				seen[m.APIVersion()] = true
			}
			names := make([]string, 0, len(seen))
			for n := range seen {
				names = append(names, n)
			}
			sort.Strings(names)
			_, err = io.WriteString(a.out, strings.Join(names, "\n")+"\n")
			return err
		},
	}
}

func (a *App) events() *cobra.Command {
	var f getFlags
	object := ""
	c := &cobra.Command{
		Use: "events [--for TYPE/NAME] [--watch]", Short: "List events", Example: examples("kubectl events", "", "# Those of one pod", "kubectl events --for pod/web-1"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if object != "" {
				ts, err := a.resolve(c.Context(), []string{object}, selectFlags{})
				if err != nil {
					return err
				}
				f.fields = "involvedObject.kind=" + ts[0].mapping.Kind + ",involvedObject.name=" + ts[0].name
			}
			if f.watch {
				return a.runGet(c.Context(), []string{"events"}, f)
			}
			f.sortBy = "{.lastTimestamp}"
			err := a.runGet(c.Context(), []string{"events"}, f)
			if err != nil && strings.Contains(err.Error(), "couldn't find any field") {
				return a.runGet(c.Context(), []string{"events"}, getFlags{selectFlags: f.selectFlags, output: f.output, noHeaders: f.noHeaders, chunk: 500})
			}
			return err
		},
	}
	fl := c.Flags()
	fl.StringVar(&object, "for", "", "Filter events to only those pertaining to the specified resource.")
	fl.BoolVarP(&f.watch, "watch", "w", false, "After listing the requested events, watch for more events.")
	fl.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "If present, list the requested object(s) across all namespaces.")
	fl.BoolVar(&f.noHeaders, "no-headers", false, "When using the default output format, don't print headers.")
	fl.StringVarP(&f.output, "output", "o", "", "Output format. One of: "+printer.Forms)
	return c
}
