// Package node keeps the Node object of this machine: it registers it, keeps
// its status true, and renews its Lease as the sign of life that the control
// plane goes by.
//
// node.go holds registration and status, lease.go the heartbeat, fence.go what
// a node does that the control plane must take for dead, and facts.go what is
// read from the machine.
package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Node is this machine as the cluster sees it.
type Node struct {
	Name          string
	IPs           []string
	Port          int32 // of the node API
	Labels        map[string]string
	Taints        []core.Taint
	Unschedulable bool
	Machine       Machine
	Capacity      core.ResourceList
	Reserved      core.ResourceList
	Client        *client.Client
	Runtime       *cri.Client
	Recorder      interface {
		Eventf(o meta.Object, eventType, reason, format string, args ...any)
	}
	Log *slog.Logger
	// Check is how often the runtime is asked whether it is ready, and Report
	// how often the status is written even when nothing has changed.
	Check, Report time.Duration
	// Pressure says what the machine runs short of.
	Pressure func() Pressure

	written []byte // status as last written, without its heartbeat times
	last    *core.NodeStatus
	at      time.Time
	images  time.Time
	kept    []core.ContainerImage
}

// Pressure is what the machine runs short of.
type Pressure struct{ Memory, Disk, PID bool }

// Run registers the node and keeps its status until ctx ends. registered is
// called once the Node object exists.
func (n *Node) Run(ctx context.Context, registered func()) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		err := n.register(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return
		}
		n.Log.Warn("cannot register the node; trying again", "node", n.Name, "error", err)
		if !sleep(ctx, wait) {
			return
		}
	}
	registered()
	overruled := n.watchSelf(ctx)
	n.Recorder.Eventf(n.reference(), "Normal", "Starting", "Starting kubelet.")
	// A network that is not there yet is looked for more often: the node is
	// ready as soon as it can be.
	for {
		if err := n.update(ctx); err != nil && ctx.Err() == nil {
			n.Log.Warn("cannot write the node's status", "error", err)
		}
		pause := n.Check
		if n.last != nil && !isReady(n.last) {
			pause = min(pause, 250*time.Millisecond)
		}
		select {
		case <-ctx.Done():
			return
		case <-overruled:
			n.written = nil
		case <-time.After(pause):
		}
	}
}

// watchSelf tells when the stored Node no longer says what we wrote: the
// control plane judged a node that was cut off, or somebody deleted it.
func (n *Node) watchSelf(ctx context.Context) <-chan struct{} {
	overruled := make(chan struct{}, 1)
	self := informer.New(n.Client, informer.Options[*core.Node]{FieldSelector: "metadata.name=" + n.Name})
	self.OnChange(func(_, stored *core.Node) {
		if stored != nil && !unknown(&stored.Status) {
			return
		}
		select {
		case overruled <- struct{}{}:
		default:
		}
	})
	go func() { _ = self.Run(ctx) }()
	return overruled
}

// unknown tells whether the control plane has given the node up: no kubelet
// ever says that it does not know.
func unknown(st *core.NodeStatus) bool {
	for _, c := range st.Conditions {
		if c.Type == core.NodeReady {
			return c.Status == core.ConditionUnknown
		}
	}
	return false
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (n *Node) reference() *core.Node {
	node := &core.Node{}
	node.Name, node.UID = n.Name, meta.UID(n.Name)
	return node
}

// register makes the Node object, or brings the one there is up to date.
func (n *Node) register(ctx context.Context) error {
	nodes := client.Of[*core.Node](n.Client)
	labels := map[string]string{"kubernetes.io/hostname": n.Name, "kubernetes.io/os": n.Machine.OS, "kubernetes.io/arch": n.Machine.Arch, "beta.kubernetes.io/os": n.Machine.OS, "beta.kubernetes.io/arch": n.Machine.Arch}
	maps.Copy(labels, n.Labels)
	node := &core.Node{}
	node.Name, node.Labels = n.Name, labels
	node.Spec.Taints, node.Spec.Unschedulable = n.Taints, n.Unschedulable
	status, err := n.status(ctx, nil)
	if err != nil {
		return err
	}
	node.Status = *status
	_, err = nodes.Create(ctx, node)
	if err == nil {
		n.Log.Info("registered the node", "node", n.Name)
		return nil
	}
	if !client.IsAlreadyExists(err) {
		return err
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": labels}})
	if err != nil {
		return err
	}
	old, err := nodes.Patch(ctx, "", n.Name, client.MergePatch, patch)
	if err != nil {
		return err
	}
	n.last = &old.Status
	return nil
}

// update writes the status when it has changed or is old.
func (n *Node) update(ctx context.Context) error {
	st, err := n.status(ctx, n.last)
	if err != nil {
		return err
	}
	n.events(st)
	n.last = st
	plain, err := withoutHeartbeats(st)
	if err != nil {
		return err
	}
	if bytes.Equal(plain, n.written) && time.Since(n.at) < n.Report {
		return nil
	}
	body, err := codec.EncodeJSON(st)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	nodes := client.Of[*core.Node](n.Client)
	patch := fmt.Appendf(nil, `{"status":%s}`, body)
	_, err = nodes.Patch(ctx, "", n.Name, client.StrategicPatch, patch, client.Subresource("status"))
	if client.IsNotFound(err) {
		return n.register(ctx) // somebody deleted the Node; we are still here
	}
	if err != nil {
		return err
	}
	n.written, n.at = plain, time.Now()
	return nil
}

func withoutHeartbeats(st *core.NodeStatus) ([]byte, error) {
	c := *st
	c.Conditions = slices.Clone(st.Conditions)
	for i := range c.Conditions {
		c.Conditions[i].LastHeartbeatTime = meta.Time{}
	}
	return codec.EncodeJSON(&c)
}

func isReady(st *core.NodeStatus) bool {
	for _, c := range st.Conditions {
		if c.Type == core.NodeReady {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}

// events tells of what has changed since the last status.
func (n *Node) events(st *core.NodeStatus) {
	if n.last == nil || isReady(n.last) != isReady(st) {
		reason := "NodeNotReady"
		if isReady(st) {
			reason = "NodeReady"
		}
		n.Recorder.Eventf(n.reference(), "Normal", reason, "Node %s status is now: %s", n.Name, reason)
	}
}

// status works out the node's status; old gives the transition times.
func (n *Node) status(ctx context.Context, old *core.NodeStatus) (*core.NodeStatus, error) {
	name, ver, verr := n.Runtime.Version(ctx)
	runtimeProblem, networkProblem, cerr := n.Runtime.Conditions(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	st := &core.NodeStatus{
		Capacity: n.Capacity, Allocatable: Allocatable(n.Capacity, n.Reserved), Images: n.imageList(ctx),
		DaemonEndpoints: core.NodeDaemonEndpoints{KubeletEndpoint: core.DaemonEndpoint{Port: n.Port}},
		NodeInfo: core.NodeSystemInfo{
			MachineID: n.Machine.MachineID, SystemUUID: n.Machine.SystemUUID, BootID: n.Machine.BootID, KernelVersion: n.Machine.Kernel, OSImage: n.Machine.OSImage,
			KubeletVersion: n.Machine.Version, KubeProxyVersion: "", OperatingSystem: n.Machine.OS, Architecture: n.Machine.Arch,
			ContainerRuntimeVersion: name + "://" + ver,
		},
	}
	if verr != nil && old != nil {
		st.NodeInfo.ContainerRuntimeVersion = old.NodeInfo.ContainerRuntimeVersion
	}
	for _, ip := range n.IPs {
		st.Addresses = append(st.Addresses, core.NodeAddress{Type: core.NodeInternalIP, Address: ip})
	}
	st.Addresses = append(st.Addresses, core.NodeAddress{Type: core.NodeHostName, Address: n.Name})
	p := n.Pressure()
	ready := core.NodeCondition{Type: core.NodeReady, Status: core.ConditionTrue, Reason: "KubeletReady", Message: "kubelet is posting ready status"}
	problem := ""
	switch {
	case cerr != nil:
		problem = cerr.Error()
	case runtimeProblem != "":
		problem = "container runtime is not ready: " + runtimeProblem
	case networkProblem != "":
		problem = "container runtime network not ready: " + networkProblem
	}
	if problem != "" {
		ready.Status, ready.Reason, ready.Message = core.ConditionFalse, "KubeletNotReady", problem
	}
	st.Conditions = []core.NodeCondition{
		pressure(core.NodeMemoryPressure, p.Memory, "KubeletHasInsufficientMemory", "KubeletHasSufficientMemory", "insufficient memory", "sufficient memory"),
		pressure(core.NodeDiskPressure, p.Disk, "KubeletHasDiskPressure", "KubeletHasNoDiskPressure", "disk pressure", "no disk pressure"),
		pressure(core.NodePIDPressure, p.PID, "KubeletHasInsufficientPID", "KubeletHasSufficientPID", "insufficient PID", "sufficient PID"),
		ready,
	}
	stamp(st.Conditions, old, meta.Now())
	return st, nil
}

func pressure(t core.NodeConditionType, yes bool, bad, good, badText, goodText string) core.NodeCondition {
	if yes {
		return core.NodeCondition{Type: t, Status: core.ConditionTrue, Reason: bad, Message: "kubelet has " + badText + " available"}
	}
	text := "kubelet has " + goodText
	if t != core.NodeDiskPressure {
		text += " available"
	}
	return core.NodeCondition{Type: t, Status: core.ConditionFalse, Reason: good, Message: text}
}

// stamp sets the times: a transition's stays while the status does.
func stamp(conditions []core.NodeCondition, old *core.NodeStatus, now meta.Time) {
	for i := range conditions {
		c := &conditions[i]
		c.LastHeartbeatTime, c.LastTransitionTime = now, now
		if old == nil {
			continue
		}
		for _, o := range old.Conditions {
			if o.Type == c.Type && o.Status == c.Status {
				c.LastTransitionTime = o.LastTransitionTime
			}
		}
	}
}

// The list of images is read seldom, and only its largest are reported.
const (
	imagesEvery = time.Minute
	maxImages   = 50
	maxNames    = 5
)

func (n *Node) imageList(ctx context.Context) []core.ContainerImage {
	if time.Since(n.images) < imagesEvery {
		return n.kept
	}
	r, err := n.Runtime.Images.ListImages(ctx, &pb.ListImagesRequest{})
	if err != nil {
		return n.kept
	}
	var out []core.ContainerImage
	for _, i := range r.Images {
		names := append(slices.Clone(i.RepoDigests), i.RepoTags...)
		if len(names) == 0 {
			continue
		}
		out = append(out, core.ContainerImage{Names: names[:min(len(names), maxNames)], SizeBytes: int64(i.Size)})
	}
	slices.SortStableFunc(out, func(a, b core.ContainerImage) int { return int(b.SizeBytes - a.SizeBytes) })
	n.images, n.kept = time.Now(), out[:min(len(out), maxImages)]
	return n.kept
}
