package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// cordon makes cordon, and with undo uncordon.
func (a *App) cordon(undo bool) *cobra.Command {
	var sel selectFlags
	var w writeFlags
	use, short, verb := "cordon NODE", "Mark node as unschedulable", "cordoned"
	if undo {
		use, short, verb = "uncordon NODE", "Mark node as schedulable", "uncordoned"
	}
	c := &cobra.Command{
		Use: use, Short: short, Example: examples("kubectl " + strings.Fields(use)[0] + " node1"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && sel.labels == "" {
				return usagef(c, "at least one NODE is required")
			}
			nodes, err := a.nodes(c.Context(), args, sel)
			if err != nil {
				return err
			}
			var errs []error
			for _, n := range nodes {
				errs = append(errs, a.setSchedulable(c.Context(), n, undo, verb, &w))
			}
			return errors.Join(errs...)
		},
	}
	c.Flags().StringVarP(&sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	w.add(c, false)
	return c
}

func (a *App) nodes(ctx context.Context, names []string, sel selectFlags) ([]target, error) {
	if len(names) > 0 && strings.Contains(names[0], "/") {
		return a.find(ctx, names, fileFlags{}, sel)
	}
	return a.find(ctx, append([]string{"nodes"}, names...), fileFlags{}, sel)
}

func (a *App) setSchedulable(ctx context.Context, n target, schedulable bool, verb string, w *writeFlags) error {
	if n.object.Bool("spec", "unschedulable") != schedulable {
		return a.done(n, n.object, "already "+verb, w)
	}
	var value any = true
	if schedulable {
		value = nil
	}
	got := n.object
	if w.dryRun != "client" {
		body, err := json.Marshal(api.Object{"spec": map[string]any{"unschedulable": value}})
		if err != nil {
			return err
		}
		if got, err = a.client.Patch(ctx, n.mapping, "", n.name, "", api.StrategicType, body, w.query()); err != nil {
			return err
		}
	}
	return a.done(n, got, verb, w)
}

type drainFlags struct {
	sel              selectFlags
	write            writeFlags
	ignoreDaemonSets bool
	deleteEmptyDir   bool
	force            bool
	grace            int
	timeout          time.Duration
	disableEviction  bool
	podSelector      string
}

func (a *App) drain() *cobra.Command {
	var f drainFlags
	c := &cobra.Command{
		Use:     "drain NODE",
		Short:   "Drain node in preparation for maintenance",
		Long:    "Drain node in preparation for maintenance: it is marked unschedulable, and its pods are evicted, as their disruption budgets allow.",
		Example: examples("# Take a node out of service", "kubectl drain node1 --ignore-daemonsets", "", "# And back", "kubectl uncordon node1"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 && f.sel.labels == "" {
				return usagef(c, "at least one NODE is required")
			}
			return a.runDrain(c.Context(), args, f)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.sel.labels, "selector", "l", "", "Selector (label query) to filter on")
	fl.BoolVar(&f.ignoreDaemonSets, "ignore-daemonsets", false, "Ignore DaemonSet-managed pods.")
	fl.BoolVar(&f.deleteEmptyDir, "delete-emptydir-data", false, "Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).")
	fl.BoolVar(&f.force, "force", false, "Continue even if there are pods that do not declare a controller.")
	fl.IntVar(&f.grace, "grace-period", -1, "Period of time in seconds given to each pod to terminate gracefully. If negative, the default value specified in the pod will be used.")
	fl.DurationVar(&f.timeout, "timeout", 0, "The length of time to wait before giving up, zero means infinite")
	fl.BoolVar(&f.disableEviction, "disable-eviction", false, "Force drain to use delete, even if eviction is supported. This will bypass checking PodDisruptionBudgets, use with caution.")
	fl.StringVar(&f.podSelector, "pod-selector", "", "Label selector to filter pods on the node")
	f.write.add(c, false)
	return c
}

func (a *App) runDrain(ctx context.Context, names []string, f drainFlags) error {
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	nodes, err := a.nodes(ctx, names, f.sel)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range nodes {
		if err := a.setSchedulable(ctx, n, false, "cordoned", &f.write); err != nil {
			errs = append(errs, err)
			continue
		}
		if err := a.drainOne(ctx, n, f); err != nil {
			errs = append(errs, fmt.Errorf("unable to drain node %q due to error: %w, continuing command...", n.name, err))
		}
	}
	return errors.Join(errs...)
}

// verdict is what drain thinks of one pod.
type verdict struct {
	skip    bool
	warning string
	refusal string
}

// judge decides whether a pod may be evicted.
func (f *drainFlags) judge(p api.Object) verdict {
	annotations := p.Strings("metadata", "annotations")
	if _, mirror := annotations["kubernetes.io/config.mirror"]; mirror {
		return verdict{skip: true}
	}
	owner := ""
	for _, r := range p.List("metadata", "ownerReferences") {
		if r.Bool("controller") {
			owner = r.String("kind")
		}
	}
	finished := slices.Contains([]string{"Succeeded", "Failed"}, p.String("status", "phase"))
	switch {
	case owner == "DaemonSet" && !finished:
		if f.ignoreDaemonSets {
			return verdict{skip: true, warning: "ignoring DaemonSet-managed Pods"}
		}
		return verdict{refusal: "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"}
	case owner == "" && !finished:
		if !f.force {
			return verdict{refusal: "cannot delete Pods that declare no controller (use --force to override)"}
		}
		return verdict{warning: "deleting Pods that declare no controller"}
	}
	for _, v := range p.List("spec", "volumes") {
		if v["emptyDir"] != nil && !finished && !f.deleteEmptyDir {
			return verdict{refusal: "cannot delete Pods with local storage (use --delete-emptydir-data to override)"}
		}
	}
	return verdict{}
}

func (a *App) drainOne(ctx context.Context, n target, f drainFlags) error {
	pods, err := a.find(ctx, []string{"pods"}, fileFlags{}, selectFlags{allNamespaces: true, labels: f.podSelector, fields: "spec.nodeName=" + n.name})
	if err != nil {
		return err
	}
	var evict []target
	notes := map[string][]string{}
	refusals := map[string][]string{}
	for _, p := range pods {
		v := f.judge(p.object)
		id := p.namespace + "/" + p.name
		if v.warning != "" {
			notes[v.warning] = append(notes[v.warning], id)
		}
		if v.refusal != "" {
			refusals[v.refusal] = append(refusals[v.refusal], id)
		} else if !v.skip {
			evict = append(evict, p)
		}
	}
	if len(refusals) > 0 {
		var parts []string
		for why, ids := range refusals {
			parts = append(parts, why+": "+strings.Join(ids, ", "))
		}
		slices.Sort(parts)
		return errors.New("[" + strings.Join(parts, ", ") + "]")
	}
	for why, ids := range notes {
		fmt.Fprintf(a.err, "Warning: %s: %s\n", why, strings.Join(ids, ", "))
	}
	if f.write.dryRun == "none" {
		if err := a.evictAll(ctx, evict, f); err != nil {
			return err
		}
	}
	return a.done(n, n.object, "drained", &f.write)
}

// evictAll evicts pods and waits until they are gone; a budget that says not
// now is asked again every five seconds.
func (a *App) evictAll(ctx context.Context, pods []target, f drainFlags) error {
	for _, p := range pods {
		fmt.Fprintf(a.out, "evicting pod %s/%s\n", p.namespace, p.name)
		for {
			err := a.evict(ctx, p, f)
			if err == nil || api.IsReason(err, "NotFound") {
				break
			}
			if !api.IsReason(err, "TooManyRequests") {
				return fmt.Errorf("error when evicting pods/%q -n %q: %w", p.name, p.namespace, err)
			}
			fmt.Fprintf(a.err, "error when evicting pods/%q -n %q (will retry after 5s): %v\n", p.name, p.namespace, err)
			select {
			case <-ctx.Done():
				return fmt.Errorf("drain did not complete within %v", f.timeout)
			case <-time.After(5 * time.Second):
			}
		}
	}
	for _, p := range pods {
		if err := a.waitGone(ctx, []target{p}, 0); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "%s evicted\n", p)
	}
	return nil
}

func (a *App) evict(ctx context.Context, p target, f drainFlags) error {
	options := api.Object{}
	if f.grace >= 0 {
		options["gracePeriodSeconds"] = f.grace
	}
	if f.disableEviction || !slices.Contains(p.mapping.Subresources, "eviction") {
		_, err := a.client.Delete(ctx, p.mapping, p.namespace, p.name, options, nil)
		return err
	}
	eviction := newObject("policy/v1", "Eviction", p.name)
	eviction.Set(p.namespace, "metadata", "namespace")
	eviction["deleteOptions"] = map[string]any(options)
	_, err := a.client.Create(ctx, p.mapping, p.namespace, p.name, "eviction", eviction, nil)
	return err
}

// taint adds and removes the taints of nodes.
func (a *App) taint() *cobra.Command {
	var sel selectFlags
	var w writeFlags
	overwrite := false
	c := &cobra.Command{
		Use:     "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
		Short:   "Update the taints on one or more nodes",
		Example: examples("# Keep pods away", "kubectl taint nodes node1 dedicated=db:NoSchedule", "", "# Let them in again", "kubectl taint nodes node1 dedicated-"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.runTaint(c.Context(), args, sel, overwrite, &w)
		},
	}
	sel.add(c, true)
	c.Flags().BoolVar(&overwrite, "overwrite", false, "If true, allow taints to be overwritten, otherwise reject taint updates that overwrite existing taints.")
	w.add(c, false)
	return c
}

func (a *App) runTaint(ctx context.Context, args []string, sel selectFlags, overwrite bool, w *writeFlags) error {
	var names []string
	var add []api.Object
	var remove []string
	for i, arg := range args {
		switch spec, effect, hasEffect := strings.Cut(arg, ":"); {
		case strings.HasSuffix(arg, "-") && i > 0:
			remove = append(remove, strings.TrimSuffix(arg, "-"))
		case hasEffect:
			key, value, _ := strings.Cut(spec, "=")
			if !slices.Contains([]string{"NoSchedule", "PreferNoSchedule", "NoExecute"}, effect) {
				return fmt.Errorf("invalid taint effect: %s, unsupported taint effect; one of NoSchedule, PreferNoSchedule, NoExecute", effect)
			}
			t := api.Object{"key": key, "effect": effect}
			if value != "" {
				t["value"] = value
			}
			add = append(add, t)
		default:
			names = append(names, arg)
		}
	}
	if len(add)+len(remove) == 0 {
		return errors.New("at least one taint update is required")
	}
	nodes, err := a.find(ctx, names, fileFlags{}, sel)
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range nodes {
		taints, err := changeTaints(n.object.List("spec", "taints"), add, remove, overwrite)
		if err != nil {
			errs = append(errs, fmt.Errorf("node %s: %w", n.name, err))
			continue
		}
		body, err := json.Marshal(map[string]any{"metadata": map[string]any{"resourceVersion": n.object.String("metadata", "resourceVersion")}, "spec": map[string]any{"taints": taints}})
		if err != nil {
			return err
		}
		got := n.object
		if w.dryRun != "client" {
			if got, err = a.client.Patch(ctx, n.mapping, "", n.name, "", api.MergeType, body, w.query()); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		verb := "tainted"
		if len(add) == 0 {
			verb = "untainted"
		}
		errs = append(errs, a.done(n, got, verb, w))
	}
	return errors.Join(errs...)
}

// changeTaints removes by key or key:effect, then adds.
func changeTaints(have, add []api.Object, remove []string, overwrite bool) ([]api.Object, error) {
	out := slices.Clone(have)
	for _, r := range remove {
		key, effect, _ := strings.Cut(r, ":")
		key, _, _ = strings.Cut(key, "=")
		before := len(out)
		out = slices.DeleteFunc(out, func(t api.Object) bool {
			return t.String("key") == key && (effect == "" || t.String("effect") == effect)
		})
		if len(out) == before {
			return nil, fmt.Errorf("taint %q not found", r)
		}
	}
	for _, n := range add {
		same := func(t api.Object) bool {
			return t.String("key") == n.String("key") && t.String("effect") == n.String("effect")
		}
		if slices.ContainsFunc(out, same) && !overwrite {
			return nil, fmt.Errorf("already has %s taint(s) with same effect(s) and --overwrite is false", n.String("key"))
		}
		out = append(slices.DeleteFunc(out, same), n)
	}
	return out, nil
}
