package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// run and expose make objects from flags.

type runFlags struct {
	write         writeFlags
	image, policy string
	labels        string
	env           []string
	port          int
	expose        bool
	command       bool
	restart       string
	stdin         bool
	tty           bool
	annotations   []string
}

func (a *App) run() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:     "run NAME --image=image [--env=\"key=value\"] [--port=port] [--dry-run=server|client] [--command] -- [COMMAND] [args...]",
		Short:   "Run a particular image on the cluster",
		Example: examples("# A pod of nginx", "kubectl run web --image=nginx:1.22 --port=80", "", "# A command that runs once", "kubectl run job --image=busybox:1.35 --restart=Never -- date"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || c.ArgsLenAtDash() == 0 {
				return usagef(c, "NAME is required for run")
			}
			return a.runRun(c.Context(), args[0], args[1:], f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.image, "image", "", "The image for the container to run.")
	fl.StringVar(&f.policy, "image-pull-policy", "", "The image pull policy for the container.")
	fl.StringVarP(&f.labels, "labels", "l", "", "Comma separated labels to apply to the pod.")
	fl.StringArrayVar(&f.env, "env", nil, "Environment variables to set in the container.")
	fl.StringArrayVar(&f.annotations, "annotations", nil, "Annotations to apply to the pod.")
	fl.IntVar(&f.port, "port", 0, "The port that this container exposes.")
	fl.BoolVar(&f.expose, "expose", false, "If true, create a ClusterIP service associated with the pod. Requires --port.")
	fl.BoolVar(&f.command, "command", false, "If true and extra arguments are present, use them as the 'command' field in the container, rather than the 'args' field which is the default.")
	fl.StringVar(&f.restart, "restart", "Always", "The restart policy for this Pod. Legal values [Always, OnFailure, Never].")
	fl.BoolVarP(&f.stdin, "stdin", "i", false, "Keep stdin open on the container in the pod, even if nothing is attached.")
	fl.BoolVarP(&f.tty, "tty", "t", false, "Allocate a TTY for the container in the pod.")
	f.write.add(c, false)
	return c
}

func (a *App) runRun(ctx context.Context, name string, args []string, f runFlags) error {
	if f.image == "" {
		return errors.New("required flag(s) \"image\" not set")
	}
	labels := map[string]any{"run": name}
	if f.labels != "" {
		parsed, err := pairs(f.labels)
		if err != nil {
			return err
		}
		labels = parsed
	}
	container := map[string]any{"name": name, "image": f.image}
	if f.policy != "" {
		container["imagePullPolicy"] = f.policy
	}
	if f.stdin {
		container["stdin"], container["stdinOnce"] = true, true
	}
	if f.tty {
		container["tty"] = true
	}
	if len(args) > 0 {
		field := "args"
		if f.command {
			field = "command"
		}
		list := make([]any, len(args))
		for i, s := range args {
			list[i] = s
		}
		container[field] = list
	}
	var env []any
	for _, e := range f.env {
		k, v, ok := strings.Cut(e, "=")
		if !ok || k == "" {
			return fmt.Errorf("invalid env: %v", e)
		}
		env = append(env, map[string]any{"name": k, "value": v})
	}
	if env != nil {
		container["env"] = env
	}
	if f.port > 0 {
		container["ports"] = []any{map[string]any{"containerPort": f.port}}
	}
	pod := newObject("v1", "Pod", name)
	pod.Set(labels, "metadata", "labels")
	pod["spec"] = map[string]any{"containers": []any{container}, "restartPolicy": f.restart}
	if err := a.createNamed(ctx, pod, &f.write); err != nil || !f.expose {
		return err
	}
	if f.port == 0 {
		return errors.New("--port must be set when exposing a service")
	}
	svc := newObject("v1", "Service", name)
	svc["spec"] = map[string]any{"selector": labels, "ports": []any{map[string]any{"port": f.port, "protocol": "TCP", "targetPort": f.port}}}
	return a.createNamed(ctx, svc, &f.write)
}

// pairs reads "a=1,b=2".
func pairs(s string) (map[string]any, error) {
	m := map[string]any{}
	for _, p := range strings.Split(s, ",") {
		k, v, ok := strings.Cut(p, "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("unexpected label spec: %s", p)
		}
		m[k] = v
	}
	return m, nil
}

type exposeFlags struct {
	files               fileFlags
	write               writeFlags
	port, targetPort    string
	protocol, typ, name string
	clusterIP, selector string
	labels, externalIP  string
	sessionAffinity     string
}

func (a *App) expose() *cobra.Command {
	var f exposeFlags
	c := &cobra.Command{
		Use:     "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--type=type]",
		Short:   "Take a replication controller, service, deployment or pod and expose it as a new service",
		Example: examples("# A service in front of a controller's pods", "kubectl expose rc nginx-test-controller --port=8000 --target-port=80", "", "# On a port of every node", "kubectl expose rc nginx-test-controller --port=80 --type=NodePort --name=web"),
		RunE:    func(c *cobra.Command, args []string) error { return a.runExpose(c.Context(), args, f) },
	}
	f.files.add(c, "Filename, directory, or URL to files identifying the resource to expose a service")
	f.write.add(c, false)
	fl := c.Flags()
	fl.StringVar(&f.port, "port", "", "The port that the service should serve on. Copied from the resource being exposed, if unspecified")
	fl.StringVar(&f.targetPort, "target-port", "", "Name or number for the port on the container that the service should direct traffic to.")
	fl.StringVar(&f.protocol, "protocol", "", "The network protocol for the service to be created. Default is 'TCP'.")
	fl.StringVar(&f.typ, "type", "", "Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.")
	fl.StringVar(&f.name, "name", "", "The name for the newly created object.")
	fl.StringVar(&f.clusterIP, "cluster-ip", "", "ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.")
	fl.StringVar(&f.selector, "selector", "", "A label selector to use for this service.")
	fl.StringVarP(&f.labels, "labels", "l", "", "Labels to apply to the service created by this call.")
	fl.StringVar(&f.externalIP, "external-ip", "", "Additional external IP address to accept for the service.")
	fl.StringVar(&f.sessionAffinity, "session-affinity", "", "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'")
	return c
}

func (a *App) runExpose(ctx context.Context, args []string, f exposeFlags) error {
	found, err := a.find(ctx, args, f.files, selectFlags{})
	if err != nil {
		return err
	}
	for _, t := range found {
		svc, err := f.service(t)
		if err != nil {
			return err
		}
		if err := a.createExposed(ctx, svc, f); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) createExposed(ctx context.Context, svc api.Object, f exposeFlags) error {
	m, err := a.client.ForKind(ctx, "v1", "Service")
	if err != nil {
		return err
	}
	ns, err := a.namespace()
	if err != nil {
		return err
	}
	t := target{mapping: m, name: svc.Name(), namespace: ns, object: svc}
	got := svc
	if f.write.dryRun != "client" {
		if got, err = a.client.Create(ctx, m, ns, "", "", svc, f.write.query()); err != nil {
			return err
		}
	}
	return a.done(t, got, "exposed", &f.write)
}

// service is the service in front of what t selects.
func (f *exposeFlags) service(t target) (api.Object, error) {
	selector := map[string]any{}
	switch {
	case f.selector != "":
		s, err := pairs(f.selector)
		if err != nil {
			return nil, err
		}
		selector = s
	case t.mapping.Resource == "pods":
		for k, v := range t.object.Strings("metadata", "labels") {
			selector[k] = v
		}
	case podSelector(t.object) != "":
		s, err := pairs(podSelector(t.object))
		if err != nil {
			return nil, err
		}
		selector = s
	}
	if len(selector) == 0 {
		return nil, fmt.Errorf("couldn't retrieve selectors via --selector flag or introspection: %s has no labels to select by", t)
	}
	ports, err := f.ports(t)
	if err != nil {
		return nil, err
	}
	name := f.name
	if name == "" {
		name = t.name
	}
	svc := newObject("v1", "Service", name)
	if f.labels != "" {
		l, err := pairs(f.labels)
		if err != nil {
			return nil, err
		}
		svc.Set(l, "metadata", "labels")
	} else if l := t.object.Field("metadata", "labels"); l != nil {
		svc.Set(l, "metadata", "labels")
	}
	spec := map[string]any{"selector": selector, "ports": ports}
	for k, v := range map[string]string{"type": f.typ, "clusterIP": f.clusterIP, "sessionAffinity": f.sessionAffinity} {
		if v != "" {
			spec[k] = v
		}
	}
	if f.externalIP != "" {
		spec["externalIPs"] = []any{f.externalIP}
	}
	svc["spec"] = spec
	return svc, nil
}

// ports are those asked for, or else those of the pods.
func (f *exposeFlags) ports(t target) ([]any, error) {
	wanted := strings.Split(f.port, ",")
	protocols := map[string]string{}
	if f.port == "" {
		wanted = nil
		for _, c := range containersOf(t.object) {
			for _, p := range c.List("ports") {
				n := strconv.FormatInt(p.Int("containerPort"), 10)
				wanted, protocols[n] = append(wanted, n), p.String("protocol")
			}
		}
		for _, p := range t.object.List("spec", "ports") {
			n := strconv.FormatInt(p.Int("port"), 10)
			wanted, protocols[n] = append(wanted, n), p.String("protocol")
		}
	}
	if len(wanted) == 0 {
		return nil, errors.New("couldn't find port via --port flag or introspection")
	}
	var out []any
	for i, w := range wanted {
		n, err := strconv.Atoi(w)
		if err != nil {
			return nil, fmt.Errorf("--port %q is not a number", w)
		}
		p := map[string]any{"port": n, "protocol": "TCP"}
		if proto := protocols[w]; proto != "" {
			p["protocol"] = proto
		}
		if f.protocol != "" {
			p["protocol"] = strings.ToUpper(f.protocol)
		}
		if len(wanted) > 1 {
			p["name"] = fmt.Sprintf("port-%d", i+1)
		}
		p["targetPort"] = n
		if f.targetPort != "" {
			p["targetPort"] = f.targetPort
			if tn, err := strconv.Atoi(f.targetPort); err == nil {
				p["targetPort"] = tn
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// containersOf are the containers of a pod, or of a controller's template.
func containersOf(o api.Object) []api.Object {
	if c := o.List("spec", "containers"); len(c) > 0 {
		return c
	}
	return o.List("spec", "template", "spec", "containers")
}
