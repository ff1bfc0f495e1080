package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

type getFlags struct {
	selectFlags
	files                 fileFlags
	output                string
	watch, watchOnly      bool
	noHeaders, showLabels bool
	showKind              bool
	labelColumns          []string
	sortBy                string
	ignoreNotFound        bool
	managed               bool
	chunk                 int64
	raw                   string
	outputWatchEvents     bool
	subresource           string
}

func (a *App) get() *cobra.Command {
	var f getFlags
	c := &cobra.Command{
		Use:   "get [(-o|--output=)FORMAT] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
		Short: "Display one or many resources",
		Example: examples("# List all pods", "kubectl get pods", "", "# List all pods with more information, such as the node", "kubectl get pods -o wide", "",
			"# Show one pod as YAML", "kubectl get pod web-1 -o yaml", "", "# The phase of one pod", "kubectl get pod web-1 -o jsonpath='{.status.phase}'", "",
			"# Pods of an application, and each change from now on", "kubectl get pods -l app=nginx --watch", "", "# Several types together", "kubectl get rc,services"),
		RunE: func(c *cobra.Command, args []string) error { return a.runGet(c.Context(), args, f) },
	}
	f.selectFlags.add(c, false)
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to get from a server.")
	fl := c.Flags()
	fl.StringVarP(&f.output, "output", "o", "", "Output format. One of: "+printer.Forms)
	fl.BoolVarP(&f.watch, "watch", "w", false, "After listing/getting the requested object, watch for changes.")
	fl.BoolVar(&f.watchOnly, "watch-only", false, "Watch for changes to the requested object(s), without listing/getting first.")
	fl.BoolVar(&f.outputWatchEvents, "output-watch-events", false, "Output watch event objects when --watch or --watch-only is used.")
	fl.BoolVar(&f.noHeaders, "no-headers", false, "When using the default or custom-column output format, don't print headers.")
	fl.BoolVar(&f.showLabels, "show-labels", false, "When printing, show all labels as the last column.")
	fl.BoolVar(&f.showKind, "show-kind", false, "If present, list the resource type for the requested object(s).")
	fl.StringSliceVarP(&f.labelColumns, "label-columns", "L", nil, "Accepts a comma separated list of labels that are going to be presented as columns.")
	fl.StringVar(&f.sortBy, "sort-by", "", "If non-empty, sort list types using this field specification (a JSONPath expression, e.g. '{.metadata.name}').")
	fl.BoolVar(&f.ignoreNotFound, "ignore-not-found", false, "If the requested object does not exist the command will return exit code 0.")
	fl.BoolVar(&f.managed, "show-managed-fields", false, "If true, keep the managedFields when printing objects in JSON or YAML format.")
	fl.Int64Var(&f.chunk, "chunk-size", 500, "Return large lists in chunks rather than all at once. Pass 0 to disable.")
	fl.StringVar(&f.raw, "raw", "", "Raw URI to request from the server.")
	fl.StringVar(&f.subresource, "subresource", "", "If specified, gets the subresource of the requested object.")
	return c
}

func (a *App) runGet(ctx context.Context, args []string, f getFlags) error {
	client, err := a.connect()
	if err != nil {
		return err
	}
	if f.raw != "" {
		return a.getRaw(ctx, client, f.raw)
	}
	print, err := printer.For(f.output, f.managed)
	if err != nil {
		return err
	}
	var targets []target
	if len(f.files.names) > 0 {
		targets, err = a.fromFiles(ctx, f.files)
	} else if len(args) == 0 {
		return errors.New("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.")
	} else {
		targets, err = a.resolve(ctx, args, f.selectFlags)
	}
	if err != nil {
		return err
	}
	table := f.output == "" || f.output == "wide"
	switch {
	case f.watch || f.watchOnly:
		if len(targets) != 1 {
			return errors.New("you may only specify a single resource type when watching")
		}
		return a.watchTarget(ctx, targets[0], f, print)
	case f.output == "name":
		return a.getNames(ctx, targets, f)
	case table && f.sortBy == "":
		return a.getTables(ctx, targets, f)
	case table:
		return a.getSorted(ctx, targets, f)
	}
	return a.getObjects(ctx, targets, f, print)
}

func (a *App) getRaw(ctx context.Context, client *api.Client, uri string) error {
	u, err := url.ParseRequestURI(uri)
	if err != nil {
		return fmt.Errorf("--raw %q is not a path such as /readyz: %w", uri, err)
	}
	body, err := client.Stream(ctx, u.Path, u.Query())
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(a.out, body)
	return err
}

// missing tells whether an error may be passed over.
func (f *getFlags) missing(err error) bool { return f.ignoreNotFound && api.IsReason(err, "NotFound") }

// pages calls visit with each page of a list, or once with a single object.
func (a *App) pages(ctx context.Context, t target, f getFlags, read func(url.Values) (token string, err error)) error {
	q := f.query()
	if t.name == "" && f.chunk > 0 {
		q.Set("limit", strconv.FormatInt(f.chunk, 10))
	}
	for {
		next, err := read(q)
		if err != nil || next == "" {
			return err
		}
		q.Set("continue", next)
	}
}

// getTables prints each target's table as the server made it.
func (a *App) getTables(ctx context.Context, targets []target, f getFlags) error {
	var errs []error
	printed := false
	several := f.showKind || len(types(targets)) > 1
	w := printer.NewWriter(a.out)
	last := ""
	for _, t := range targets {
		tab, err := a.readTable(ctx, t, f)
		if f.missing(err) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if len(tab.Rows) == 0 {
			continue
		}
		o := f.tableOptions(t)
		if several {
			o.KindPrefix = t.mapping.NameOf("")
		}
		header := t.mapping.FullName() != last
		if header && last != "" {
			w.Flush()
			fmt.Fprintln(a.out)
			w = printer.NewWriter(a.out)
		}
		last = t.mapping.FullName()
		if err := tab.Print(w, o, header); err != nil {
			return err
		}
		printed = true
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !printed && len(errs) == 0 && !f.ignoreNotFound {
		a.sayNothingFound(targets, f)
	}
	return errors.Join(errs...)
}

func types(targets []target) map[string]bool {
	m := map[string]bool{}
	for _, t := range targets {
		m[t.mapping.FullName()] = true
	}
	return m
}

func (f *getFlags) tableOptions(t target) printer.TableOptions {
	return printer.TableOptions{Wide: f.output == "wide", NoHeaders: f.noHeaders, ShowLabels: f.showLabels, LabelColumns: f.labelColumns,
		WithNamespace: f.allNamespaces && t.mapping.Namespaced}
}

func (a *App) sayNothingFound(targets []target, f getFlags) {
	for _, t := range targets {
		if t.mapping.Namespaced && !f.allNamespaces {
			fmt.Fprintf(a.err, "No resources found in %s namespace.\n", t.namespace)
			return
		}
	}
	fmt.Fprintln(a.err, "No resources found")
}

// readTable gets all pages of a target's table.
func (a *App) readTable(ctx context.Context, t target, f getFlags) (*printer.Table, error) {
	var all *printer.Table
	err := a.pages(ctx, t, f, func(q url.Values) (string, error) {
		b, err := a.client.ReadTable(ctx, t.mapping, t.namespace, t.name, q)
		if err != nil {
			return "", err
		}
		tab, ok := printer.ParseTable(b)
		if !ok {
			tab, ok = printer.PlainTable(b, time.Now())
		}
		if !ok {
			return "", fmt.Errorf("the server makes no table of %s; use -o yaml", t.mapping.FullName())
		}
		if all == nil {
			all = tab
		} else {
			all.Rows = append(all.Rows, tab.Rows...)
			all.Metadata = tab.Metadata
		}
		return tab.Metadata.Continue, nil
	})
	return all, err
}

// readAll gets the objects of every target.
func (a *App) readAll(ctx context.Context, targets []target, f getFlags) (items []any, single bool, err error) {
	var errs []error
	for _, t := range targets {
		err := a.pages(ctx, t, f, func(q url.Values) (string, error) {
			got, err := a.client.Read(ctx, t.mapping, t.namespace, joinSub(t.name, f.subresource), q)
			if err != nil {
				return "", err
			}
			if t.name != "" {
				items = append(items, map[string]any(got))
				return "", nil
			}
			for _, i := range got.Items() {
				items = append(items, map[string]any(i))
			}
			return got.String("metadata", "continue"), nil
		})
		if err != nil && !f.missing(err) {
			errs = append(errs, err)
		}
	}
	single = len(targets) == 1 && targets[0].name != ""
	return items, single, errors.Join(errs...)
}

func joinSub(name, sub string) string {
	if sub == "" {
		return name
	}
	return name + "/" + sub
}

func (a *App) getObjects(ctx context.Context, targets []target, f getFlags, print printer.Func) error {
	items, single, err := a.readAll(ctx, targets, f)
	if err != nil && len(items) == 0 {
		return err
	}
	if f.sortBy != "" {
		if e := printer.SortBy(items, f.sortBy); e != nil {
			return e
		}
	}
	obj := map[string]any{"apiVersion": "v1", "kind": "List", "items": items, "metadata": map[string]any{"resourceVersion": ""}}
	if items == nil {
		obj["items"] = []any{}
	}
	if single {
		if len(items) == 0 {
			return err
		}
		obj = items[0].(map[string]any)
	}
	if strings.HasPrefix(f.output, "custom-columns") && f.noHeaders {
		cols, err := printer.ParseColumns(strings.TrimPrefix(f.output, "custom-columns="))
		if err != nil {
			return err
		}
		cols.NoHeaders = true
		print = cols.Print
	}
	return errors.Join(print(a.out, obj), err)
}

func (a *App) getNames(ctx context.Context, targets []target, f getFlags) error {
	var errs []error
	for _, t := range targets {
		items, _, err := a.readAll(ctx, []target{t}, f)
		for _, i := range items {
			fmt.Fprintln(a.out, t.mapping.NameOf(api.Object(i.(map[string]any)).Name()))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// getSorted prints a table whose rows are in the order of a field. The field
// is read from the objects, the rows from the table.
func (a *App) getSorted(ctx context.Context, targets []target, f getFlags) error {
	for _, t := range targets {
		items, _, err := a.readAll(ctx, []target{t}, f)
		if err != nil {
			return err
		}
		if err := printer.SortBy(items, f.sortBy); err != nil {
			return err
		}
		tab, err := a.readTable(ctx, t, f)
		if err != nil {
			return err
		}
		rows := map[string]printer.Row{}
		for _, r := range tab.Rows {
			rows[r.Object.Metadata.Namespace+"/"+r.Object.Metadata.Name] = r
		}
		tab.Rows = nil
		for _, i := range items {
			o := api.Object(i.(map[string]any))
			if r, ok := rows[o.Namespace()+"/"+o.Name()]; ok {
				tab.Rows = append(tab.Rows, r)
			}
		}
		w := printer.NewWriter(a.out)
		if err := tab.Print(w, f.tableOptions(t), true); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// watchTarget prints a target and then every change of it.
func (a *App) watchTarget(ctx context.Context, t target, f getFlags, print printer.Func) error {
	q := f.query()
	if t.name != "" {
		q.Set("fieldSelector", "metadata.name="+t.name)
	}
	path := t.mapping.Path(t.namespace, "", "")
	b, err := a.client.Get(ctx, path, q, "")
	if err != nil {
		return err
	}
	var list api.Object
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if t.name != "" && len(list.Items()) == 0 && !f.watchOnly {
		if _, err := a.client.Read(ctx, t.mapping, t.namespace, t.name, nil); err != nil {
			return err
		}
	}
	q.Set("resourceVersion", list.String("metadata", "resourceVersion"))
	table := print == nil && f.output != "name"
	w := printer.NewWatchWriter(a.out)
	header := true
	if !f.watchOnly {
		if table {
			tab, err := a.readTable(ctx, target{mapping: t.mapping, namespace: t.namespace}, getFlags{selectFlags: selectFlags{labels: f.labels, fields: q.Get("fieldSelector")}})
			if err != nil {
				return err
			}
			if tab.Metadata.ResourceVersion != "" {
				q.Set("resourceVersion", tab.Metadata.ResourceVersion)
			}
			if err := w.Print(tab, f.tableOptions(t), header && len(tab.Rows) > 0); err != nil {
				return err
			}
			header = len(tab.Rows) == 0
		} else {
			for _, i := range list.Items() {
				if err := a.printOne(t, i, f, print); err != nil {
					return err
				}
			}
		}
	}
	err = a.client.Watch(ctx, path, q, table, func(e api.Event) (bool, error) {
		if e.Type == "BOOKMARK" {
			return true, nil
		}
		if !table {
			var o api.Object
			if err := json.Unmarshal(e.Object, &o); err != nil {
				return false, err
			}
			return true, a.printOne(t, o, f, print)
		}
		tab, ok := printer.ParseTable(e.Object)
		if !ok {
			tab, ok = printer.PlainTable(e.Object, time.Now())
		}
		if !ok {
			return false, fmt.Errorf("the server makes no table of %s; use -o yaml", t.mapping.FullName())
		}
		err := w.Print(tab, f.tableOptions(t), header)
		header = false
		return true, err
	})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (a *App) printOne(t target, o api.Object, f getFlags, print printer.Func) error {
	if f.output == "name" {
		_, err := fmt.Fprintln(a.out, t.mapping.NameOf(o.Name()))
		return err
	}
	if f.output == "yaml" {
		fmt.Fprintln(a.out, "---")
	}
	return print(a.out, o)
}
