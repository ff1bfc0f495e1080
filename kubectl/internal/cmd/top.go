package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// metricsRoot is where the use of resources is served.
const metricsRoot = "/apis/metrics.k8s.io/v1beta1"

// notMeasuredFor is how old a pod may be before it is strange that nothing is
// known of what it uses.
const notMeasuredFor = 2 * time.Minute

type topFlags struct {
	labels, fields, sort string
	noHeaders            bool
	all                  bool // pods of all namespaces
	containers, sum      bool // pods
	capacity             bool // nodes
}

func (f *topFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVarP(&f.labels, "selector", "l", "", "Selector (label query) to filter on")
	fl.StringVar(&f.sort, "sort-by", "", "If non-empty, sort the list using specified field: cpu or memory.")
	fl.BoolVar(&f.noHeaders, "no-headers", false, "If present, print output without headers")
	fl.Bool("use-protocol-buffers", true, "Accepted for scripts; the answer is always read as JSON.")
}

func (f *topFlags) check(args []string, selectors string) error {
	switch {
	case f.sort != "" && f.sort != "cpu" && f.sort != "memory":
		return errors.New("--sort-by accepts only cpu or memory")
	case len(args) > 0 && (f.labels != "" || f.fields != ""):
		return fmt.Errorf("only one of NAME or %s can be provided", selectors)
	}
	return nil
}

// top makes the commands that show what nodes and pods use.
func (a *App) top() *cobra.Command {
	c := &cobra.Command{Use: "top", Short: "Display resource (CPU/memory) usage", Run: func(c *cobra.Command, _ []string) { _ = c.Help() }}
	c.AddCommand(a.topNode(), a.topPod())
	return c
}

func (a *App) topNode() *cobra.Command {
	var f topFlags
	c := &cobra.Command{
		Use: "node [NAME | -l label]", Aliases: []string{"nodes", "no"}, Short: "Display resource (CPU/memory) usage of nodes",
		Example: examples("# Show metrics for all nodes", "kubectl top node"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(args, "--selector"); err != nil {
				return err
			}
			return a.runTopNode(c.Context(), args, f)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.capacity, "show-capacity", false, "Print node resources based on Capacity instead of Allocatable(default) of the nodes.")
	return c
}

func (a *App) topPod() *cobra.Command {
	var f topFlags
	c := &cobra.Command{
		Use: "pod [NAME | -l label]", Aliases: []string{"pods", "po"}, Short: "Display resource (CPU/memory) usage of pods",
		Example: examples("# Show metrics for a given pod and its containers", "kubectl top pod POD_NAME --containers"), Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(args, "selector"); err != nil {
				return err
			}
			return a.runTopPod(c.Context(), args, f)
		},
	}
	f.add(c)
	fl := c.Flags()
	fl.StringVar(&f.fields, "field-selector", "", "Selector (field query) to filter on")
	fl.BoolVarP(&f.all, "all-namespaces", "A", false, "If present, list the requested object(s) across all namespaces.")
	fl.BoolVar(&f.containers, "containers", false, "If present, print usage of containers within a pod.")
	fl.BoolVar(&f.sum, "sum", false, "Print the sum of the resource usage")
	return c
}

// used is what something uses: processor in thousandths, memory in bytes.
type used struct{ cpu, memory int64 }

func (u used) String() string { return fmt.Sprintf("%dm\t%dMi\t", u.cpu, u.memory>>20) }

func (u used) plus(o used) used { return used{u.cpu + o.cpu, u.memory + o.memory} }

// usageOf reads amounts.
func usageOf(o api.Object, path ...string) (used, error) {
	var u used
	for name, into := range map[string]*int64{"cpu": &u.cpu, "memory": &u.memory} {
		text := o.String(append(path, name)...)
		if text == "" {
			continue
		}
		q, err := quantity.Parse(text)
		if err != nil {
			return u, fmt.Errorf("%s %q: %w", name, text, err)
		}
		if *into = q.Value(); name == "cpu" {
			*into = q.MilliValue()
		}
	}
	return u, nil
}

// row is a line of the output.
type row struct {
	namespace, pod, name string
	used
}

// sortRows puts the greatest first, or sorts by names.
func sortRows(rows []row, by string) {
	slices.SortStableFunc(rows, func(a, b row) int {
		switch by {
		case "cpu":
			return cmp.Compare(b.cpu, a.cpu)
		case "memory":
			return cmp.Compare(b.memory, a.memory)
		}
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.pod, b.pod), cmp.Compare(a.name, b.name))
	})
}

// measured reads metrics: those of one object, or of all that are selected.
func (a *App) measured(ctx context.Context, path string, args []string, f topFlags) ([]api.Object, error) {
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	all, err := c.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(m *api.Mapping) bool { return m.Group == "metrics.k8s.io" }) {
		return nil, errors.New("Metrics API not available") //nolint:staticcheck // upstream's words
	}
	q := url.Values{}
	if len(args) > 0 {
		path += "/" + url.PathEscape(args[0])
	} else {
		q.Set("labelSelector", f.labels)
		q.Set("fieldSelector", f.fields)
	}
	b, err := c.Get(ctx, path, q, "")
	if err != nil {
		return nil, err
	}
	o, err := api.Decode(b)
	if err != nil || len(args) > 0 {
		return []api.Object{o}, err
	}
	return o.List("items"), nil
}

func (a *App) runTopNode(ctx context.Context, args []string, f topFlags) error {
	items, err := a.measured(ctx, metricsRoot+"/nodes", args, f)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return errors.New("metrics not available yet")
	}
	nodes, err := a.nodes(ctx, args, selectFlags{labels: f.labels})
	if err != nil {
		return err
	}
	room, field := map[string]used{}, "allocatable"
	if f.capacity {
		field = "capacity"
	}
	for _, n := range nodes {
		if room[n.name], err = usageOf(n.object, "status", field); err != nil {
			return err
		}
	}
	var rows []row
	for _, i := range items {
		u, err := usageOf(i, "usage")
		if err != nil {
			return err
		}
		rows = append(rows, row{name: i.Name(), used: u})
	}
	sortRows(rows, f.sort)
	w := printer.NewWriter(a.out)
	if !f.noHeaders {
		fmt.Fprintln(w, "NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t")
	}
	for _, r := range rows {
		has, ok := room[r.name]
		delete(room, r.name)
		if !ok || has.cpu == 0 || has.memory == 0 {
			fmt.Fprintf(w, "%s\t%v\n", r.name, r.used)
			continue
		}
		fmt.Fprintf(w, "%s\t%dm\t%d%%\t%dMi\t%d%%\t\n", r.name, r.cpu, percent(r.cpu, has.cpu), r.memory>>20, percent(r.memory, has.memory))
	}
	for _, n := range nodes { // those that were not measured
		if _, ok := room[n.name]; ok {
			fmt.Fprintf(w, "%s\t%s\n", n.name, strings.Repeat("<unknown>\t", 4))
		}
	}
	return w.Flush()
}

// percent is a share, rounded down.
func percent(part, whole int64) int64 { return int64(float64(part) / float64(whole) * 100) }

func (a *App) runTopPod(ctx context.Context, args []string, f topFlags) error {
	path := metricsRoot + "/pods"
	ns := ""
	if !f.all {
		var err error
		if ns, err = a.namespace(); err != nil {
			return err
		}
		path = metricsRoot + "/namespaces/" + ns + "/pods"
	}
	items, err := a.measured(ctx, path, args, f)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return a.notMeasured(ctx, ns, f)
	}
	var rows []row
	var sum used
	for _, i := range items {
		var pod used
		for _, c := range i.List("containers") {
			u, err := usageOf(c, "usage")
			if err != nil {
				return err
			}
			pod = pod.plus(u)
			if f.containers {
				rows = append(rows, row{i.Namespace(), i.Name(), c.String("name"), u})
			}
		}
		sum = sum.plus(pod)
		if !f.containers {
			rows = append(rows, row{i.Namespace(), "", i.Name(), pod})
		}
	}
	sortRows(rows, f.sort)
	w := printer.NewWriter(a.out)
	defer w.Flush()
	f.printPods(w, rows, sum)
	return nil
}

// printPods prints the lines of pods or containers.
func (f topFlags) printPods(w io.Writer, rows []row, sum used) {
	columns := 1
	head := ""
	if f.all {
		head, columns = "NAMESPACE\t", columns+1
	}
	if f.containers {
		head, columns = head+"POD\t", columns+1
	}
	if !f.noHeaders {
		fmt.Fprintln(w, head+"NAME\tCPU(cores)\tMEMORY(bytes)\t")
	} else {
		columns = 1 // as upstream counts
	}
	for _, r := range rows {
		if f.all {
			fmt.Fprintf(w, "%s\t", r.namespace)
		}
		if f.containers {
			fmt.Fprintf(w, "%s\t", r.pod)
		}
		fmt.Fprintf(w, "%s\t%v\n", r.name, r.used)
	}
	if f.sum {
		blank := strings.Repeat("\t", columns)
		fmt.Fprintf(w, "%s________\t________\t\n%s%v\n", blank, blank, sum)
	}
}

// notMeasured says why nothing is known of any pod.
func (a *App) notMeasured(ctx context.Context, ns string, f topFlags) error {
	m, err := a.client.ResolveOne(ctx, "pods")
	if err != nil {
		return err
	}
	list, err := a.client.Read(ctx, m, ns, "", url.Values{"labelSelector": {f.labels}, "fieldSelector": {f.fields}})
	if err != nil {
		return err
	}
	pods := list.List("items")
	for _, p := range pods {
		if age := a.now().Sub(p.Time("metadata", "creationTimestamp")); age > notMeasuredFor {
			return fmt.Errorf("Metrics not available for pod %s/%s, age: %s", p.Namespace(), p.Name(), age) //nolint:staticcheck // upstream's words
		}
	}
	switch {
	case len(pods) > 0:
		return errors.New("metrics not available yet")
	case f.all:
		fmt.Fprintln(a.err, "No resources found")
	default:
		fmt.Fprintf(a.err, "No resources found in %s namespace.\n", ns)
	}
	return nil
}
