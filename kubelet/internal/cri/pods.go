package cri

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// State is what a container is doing.
type State int

// A container is created, then runs, then has exited; the runtime may also
// have lost track of it.
const (
	Created State = iota
	Running
	Exited
	Unknown
)

// Container is one run of one of a pod's containers.
type Container struct {
	ID, Name, SandboxID string
	Restarts            int    // how often the container had been restarted when this run was made
	Hash                string // of the spec it was made from
	State               State
	Created             time.Time
	Started, Finished   time.Time // zero when it has not happened
	ExitCode            int32
	Reason, Message     string
	Image, ImageRef     string
	LogPath             string
	Backoff             time.Duration // the pause before the restart that follows this run
	Annotations         map[string]string
	Resources           *pb.ContainerResources
	User                *pb.ContainerUser
}

// Sandbox is one set of namespaces that a pod has had.
type Sandbox struct {
	ID          string
	Attempt     uint32
	Ready       bool
	Created     time.Time
	IPs         []string
	Annotations map[string]string
}

// Pod is all that the runtime holds for one pod UID.
type Pod struct {
	UID             meta.UID
	Namespace, Name string
	Sandboxes       []Sandbox   // newest first
	Containers      []Container // newest first
}

// Sandbox is the newest sandbox, or nil.
func (p *Pod) Sandbox() *Sandbox {
	if p == nil || len(p.Sandboxes) == 0 {
		return nil
	}
	return &p.Sandboxes[0]
}

// Find is the newest run of the container called name, or nil.
func (p *Pod) Find(name string) *Container { return p.nth(name, 0) }

// Previous is the run before the newest one, or nil.
func (p *Pod) Previous(name string) *Container { return p.nth(name, 1) }

func (p *Pod) nth(name string, n int) *Container {
	if p == nil {
		return nil
	}
	for i := range p.Containers {
		if p.Containers[i].Name != name {
			continue
		}
		if n == 0 {
			return &p.Containers[i]
		}
		n--
	}
	return nil
}

// Alive says whether anything of the pod still runs.
func (p *Pod) Alive() bool {
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.Containers, func(c Container) bool { return c.State == Running || c.State == Unknown }) ||
		slices.ContainsFunc(p.Sandboxes, func(s Sandbox) bool { return s.Ready })
}

// Pods reads every pod that the runtime holds.
func (c *Client) Pods(ctx context.Context) (map[meta.UID]*Pod, error) { return c.read(ctx, "") }

// Pod reads one pod; it is nil when the runtime holds nothing for uid.
func (c *Client) Pod(ctx context.Context, uid meta.UID) (*Pod, error) {
	pods, err := c.read(ctx, uid)
	if err != nil {
		return nil, err
	}
	return pods[uid], nil
}

func (c *Client) read(ctx context.Context, uid meta.UID) (map[meta.UID]*Pod, error) {
	var selector map[string]string
	if uid != "" {
		selector = map[string]string{LabelPodUID: string(uid)}
	}
	sandboxes, err := c.Runtime.ListPodSandbox(ctx, &pb.ListPodSandboxRequest{Filter: &pb.PodSandboxFilter{LabelSelector: selector}})
	if err != nil {
		return nil, c.explain(err)
	}
	containers, err := c.Runtime.ListContainers(ctx, &pb.ListContainersRequest{Filter: &pb.ContainerFilter{LabelSelector: selector}})
	if err != nil {
		return nil, c.explain(err)
	}
	pods := map[meta.UID]*Pod{}
	for _, s := range sandboxes.Items {
		if p := podOf(pods, s.Labels); p != nil {
			p.Sandboxes = append(p.Sandboxes, c.sandbox(ctx, s))
		}
	}
	for _, k := range containers.Containers {
		p := podOf(pods, k.Labels)
		if p == nil || k.Labels[LabelContainerName] == "" {
			continue
		}
		st, err := c.status(ctx, k)
		if IsNotFound(err) {
			continue // removed while we read
		}
		if err != nil {
			return nil, c.explain(err)
		}
		p.Containers = append(p.Containers, convert(k, st))
	}
	for _, p := range pods {
		p.sort()
	}
	c.forget(uid, pods)
	return pods, nil
}

func podOf(pods map[meta.UID]*Pod, labels map[string]string) *Pod {
	uid := meta.UID(labels[LabelPodUID])
	if uid == "" {
		return nil // not made by a kubelet
	}
	p := pods[uid]
	if p == nil {
		p = &Pod{UID: uid, Namespace: labels[LabelPodNamespace], Name: labels[LabelPodName]}
		pods[uid] = p
	}
	return p
}

func (p *Pod) sort() {
	slices.SortStableFunc(p.Sandboxes, func(a, b Sandbox) int {
		return cmp.Or(cmp.Compare(b.Attempt, a.Attempt), b.Created.Compare(a.Created))
	})
	slices.SortStableFunc(p.Containers, func(a, b Container) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.Restarts, a.Restarts))
	})
}

// sandbox reads the addresses of a ready sandbox once.
func (c *Client) sandbox(ctx context.Context, s *pb.PodSandbox) Sandbox {
	out := Sandbox{
		ID: s.Id, Attempt: s.Metadata.GetAttempt(), Ready: s.State == pb.PodSandboxState_SANDBOX_READY,
		Created: time.Unix(0, s.CreatedAt), Annotations: s.Annotations,
	}
	c.mu.Lock()
	c.owner[s.Id] = s.Labels[LabelPodUID]
	st := c.sandboxes[s.Id]
	c.mu.Unlock()
	if out.Ready && st == nil {
		if r, err := c.Runtime.PodSandboxStatus(ctx, &pb.PodSandboxStatusRequest{PodSandboxId: s.Id}); err == nil {
			st = r.Status
			if st.GetNetwork().GetIp() != "" {
				c.mu.Lock()
				c.sandboxes[s.Id] = st
				c.mu.Unlock()
			}
		}
	}
	if ip := st.GetNetwork().GetIp(); ip != "" {
		out.IPs = append(out.IPs, ip)
		for _, more := range st.Network.AdditionalIps {
			out.IPs = append(out.IPs, more.Ip)
		}
	}
	return out
}

// status asks for a container's details when they may have changed.
func (c *Client) status(ctx context.Context, k *pb.Container) (*pb.ContainerStatus, error) {
	c.mu.Lock()
	c.owner[k.Id] = k.Labels[LabelPodUID]
	st := c.containers[k.Id]
	c.mu.Unlock()
	if st != nil && st.State == k.State {
		return st, nil
	}
	r, err := c.Runtime.ContainerStatus(ctx, &pb.ContainerStatusRequest{ContainerId: k.Id})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.containers[k.Id] = r.Status
	c.mu.Unlock()
	return r.Status, nil
}

// Changed drops what is remembered of a container whose details were altered
// in place (its resources).
func (c *Client) Changed(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.containers, id)
}

// forget drops the memory of what is gone.
func (c *Client) forget(uid meta.UID, pods map[meta.UID]*Pod) {
	alive := map[string]bool{}
	for _, p := range pods {
		for _, s := range p.Sandboxes {
			alive[s.ID] = true
		}
		for _, k := range p.Containers {
			alive[k.ID] = true
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, owner := range c.owner {
		if (uid == "" || owner == string(uid)) && !alive[id] {
			delete(c.owner, id)
			delete(c.containers, id)
			delete(c.sandboxes, id)
		}
	}
}

// Owner is the pod whose sandbox or container has this id, if it was seen.
func (c *Client) Owner(id string) (meta.UID, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	uid, ok := c.owner[id]
	return meta.UID(uid), ok
}

func convert(k *pb.Container, st *pb.ContainerStatus) Container {
	out := Container{
		ID: k.Id, Name: k.Labels[LabelContainerName], SandboxID: k.PodSandboxId,
		Restarts: atoi(k.Annotations[AnnotationRestartCount]), Hash: k.Annotations[AnnotationHash],
		State: State(st.State), Created: instant(st.CreatedAt), Started: instant(st.StartedAt), Finished: instant(st.FinishedAt),
		ExitCode: st.ExitCode, Reason: st.Reason, Message: st.Message,
		Image: st.GetImage().GetImage(), ImageRef: st.ImageRef, LogPath: st.LogPath,
		Backoff:     time.Duration(atoi(k.Annotations[AnnotationBackoffSeconds])) * time.Second,
		Annotations: k.Annotations, Resources: st.Resources, User: st.User,
	}
	if out.State != Exited {
		out.Reason, out.Finished = "", time.Time{} // a running one may already carry OOMKilled of a child
	}
	return out
}

func instant(nanos int64) time.Time {
	if nanos <= 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
