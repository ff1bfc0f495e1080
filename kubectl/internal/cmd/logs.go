package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

type logFlags struct {
	labels                       string
	container                    string
	allContainers                bool
	follow, previous, timestamps bool
	prefix, ignoreErrors         bool
	tail, limit                  int64
	since                        time.Duration
	sinceTime                    string
}

func (a *App) logs() *cobra.Command {
	var f logFlags
	c := &cobra.Command{
		Use:     "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
		Short:   "Print the logs for a container in a pod",
		Example: examples("# The log of a pod", "kubectl logs web-1", "", "# Follow the last 20 lines", "kubectl logs -f --tail=20 web-1", "", "# All pods with a label", "kubectl logs -l app=nginx"),
		RunE: func(c *cobra.Command, args []string) error {
			if f.tail == -1 && f.labels != "" && !c.Flags().Changed("tail") {
				f.tail = 10
			}
			if len(args) == 2 && f.container == "" {
				f.container, args = args[1], args[:1]
			}
			if len(args) != 1 && f.labels == "" || len(args) > 1 {
				return usagef(c, "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command")
			}
			return a.runLogs(c.Context(), args, f)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.labels, "selector", "l", "", "Selector (label query) to filter on")
	fl.StringVarP(&f.container, "container", "c", "", "Print the logs of this container")
	fl.BoolVar(&f.allContainers, "all-containers", false, "Get all containers' logs in the pod(s).")
	fl.BoolVarP(&f.follow, "follow", "f", false, "Specify if the logs should be streamed.")
	fl.BoolVarP(&f.previous, "previous", "p", false, "If true, print the logs for the previous instance of the container in a pod if it exists.")
	fl.BoolVar(&f.timestamps, "timestamps", false, "Include timestamps on each line in the log output")
	fl.BoolVar(&f.prefix, "prefix", false, "Prefix each log line with the log source (pod name and container name)")
	fl.BoolVar(&f.ignoreErrors, "ignore-errors", false, "If watching / following pod logs, allow for any errors that occur to be non-fatal")
	fl.Int64Var(&f.tail, "tail", -1, "Lines of recent log file to display. Defaults to -1, showing all log lines; with a selector 10.")
	fl.Int64Var(&f.limit, "limit-bytes", 0, "Maximum bytes of logs to return. Defaults to no limit.")
	fl.DurationVar(&f.since, "since", 0, "Only return logs newer than a relative duration like 5s, 2m, or 3h.")
	fl.StringVar(&f.sinceTime, "since-time", "", "Only return logs after a specific date (RFC3339).")
	return c
}

func (f *logFlags) query(container string) url.Values {
	q := url.Values{}
	set := func(k, v string, ok bool) {
		if ok {
			q.Set(k, v)
		}
	}
	set("container", container, container != "")
	set("follow", "true", f.follow)
	set("previous", "true", f.previous)
	set("timestamps", "true", f.timestamps)
	set("tailLines", strconv.FormatInt(f.tail, 10), f.tail >= 0)
	set("limitBytes", strconv.FormatInt(f.limit, 10), f.limit > 0)
	set("sinceSeconds", strconv.FormatInt(int64(f.since.Seconds()), 10), f.since > 0)
	set("sinceTime", f.sinceTime, f.sinceTime != "")
	return q
}

// source is one container whose log is wanted.
type source struct {
	pod       target
	container string
}

func (a *App) runLogs(ctx context.Context, args []string, f logFlags) error {
	pods, err := a.podsOf(ctx, args, f.labels)
	if err != nil {
		return err
	}
	if len(pods) == 0 {
		fmt.Fprintf(a.err, "No resources found in %s namespace.\n", a.mustNamespace())
		return nil
	}
	var sources []source
	for _, p := range pods {
		if !f.allContainers {
			sources = append(sources, source{p, a.chooseContainer(p.object, f.container)})
			continue
		}
		for _, field := range []string{"initContainers", "containers", "ephemeralContainers"} {
			for _, c := range p.object.List("spec", field) {
				sources = append(sources, source{p, c.String("name")})
			}
		}
	}
	if !f.follow || len(sources) == 1 {
		for _, s := range sources {
			if err := a.copyLog(ctx, s, f, a.out, f.prefix); err != nil {
				return err
			}
		}
		return nil
	}
	return a.followAll(ctx, sources, f)
}

// followAll copies several logs as they grow, whole lines at a time.
func (a *App) followAll(ctx context.Context, sources []source, f logFlags) error {
	var mu sync.Mutex
	out := lockedWriter{&mu, a.out}
	errs := make([]error, len(sources))
	var wg sync.WaitGroup
	for i, s := range sources {
		wg.Go(func() { errs[i] = a.copyLog(ctx, s, f, out, f.prefix) })
	}
	wg.Wait()
	if f.ignoreErrors {
		return nil
	}
	return errors.Join(errs...)
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (a *App) copyLog(ctx context.Context, s source, f logFlags, out io.Writer, prefix bool) error {
	body, err := a.client.Stream(ctx, s.pod.mapping.Path(s.pod.namespace, s.pod.name, "log"), f.query(s.container))
	if err != nil {
		return err
	}
	defer body.Close()
	r := bufio.NewReader(body)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			if prefix {
				line = append([]byte(fmt.Sprintf("[pod/%s/%s] ", s.pod.name, s.container)), line...)
			}
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		if err != nil {
			if errors.Is(err, io.EOF) || ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// podsOf finds the pods that POD, TYPE/NAME or a selector mean.
func (a *App) podsOf(ctx context.Context, args []string, labels string) ([]target, error) {
	if labels != "" {
		if len(args) > 0 {
			return nil, errors.New("only a selector (-l) or a POD name is allowed")
		}
		return a.find(ctx, []string{"pods"}, fileFlags{}, selectFlags{labels: labels})
	}
	if !strings.Contains(args[0], "/") {
		args = []string{"pods", args[0]}
	}
	found, err := a.find(ctx, args, fileFlags{}, selectFlags{})
	if err != nil || len(found) == 0 || found[0].mapping.Resource == "pods" {
		return found, err
	}
	selector := podSelector(found[0].object)
	if selector == "" {
		return nil, fmt.Errorf("cannot find the pods of %s: it selects none", found[0])
	}
	pods, err := a.find(ctx, []string{"pods"}, fileFlags{}, selectFlags{labels: selector})
	if err == nil && len(pods) == 0 {
		err = fmt.Errorf("no pods of %s were found", found[0])
	}
	if len(pods) > 1 {
		fmt.Fprintf(a.err, "Found %d pods, using pod/%s\n", len(pods), pods[0].name)
		pods = pods[:1]
	}
	return pods, err
}

// podSelector is the labels by which a controller or service finds its pods.
func podSelector(o api.Object) string {
	labels := o.Strings("spec", "selector", "matchLabels")
	if len(labels) == 0 {
		labels = o.Strings("spec", "selector")
	}
	var parts []string
	for k, v := range labels {
		parts = append(parts, k+"="+v)
	}
	return strings.Join(parts, ",")
}

// chooseContainer is the one asked for, the pod's default one, or its first;
// the choice among several is said.
func (a *App) chooseContainer(pod api.Object, asked string) string {
	if asked != "" {
		return asked
	}
	containers := pod.List("spec", "containers")
	if len(containers) == 0 {
		return ""
	}
	name := pod.Strings("metadata", "annotations")["kubectl.kubernetes.io/default-container"]
	if name == "" {
		name = containers[0].String("name")
	}
	if len(containers) > 1 {
		var names []string
		for _, c := range containers {
			names = append(names, c.String("name"))
		}
		fmt.Fprintf(a.err, "Defaulted container %q out of: %s\n", name, strings.Join(names, ", "))
	}
	return name
}
