package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/rollingupdate"
)

type rollingFlags struct {
	files                  fileFlags
	image, container       string
	key                    string
	interval, poll, within time.Duration
	rollback, dryRun       bool
}

func (a *App) rollingUpdate() *cobra.Command {
	var f rollingFlags
	c := &cobra.Command{
		Use:     "rolling-update OLD_CONTROLLER_NAME ([NEW_CONTROLLER_NAME] --image=NEW_CONTAINER_IMAGE | -f NEW_CONTROLLER_SPEC)",
		Aliases: []string{"rollingupdate"},
		Short:   "Perform a rolling update of the given ReplicationController",
		Long: `Replace the pods of a replication controller, one after the other, by those of
another one: the new controller grows while the old one shrinks, and as many pods
as there were stay ready. An update that was interrupted goes on when it is started
again, and turns round with --rollback.`,
		Example: examples("# To the controller of a file", "kubectl rolling-update frontend-v1 -f frontend-v2.yaml", "", "# To another image; the controller keeps its name", "kubectl rolling-update frontend --image=image:v2", "", "# Back from an update that is under way", "kubectl rolling-update frontend-v1 frontend-v2 --rollback"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, args); err != nil {
				return err
			}
			return a.runRollingUpdate(c.Context(), c, args, f)
		},
	}
	f.files.add(c, "Filename or URL to file to use to create the new replication controller.")
	fl := c.Flags()
	fl.DurationVar(&f.interval, "update-period", time.Minute, "Time to wait between updating pods.")
	fl.DurationVar(&f.poll, "poll-interval", 3*time.Second, "Time delay between polling for replication controller status after the update.")
	fl.DurationVar(&f.within, "timeout", 5*time.Minute, "Max time to wait for a replication controller to update before giving up.")
	fl.StringVar(&f.image, "image", "", "Image to use for upgrading the replication controller. Must be distinct from the existing image. Can not be used with --filename/-f")
	fl.StringVar(&f.container, "container", "", "Container name which will have its image upgraded. Only relevant when --image is specified, and required for pods of several containers.")
	fl.StringVar(&f.key, "deployment-label-key", "deployment", "The key to use to differentiate between two different controllers, default 'deployment'. Only relevant when --image is specified, ignored otherwise")
	fl.BoolVar(&f.dryRun, "dry-run", false, "If true, print out the changes that would be made, but don't actually make them.")
	fl.BoolVar(&f.rollback, "rollback", false, "If true, this is a request to abort an existing rollout that is partially rolled out. It effectively reverses current and next and runs a rollout")
	return c
}

func (f *rollingFlags) check(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usagef(c, "Must specify the controller to update")
	case len(args) > 2:
		return usagef(c, "Must specify at most the old and the new controller")
	case len(f.files.names) > 1:
		return usagef(c, "May only specify a single filename for new controller")
	case f.key == "":
		return usagef(c, "--deployment-label-key can not be empty")
	case f.rollback && len(f.files.names) > 0:
		return usagef(c, "Don't specify --filename or --image on rollback")
	case f.rollback && f.image != "":
		return usagef(c, "Don't specify --filename or --image on rollback")
	case !f.rollback && len(f.files.names) == 0 && f.image == "":
		return usagef(c, "Must specify --filename or --image for new controller")
	case len(f.files.names) > 0 && f.image != "":
		return usagef(c, "--filename and --image can not both be specified")
	case f.interval < 0 || f.poll <= 0 || f.within <= 0:
		return usagef(c, "--update-period, --poll-interval and --timeout must be positive")
	}
	return nil
}

func (a *App) runRollingUpdate(ctx context.Context, c *cobra.Command, args []string, f rollingFlags) error {
	cl, err := a.rollingCluster(ctx)
	if err != nil {
		return err
	}
	u := &rollingupdate.Update{Cluster: cl, Out: a.out, Interval: f.interval, Poll: f.poll, Timeout: f.within}
	oldName := args[0]
	if u.Old, err = cl.Get(ctx, oldName); err != nil {
		return err
	}
	if u.Old == nil {
		return a.finishRename(ctx, cl, oldName, args, f)
	}
	from, err := a.planRollingUpdate(ctx, c, u, args, f)
	if err != nil {
		return err
	}
	if f.image != "" && !f.dryRun && u.Old.Name() != u.New.Name() {
		if err := u.PointOld(ctx, f.key); err != nil {
			return err
		}
	}
	if err := u.CheckSelectors(from); err != nil && (f.image == "" || !f.dryRun) {
		return usagef(c, "%v", err)
	}
	if f.dryRun {
		return a.showRollingUpdate(u)
	}
	keeps := u.Rename
	if f.rollback {
		if err := u.Abort(ctx); err != nil {
			return err
		}
	}
	if err := u.Run(ctx); err != nil {
		return err
	}
	verb := "rolling updated"
	switch {
	case f.rollback:
		verb = "rolled back"
	case !keeps:
		verb = fmt.Sprintf("rolling updated to %q", u.New.Name())
	}
	_, err = fmt.Fprintf(a.out, "replicationcontroller %q %s\n", oldName, verb)
	return err
}

// planRollingUpdate decides which controller comes next; from is where it comes
// from, for messages.
func (a *App) planRollingUpdate(ctx context.Context, c *cobra.Command, u *rollingupdate.Update, args []string, f rollingFlags) (from string, err error) {
	if len(f.files.names) > 0 {
		from = f.files.names[0]
		u.New, err = a.controllerFrom(ctx, f)
		if err == nil && u.New.Field("spec", "replicas") == nil {
			u.New.Set(u.Old.Int("spec", "replicas"), "spec", "replicas")
		}
		return from, err
	}
	u.Rename = len(args) == 1
	name := rollingupdate.NextName(u.Old)
	if len(args) == 2 {
		name = args[1]
	}
	if name != "" {
		if u.New, err = u.Cluster.Get(ctx, name); err != nil {
			return name, err
		}
	}
	switch {
	case f.rollback && u.New == nil:
		return name, usagef(c, "Could not find %s to rollback.", name)
	case f.rollback:
		return name, nil
	case u.New != nil:
		if got := imageOf(u.New, f.container); got != f.image {
			return name, usagef(c, "Found existing in-progress update to image (%s).\nEither continue in-progress update with --image=%s or rollback with --rollback", got, got)
		}
		fmt.Fprintf(a.out, "Found existing update in progress (%s), resuming.\n", u.New.Name())
		return name, nil
	}
	if len(args) == 1 {
		name = "" // the annotation names one that is gone
	}
	u.New, err = rollingupdate.WithImage(u.Old, name, f.image, f.container, f.key)
	return name, err
}

func imageOf(rc api.Object, container string) string {
	for _, c := range rc.List("spec", "template", "spec", "containers") {
		if container == "" || c.String("name") == container {
			return c.String("image")
		}
	}
	return ""
}

// controllerFrom reads the new controller from its file.
func (a *App) controllerFrom(ctx context.Context, f rollingFlags) (api.Object, error) {
	targets, err := a.fromFiles(ctx, f.files)
	if err != nil {
		return nil, err
	}
	if len(targets) != 1 || targets[0].mapping.Kind != "ReplicationController" {
		return nil, fmt.Errorf("%s does not specify a valid ReplicationController", f.files.names[0])
	}
	o := targets[0].object
	if len(o.Strings("spec", "selector")) == 0 { // as the server fills it in
		selector := map[string]any{}
		for k, v := range o.Strings("spec", "template", "metadata", "labels") {
			selector[k] = v
		}
		o.Set(selector, "spec", "selector")
	}
	return o, nil
}

// finishRename ends an update that was interrupted between taking the old
// controller away and giving its name to the new one.
func (a *App) finishRename(ctx context.Context, cl *rollingCluster, oldName string, args []string, f rollingFlags) error {
	missing := fmt.Errorf("replicationcontrollers %q not found", oldName)
	if f.image == "" || len(args) > 1 {
		return missing
	}
	list, err := cl.List(ctx)
	if err != nil {
		return err
	}
	rc := rollingupdate.FindSource(list, oldName)
	if rc == nil {
		return missing
	}
	fmt.Fprintf(a.out, "Renaming %s to %s\n", rc.Name(), oldName)
	if _, err := rollingupdate.Rename(ctx, cl, rc, oldName); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "replicationcontroller %q rolling updated\n", oldName)
	return err
}

func (a *App) showRollingUpdate(u *rollingupdate.Update) error {
	old, err := yaml.Marshal(u.Old)
	if err != nil {
		return err
	}
	fresh, err := yaml.Marshal(u.New)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "Rolling from:\n%s\nTo:\n%s\n", old, fresh)
	return err
}

// rollingCluster is the server, as a rolling update sees it.
type rollingCluster struct {
	client      *api.Client
	controllers *api.Mapping
	pods        *api.Mapping
	namespace   string
}

func (a *App) rollingCluster(ctx context.Context) (*rollingCluster, error) {
	c, err := a.connect()
	if err != nil {
		return nil, err
	}
	ns, err := a.namespace()
	if err != nil {
		return nil, err
	}
	rcs, err := c.ResolveOne(ctx, "replicationcontrollers")
	if err != nil {
		return nil, err
	}
	pods, err := c.ResolveOne(ctx, "pods")
	return &rollingCluster{c, rcs, pods, ns}, err
}

// Get reads a controller; nil when there is none.
func (r *rollingCluster) Get(ctx context.Context, name string) (api.Object, error) {
	o, err := r.client.Read(ctx, r.controllers, r.namespace, name, nil)
	if api.IsReason(err, "NotFound") {
		return nil, nil
	}
	return o, err
}

// List reads all controllers.
func (r *rollingCluster) List(ctx context.Context) ([]api.Object, error) {
	o, err := r.client.Read(ctx, r.controllers, r.namespace, "", nil)
	return o.Items(), err
}

var rollingManager = url.Values{"fieldManager": {"kubectl-rolling-update"}}

// Create makes a controller.
func (r *rollingCluster) Create(ctx context.Context, rc api.Object) (api.Object, error) {
	return r.client.Create(ctx, r.controllers, r.namespace, "", "", rc, rollingManager)
}

// Replace writes a controller.
func (r *rollingCluster) Replace(ctx context.Context, rc api.Object) (api.Object, error) {
	return r.client.Replace(ctx, r.controllers, r.namespace, rc.Name(), "", rc, rollingManager)
}

// Delete takes a controller away from its pods and waits until it is gone.
func (r *rollingCluster) Delete(ctx context.Context, name string) error {
	_, err := r.client.Delete(ctx, r.controllers, r.namespace, name, api.Object{"propagationPolicy": "Orphan"}, nil)
	for err == nil {
		var o api.Object
		if o, err = r.Get(ctx, name); err != nil || o == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	if api.IsReason(err, "NotFound") {
		return nil
	}
	return err
}

// Pods lists the pods of a selector.
func (r *rollingCluster) Pods(ctx context.Context, selector map[string]string) ([]api.Object, error) {
	if len(selector) == 0 {
		return nil, errors.New("a controller without a selector")
	}
	var pairs []string
	for k, v := range selector {
		pairs = append(pairs, k+"="+v)
	}
	sort.Strings(pairs)
	o, err := r.client.Read(ctx, r.pods, r.namespace, "", url.Values{"labelSelector": {strings.Join(pairs, ",")}})
	return o.Items(), err
}

// ReplacePod writes a pod.
func (r *rollingCluster) ReplacePod(ctx context.Context, pod api.Object) error {
	_, err := r.client.Replace(ctx, r.pods, r.namespace, pod.Name(), "", pod, rollingManager)
	return err
}

// DeletePod deletes a pod.
func (r *rollingCluster) DeletePod(ctx context.Context, name string) error {
	_, err := r.client.Delete(ctx, r.pods, r.namespace, name, api.Object{}, nil)
	return err
}
