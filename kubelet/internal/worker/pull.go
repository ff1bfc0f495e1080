package worker

import (
	"context"
	"fmt"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// The pauses between tries to pull an image.
const (
	firstPullBackoff = 10 * time.Second
	maxPullBackoff   = 300 * time.Second
	showPullError    = time.Second // how long the error itself is shown before the back-off
)

// pull finds the container's image, or begins to fetch it.
func (w *worker) pull(ctx context.Context, c *core.Container) {
	name, err := cri.Normalize(c.Image)
	if err != nil {
		message := fmt.Sprintf("Failed to apply default image tag %q: %s", c.Image, err)
		w.event(c, "Warning", "InspectFailed", "%s", message)
		w.event(c, "Warning", "Failed", "Error: InvalidImageName")
		w.update(func(m *Memory) {
			m.Pulls[c.Name] = &PullState{Failure: failure(m.lastPull(c.Name), "InvalidImageName", message, firstPullBackoff, maxPullBackoff)}
		})
		return
	}
	ref, err := w.m.Runtime.Image(ctx, name)
	switch {
	case err != nil:
		w.update(func(m *Memory) {
			m.Pulls[c.Name] = &PullState{Failure: failure(m.lastPull(c.Name), "ImageInspectError", cri.Message(err), time.Second, 30*time.Second)}
		})
	case ref != "" && c.ImagePullPolicy != core.PullAlways:
		w.event(c, "Normal", "Pulled", "Container image %q already present on machine", c.Image)
		w.mu.Lock()
		w.mem.Pulls[c.Name] = &PullState{Ref: ref}
		w.mu.Unlock()
	case c.ImagePullPolicy == core.PullNever:
		message := fmt.Sprintf("Container image %q is not present with pull policy of Never", c.Image)
		w.event(c, "Warning", "ErrImageNeverPull", "%s", message)
		w.event(c, "Warning", "Failed", "Error: ErrImageNeverPull")
		w.update(func(m *Memory) {
			m.Pulls[c.Name] = &PullState{Failure: failure(m.lastPull(c.Name), "ErrImageNeverPull", message, firstPullBackoff, maxPullBackoff)}
		})
	default:
		w.mu.Lock()
		last := w.mem.lastPull(c.Name)
		w.mem.Pulls[c.Name] = &PullState{Busy: true, Failure: last}
		w.mu.Unlock()
		w.wg.Go(func() { w.fetch(ctx, c, name, last) })
	}
}

// lastPull is the failure of the last try, or nil.
func (m *Memory) lastPull(container string) *Failure {
	if p := m.Pulls[container]; p != nil {
		return p.Failure
	}
	return nil
}

func (w *worker) fetch(ctx context.Context, c *core.Container, name string, last *Failure) {
	pod := w.get()
	w.event(c, "Normal", "Pulling", "Pulling image %q", c.Image)
	began := time.Now()
	_, err := w.m.Runtime.Pull(ctx, name, w.m.Secrets.PullCredentials(ctx, pod, name), w.m.Prepare.Sandbox(pod, 0, "", false))
	var ref string
	if err == nil {
		ref, err = w.m.Runtime.Image(ctx, name)
	}
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		took := time.Since(began).Round(time.Millisecond)
		w.event(c, "Normal", "Pulled", "Successfully pulled image %q in %s (%s including waiting).", c.Image, took, took)
		w.update(func(m *Memory) { m.Pulls[c.Name] = &PullState{Ref: ref} })
		return
	}
	message := fmt.Sprintf("failed to pull image %q: %s", c.Image, cri.Message(err))
	w.event(c, "Warning", "Failed", "Failed to pull image %q: %s", c.Image, cri.Message(err))
	w.event(c, "Warning", "Failed", "Error: ErrImagePull")
	f := failure(last, "ErrImagePull", message, firstPullBackoff, maxPullBackoff)
	w.update(func(m *Memory) { m.Pulls[c.Name] = &PullState{Failure: f} })
	w.wg.Go(func() { w.showBackoff(ctx, c, f) })
}

// showBackoff turns the shown error into the back-off that it leads to.
func (w *worker) showBackoff(ctx context.Context, c *core.Container, f *Failure) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(showPullError):
	}
	w.update(func(m *Memory) {
		if p := m.Pulls[c.Name]; p != nil && p.Failure == f {
			next := *f
			next.Reason, next.Message = "ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", c.Image, f.Message)
			p.Failure = &next
		}
	})
	w.event(c, "Normal", "BackOff", "Back-off pulling image %q", c.Image)
	w.event(c, "Warning", "Failed", "Error: ImagePullBackOff")
}

// checkUser refuses an image that would run as root where that is forbidden.
func (w *worker) checkUser(ctx context.Context, pod *core.Pod, c *core.Container, ref string) error {
	must, user := launch.MustNotBeRoot(pod, c)
	if !must || user != nil {
		return nil
	}
	r, err := w.m.Runtime.Images.ImageStatus(ctx, &pb.ImageStatusRequest{Image: &pb.ImageSpec{Image: ref}})
	if err != nil {
		return err
	}
	where := fmt.Sprintf("(pod: \"%s_%s(%s)\", container: %s)", pod.Name, pod.Namespace, pod.UID, c.Name)
	switch image := r.GetImage(); {
	case image.GetUsername() != "":
		return fmt.Errorf("container has runAsNonRoot and image has non-numeric user (%s), cannot verify user is non-root %s", image.Username, where)
	case image.GetUid().GetValue() == 0:
		return fmt.Errorf("container has runAsNonRoot and image will run as root %s", where)
	}
	return nil
}
