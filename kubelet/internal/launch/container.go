package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Run is what is particular to one run of a container.
type Run struct {
	Restarts int
	Backoff  time.Duration
	Hash     string
	IPs      []string
	Image    string            // the image's id in the runtime
	Volumes  map[string]string // volume name -> directory on the node
	TargetID string            // an ephemeral container's target
}

// Container is the configuration of one run. Its errors are the user's to
// mend (a missing key, a bad subPath), so they become CreateContainerConfigError.
func (p *Preparer) Container(ctx context.Context, pod *core.Pod, c *core.Container, run Run) (*pb.ContainerConfig, error) {
	if must, user := MustNotBeRoot(pod, c); must && user != nil && *user == 0 {
		return nil, fmt.Errorf("container's runAsUser breaks non-root policy (pod: %q, container: %s)", pod.Name+"_"+pod.Namespace+"("+string(pod.UID)+")", c.Name)
	}
	env, err := p.Env(ctx, pod, c, run.IPs)
	if err != nil {
		return nil, err
	}
	lookup := func(name string) (string, bool) {
		for _, v := range env {
			if v.Name == name {
				return v.Value, true
			}
		}
		return "", false
	}
	mounts, err := p.mounts(pod, c, run, lookup)
	if err != nil {
		return nil, err
	}
	messageFile, err := p.messageFile(pod, c, run)
	if err != nil {
		return nil, err
	}
	if path := c.TerminationMessagePath; path != "" {
		mounts = append(mounts, &pb.Mount{ContainerPath: path, HostPath: messageFile})
	}
	logPath := filepath.Join(c.Name, strconv.Itoa(run.Restarts)+".log")
	if err := os.MkdirAll(filepath.Join(p.PodLogDir(pod), c.Name), 0o755); err != nil {
		return nil, err
	}
	config := &pb.ContainerConfig{
		Metadata:   &pb.ContainerMetadata{Name: c.Name, Attempt: uint32(run.Restarts)},
		Image:      &pb.ImageSpec{Image: run.Image, UserSpecifiedImage: c.Image},
		Command:    expandAll(c.Command, lookup),
		Args:       expandAll(c.Args, lookup),
		WorkingDir: c.WorkingDir,
		Mounts:     mounts,
		Labels:     map[string]string{cri.LabelPodName: pod.Name, cri.LabelPodNamespace: pod.Namespace, cri.LabelPodUID: string(pod.UID), cri.LabelContainerName: c.Name},
		Annotations: map[string]string{
			cri.AnnotationHash: run.Hash, cri.AnnotationRestartCount: strconv.Itoa(run.Restarts),
			cri.AnnotationTerminationPath: c.TerminationMessagePath, cri.AnnotationTerminationKind: string(c.TerminationMessagePolicy),
			cri.AnnotationGracePeriod: strconv.FormatInt(graceOf(pod), 10), cri.AnnotationMessageHostPath: messageFile,
			cri.AnnotationBackoffSeconds: strconv.Itoa(int(run.Backoff / time.Second)),
		},
		LogPath: logPath, Stdin: c.Stdin, StdinOnce: c.StdinOnce, Tty: c.TTY,
		Linux: &pb.LinuxContainerConfig{Resources: Resources(c, p.Allocatable()), SecurityContext: containerSecurity(pod, c, run.TargetID, p.SeccompDir)},
	}
	for _, v := range env {
		config.Envs = append(config.Envs, &pb.KeyValue{Key: v.Name, Value: []byte(v.Value)})
	}
	return config, nil
}

// messageFile makes the file where the container may leave its last words.
func (p *Preparer) messageFile(pod *core.Pod, c *core.Container, run Run) (string, error) {
	dir := filepath.Join(p.PodDir(pod.UID), "containers", c.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "message-"+strconv.Itoa(run.Restarts))
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		return "", err
	}
	return path, os.Chmod(path, 0o666) // any user of the container may write it
}

var errPath = errors.New("must be a relative path that does not contain '..'")

// mounts are the container's volume mounts and the pod's /etc/hosts.
func (p *Preparer) mounts(pod *core.Pod, c *core.Container, run Run, lookup func(string) (string, bool)) ([]*pb.Mount, error) {
	var out []*pb.Mount
	hosts := true
	for i := range c.VolumeMounts {
		m := &c.VolumeMounts[i]
		source, ok := run.Volumes[m.Name]
		if !ok {
			return nil, fmt.Errorf("cannot find volume %q to mount into container %q", m.Name, c.Name)
		}
		source, err := subPath(source, m, lookup)
		if err != nil {
			return nil, err
		}
		target := m.MountPath
		if !strings.HasPrefix(target, "/") {
			target = filepath.Join("/", target)
		}
		hosts = hosts && target != "/etc/hosts"
		mount := &pb.Mount{ContainerPath: target, HostPath: source, Readonly: m.ReadOnly}
		if m.MountPropagation != nil {
			switch *m.MountPropagation {
			case core.MountPropagationHostToContainer:
				mount.Propagation = pb.MountPropagation_PROPAGATION_HOST_TO_CONTAINER
			case core.MountPropagationBidirectional:
				mount.Propagation = pb.MountPropagation_PROPAGATION_BIDIRECTIONAL
			}
		}
		out = append(out, mount)
	}
	if !hosts || len(run.IPs) == 0 && !pod.Spec.HostNetwork {
		return out, nil
	}
	path := filepath.Join(p.PodDir(pod.UID), "etc-hosts")
	if err := os.WriteFile(path, p.hostsFile(pod, run.IPs), 0o644); err != nil {
		return nil, err
	}
	return append(out, &pb.Mount{ContainerPath: "/etc/hosts", HostPath: path}), nil
}

// subPath finds the part of a volume that a mount shows. It is opened within
// the volume, so that a symbolic link in there cannot lead out of it.
func subPath(volume string, m *core.VolumeMount, lookup func(string) (string, bool)) (string, error) {
	sub := m.SubPath
	if m.SubPathExpr != "" {
		if name := missing(m.SubPathExpr, lookup); name != "" {
			return "", fmt.Errorf("failed to expand subPathExpr %q: missing value for %q", m.SubPathExpr, name)
		}
		sub = Expand(m.SubPathExpr, lookup)
	}
	if sub == "" {
		return volume, nil
	}
	if filepath.IsAbs(sub) || !filepath.IsLocal(sub) {
		return "", fmt.Errorf("subPath %q of volume %q %w", sub, m.Name, errPath)
	}
	root, err := os.OpenRoot(volume)
	if err != nil {
		return "", fmt.Errorf("failed to prepare subPath for volumeMount %q: %w", m.Name, err)
	}
	defer root.Close()
	if _, err := root.Stat(sub); errors.Is(err, os.ErrNotExist) {
		if err := root.MkdirAll(sub, 0o750); err != nil {
			return "", fmt.Errorf("failed to create subPath directory for volumeMount %q of container: %w", m.Name, err)
		}
		_ = root.Chmod(sub, 0o777)
	} else if err != nil {
		return "", fmt.Errorf("failed to prepare subPath for volumeMount %q: %w", m.Name, err)
	}
	// The runtime resolves the path again: hand it the target itself.
	real, err := filepath.EvalSymlinks(filepath.Join(volume, sub))
	if err != nil {
		return "", fmt.Errorf("failed to prepare subPath for volumeMount %q: %w", m.Name, err)
	}
	return real, nil
}
