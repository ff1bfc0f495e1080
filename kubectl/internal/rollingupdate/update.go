// Package rollingupdate moves the pods of one replication controller to
// another from outside, as kubectl did before there were deployments: the new
// controller grows pod by pod while the old one shrinks.
//
// All that an interrupted update needs to go on is in annotations of the two
// controllers (names.go), so a second run resumes, and a third may turn it
// round. update.go is the loop, prepare.go makes the second controller out of
// the first and a new image.
package rollingupdate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// Cluster is where the controllers are.
type Cluster interface {
	// Get returns nil, nil for a controller that is not there.
	Get(ctx context.Context, name string) (api.Object, error)
	List(ctx context.Context) ([]api.Object, error)
	Create(ctx context.Context, rc api.Object) (api.Object, error)
	Replace(ctx context.Context, rc api.Object) (api.Object, error)
	// Delete takes a controller away and returns when it is gone; its pods
	// stay.
	Delete(ctx context.Context, name string) error
	// Pods are those that match a selector.
	Pods(ctx context.Context, selector map[string]string) ([]api.Object, error)
	ReplacePod(ctx context.Context, pod api.Object) error
	DeletePod(ctx context.Context, name string) error
}

// Update is one rolling update.
type Update struct {
	Cluster Cluster
	Out     io.Writer
	Old     api.Object
	New     api.Object
	// Rename gives the new controller the old one's name in the end.
	Rename   bool
	Interval time.Duration // --update-period, between two steps
	Poll     time.Duration // --poll-interval
	Timeout  time.Duration // --timeout, without progress
}

// maxSurge is how many pods there may be beyond those wanted; none may be
// missing.
const maxSurge = 1

// Run brings the update to its end.
func (u *Update) Run(ctx context.Context) error {
	desired, err := u.begin(ctx)
	if err != nil {
		return err
	}
	original, err := u.noteOriginal(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(u.Out, "Scaling up %s from %d to %d, scaling down %s from %d to 0 (keep %d pods available, don't exceed %d pods)\n",
		u.New.Name(), size(u.New), desired, u.Old.Name(), size(u.Old), original, original+maxSurge)
	deadline := time.Now().Add(u.Timeout)
	for size(u.New) != desired || size(u.Old) != 0 {
		newWas, oldWas := size(u.New), size(u.Old)
		if err := u.grow(ctx, desired, original); err != nil {
			return err
		}
		if err := pause(ctx, u.Interval); err != nil {
			return err
		}
		if err := u.shrink(ctx, original); err != nil {
			return err
		}
		if size(u.New) != newWas || size(u.Old) != oldWas {
			deadline = time.Now().Add(u.Timeout)
		} else if time.Now().After(deadline) {
			return errors.New("timed out waiting for any update progress to be made")
		}
	}
	return u.end(ctx)
}

// begin finds or makes the new controller and returns how large it is to be.
func (u *Update) begin(ctx context.Context) (desired int64, err error) {
	source := sourceOf(u.Old)
	existing, err := u.Cluster.Get(ctx, u.New.Name())
	if err != nil {
		return 0, err
	}
	if existing != nil {
		if annotation(existing, sourceID) != source {
			return 0, fmt.Errorf("Missing/unexpected annotations for controller %s, expected %s : %s", existing.Name(), source, annotation(existing, sourceID))
		}
		fmt.Fprintf(u.Out, "Continuing update with existing controller %s.\n", existing.Name())
		u.New = existing
		return u.desired()
	}
	if size(u.New) <= 0 {
		return 0, fmt.Errorf("Invalid controller spec for %s; required: > 0 replicas, actual: %d", u.New.Name(), size(u.New))
	}
	annotate(u.New, desiredReplicas, strconv.FormatInt(size(u.New), 10))
	annotate(u.New, sourceID, source)
	u.New.Set(0, "spec", "replicas")
	if u.New, err = u.Cluster.Create(ctx, u.New); err != nil {
		return 0, err
	}
	fmt.Fprintf(u.Out, "Created %s\n", u.New.Name())
	return u.desired()
}

func (u *Update) desired() (int64, error) {
	text := annotation(u.New, desiredReplicas)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("Unable to parse annotation for %s: %s=%s", u.New.Name(), desiredReplicas, text)
	}
	return n, nil
}

// noteOriginal writes down how large the old controller was before all.
func (u *Update) noteOriginal(ctx context.Context) (int64, error) {
	if text := annotation(u.Old, originalReplicas); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("Unable to parse annotation for %s: %s=%s", u.Old.Name(), originalReplicas, text)
		}
		return n, nil
	}
	n := size(u.Old)
	var err error
	u.Old, err = u.change(ctx, u.Old, func(o api.Object) { annotate(o, originalReplicas, strconv.FormatInt(n, 10)) })
	return n, err
}

// grow makes the new controller as large as the surge allows.
func (u *Update) grow(ctx context.Context, desired, original int64) (err error) {
	if size(u.New) >= desired {
		return nil
	}
	step := original + maxSurge - size(u.Old) - size(u.New)
	if size(u.Old) == 0 {
		step = desired - size(u.New)
	}
	if step <= 0 {
		return nil
	}
	to := min(size(u.New)+step, desired)
	fmt.Fprintf(u.Out, "Scaling %s up to %d\n", u.New.Name(), to)
	u.New, err = u.scale(ctx, u.New, to)
	return err
}

// shrink makes the old controller as small as leaves enough pods ready. It
// waits until that is by one pod at least.
func (u *Update) shrink(ctx context.Context, original int64) error {
	if size(u.Old) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, u.Timeout)
	defer cancel()
	for {
		old, err := u.ready(ctx, u.Old)
		if err != nil {
			return err
		}
		fresh, err := u.ready(ctx, u.New)
		if err != nil {
			return err
		}
		// An old pod that is not ready may go in any case: it keeps nothing up.
		step := max(old+fresh-original, 0) + size(u.Old) - min(old, size(u.Old))
		if step > 0 {
			to := max(size(u.Old)-step, 0)
			fmt.Fprintf(u.Out, "Scaling %s down to %d\n", u.Old.Name(), to)
			u.Old, err = u.scale(ctx, u.Old, to)
			return err
		}
		if err := pause(ctx, u.Poll); err != nil {
			return fmt.Errorf("timed out waiting for pods of %s to become ready: %w", u.New.Name(), err)
		}
	}
}

// ready counts the ready pods of a controller.
func (u *Update) ready(ctx context.Context, rc api.Object) (n int64, err error) {
	pods, err := u.Cluster.Pods(ctx, rc.Strings("spec", "selector"))
	for _, p := range pods {
		if p.String("metadata", "deletionTimestamp") != "" {
			continue
		}
		for _, c := range p.List("status", "conditions") {
			if c.String("type") == "Ready" && c.String("status") == "True" {
				n++
			}
		}
	}
	return n, err
}

// scale changes a controller's size and waits until it has as many pods.
func (u *Update) scale(ctx context.Context, rc api.Object, to int64) (api.Object, error) {
	rc, err := u.change(ctx, rc, func(o api.Object) { o.Set(to, "spec", "replicas") })
	if err != nil {
		return rc, err
	}
	return u.settled(ctx, rc)
}

// settled waits until a controller has the pods that it is to have.
func (u *Update) settled(ctx context.Context, rc api.Object) (api.Object, error) {
	ctx, cancel := context.WithTimeout(ctx, u.Timeout)
	defer cancel()
	for {
		now, err := u.Cluster.Get(ctx, rc.Name())
		switch {
		case err != nil:
			return rc, err
		case now == nil:
			return rc, fmt.Errorf("replicationcontrollers %q not found", rc.Name())
		case now.Int("status", "observedGeneration") >= now.Int("metadata", "generation") && now.Int("status", "replicas") == size(now):
			return now, nil
		}
		if err := pause(ctx, u.Poll); err != nil {
			return rc, fmt.Errorf("timed out waiting for %q to have %d pods: %w", rc.Name(), size(now), err)
		}
	}
}

// end takes the marks off the new controller and the old one away.
func (u *Update) end(ctx context.Context) error {
	var err error
	if u.New, err = u.settled(ctx, u.New); err != nil {
		return err
	}
	if u.Rename {
		fmt.Fprintf(u.Out, "Update succeeded. Deleting old controller: %s\n", u.Old.Name())
		if err := u.Cluster.Delete(ctx, u.Old.Name()); err != nil {
			return err
		}
		fmt.Fprintf(u.Out, "Renaming %s to %s\n", u.New.Name(), u.Old.Name())
		u.New, err = Rename(ctx, u.Cluster, u.New, u.Old.Name())
		return err
	}
	u.New, err = u.change(ctx, u.New, unmark)
	if err != nil {
		return err
	}
	fmt.Fprintf(u.Out, "Update succeeded. Deleting %s\n", u.Old.Name())
	return u.Cluster.Delete(ctx, u.Old.Name())
}

// Rename makes a controller anew under another name; its pods go over to it.
func Rename(ctx context.Context, c Cluster, rc api.Object, name string) (api.Object, error) {
	fresh := clone(rc)
	unmark(fresh)
	blank(fresh, name)
	if err := c.Delete(ctx, rc.Name()); err != nil {
		return rc, err
	}
	return c.Create(ctx, fresh)
}

// change applies f to the newest state of a controller, again if somebody else
// wrote meanwhile.
func (u *Update) change(ctx context.Context, rc api.Object, f func(api.Object)) (api.Object, error) {
	for try := 0; ; try++ {
		o := clone(rc)
		f(o)
		got, err := u.Cluster.Replace(ctx, o)
		if !api.IsReason(err, "Conflict") || try == 10 {
			return got, err
		}
		fresh, err := u.Cluster.Get(ctx, rc.Name())
		if err != nil {
			return rc, err
		}
		if fresh == nil {
			return rc, fmt.Errorf("replicationcontrollers %q not found", rc.Name())
		}
		rc = fresh
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
