package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

type autoscaleFlags struct {
	files    fileFlags
	write    writeFlags
	name     string
	min, max int32
	cpu      int32
}

func (a *App) autoscale() *cobra.Command {
	var f autoscaleFlags
	c := &cobra.Command{
		Use:     "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]",
		Short:   "Auto-scale a deployment, replica set, stateful set, or replication controller",
		Example: examples("# Between 2 and 10 pods, so that they use 80% of the processor time that they ask for", "kubectl autoscale deployment web --min=2 --max=10 --cpu-percent=80"),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case f.max < 1:
				return fmt.Errorf("--max=MAXPODS is required and must be at least 1, max: %d", f.max)
			case f.max < f.min:
				return fmt.Errorf("--max=MAXPODS must be larger or equal to --min=MINPODS, max: %d, min: %d", f.max, f.min)
			}
			if err := f.write.check(); err != nil {
				return err
			}
			return a.runAutoscale(c.Context(), args, f)
		},
	}
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to autoscale.")
	f.write.add(c, false)
	fl := c.Flags()
	fl.StringVar(&f.name, "name", "", "The name for the newly created object. If not specified, the name of the input resource will be used.")
	fl.Int32Var(&f.min, "min", -1, "The lower limit for the number of pods that can be set by the autoscaler. If it's not specified or negative, the server will apply a default value.")
	fl.Int32Var(&f.max, "max", -1, "The upper limit for the number of pods that can be set by the autoscaler. Required.")
	fl.Int32Var(&f.cpu, "cpu-percent", -1, "The target average CPU utilization (represented as a percent of requested CPU) over all the pods. If it's not specified or negative, a default autoscaling policy will be used.")
	_ = c.MarkFlagRequired("max")
	return c
}

func (a *App) runAutoscale(ctx context.Context, args []string, f autoscaleFlags) error {
	targets, err := a.find(ctx, args, f.files, selectFlags{})
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no objects passed to autoscale")
	}
	hpa, err := a.client.ResolveOne(ctx, "horizontalpodautoscalers.autoscaling")
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		errs = append(errs, a.autoscaleOne(ctx, t, hpa, f))
	}
	return errors.Join(errs...)
}

func (a *App) autoscaleOne(ctx context.Context, t target, hpa *api.Mapping, f autoscaleFlags) error {
	name := f.name
	if name == "" {
		name = t.name
	}
	o := api.Object{"apiVersion": hpa.APIVersion(), "kind": "HorizontalPodAutoscaler", "metadata": map[string]any{"name": name, "namespace": t.namespace}}
	o.Set(map[string]any{"apiVersion": t.mapping.APIVersion(), "kind": t.mapping.Kind, "name": t.name}, "spec", "scaleTargetRef")
	o.Set(f.max, "spec", "maxReplicas")
	if f.min > 0 {
		o.Set(f.min, "spec", "minReplicas")
	}
	switch {
	case f.cpu < 0:
	case hpa.Version == "v1":
		o.Set(f.cpu, "spec", "targetCPUUtilizationPercentage")
	default:
		o.Set([]any{map[string]any{"type": "Resource", "resource": map[string]any{
			"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": f.cpu}}}}, "spec", "metrics")
	}
	made := target{mapping: hpa, namespace: t.namespace, name: name}
	got := o
	if f.write.dryRun != "client" {
		var err error
		if got, err = a.client.Create(ctx, hpa, t.namespace, "", "", o, f.write.query()); err != nil {
			return err
		}
	}
	return a.done(made, got, "autoscaled", &f.write)
}
