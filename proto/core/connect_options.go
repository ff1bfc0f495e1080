package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PodLogOptions are the query parameters of a request for a container's log.
type PodLogOptions struct {
	meta.TypeMeta `json:",inline"`
	// Whose log. It may be left out if the pod has only one container.
	Container string `json:"container,omitempty" protobuf:"1"`
	// Whether to go on as lines are written.
	Follow bool `json:"follow,omitempty" protobuf:"2"`
	// Whether to show the log of the run before the last restart.
	Previous bool `json:"previous,omitempty" protobuf:"3"`
	// Only lines of the last so many seconds. Not together with sinceTime.
	SinceSeconds *int64 `json:"sinceSeconds,omitempty" protobuf:"4"`
	// Only lines from then on.
	SinceTime *meta.Time `json:"sinceTime,omitempty" protobuf:"5"`
	// Whether each line begins with its time.
	Timestamps bool `json:"timestamps,omitempty" protobuf:"6"`
	// Only so many lines at the end.
	TailLines *int64 `json:"tailLines,omitempty" protobuf:"7"`
	// End after so many bytes.
	LimitBytes *int64 `json:"limitBytes,omitempty" protobuf:"8"`
	// Whether to trust the kubelet's certificate unseen. Its answer may then
	// be forged.
	InsecureSkipTLSVerifyBackend bool `json:"insecureSkipTLSVerifyBackend,omitempty" protobuf:"9"`
	// Which output: All (the default), Stdout or Stderr.
	Stream *string `json:"stream,omitempty" protobuf:"10"`
}

// PodExecOptions are the query parameters of a command run in a container.
type PodExecOptions struct {
	meta.TypeMeta `json:",inline"`
	// Whether the client sends standard input.
	Stdin bool `json:"stdin,omitempty" protobuf:"1"`
	// Whether the client takes standard output.
	Stdout bool `json:"stdout,omitempty" protobuf:"2"`
	// Whether the client takes standard error.
	Stderr bool `json:"stderr,omitempty" protobuf:"3"`
	// Whether the command gets a terminal.
	TTY bool `json:"tty,omitempty" protobuf:"4"`
	// In which container. It may be left out if the pod has only one.
	Container string `json:"container,omitempty" protobuf:"5"`
	// The command and its arguments; no shell takes part.
	Command []string `json:"command" protobuf:"6"`
}

// PodAttachOptions are the query parameters of an attachment to a container's
// main process.
type PodAttachOptions struct {
	meta.TypeMeta `json:",inline"`
	// Whether the client sends standard input.
	Stdin bool `json:"stdin,omitempty" protobuf:"1"`
	// Whether the client takes standard output.
	Stdout bool `json:"stdout,omitempty" protobuf:"2"`
	// Whether the client takes standard error.
	Stderr bool `json:"stderr,omitempty" protobuf:"3"`
	// Whether the container has a terminal and it is passed on.
	TTY bool `json:"tty,omitempty" protobuf:"4"`
	// To which container. It may be left out if the pod has only one.
	Container string `json:"container,omitempty" protobuf:"5"`
}

// PodPortForwardOptions are the query parameters of port forwarding.
type PodPortForwardOptions struct {
	meta.TypeMeta `json:",inline"`
	// The pod's ports to forward to.
	Ports []int32 `json:"ports,omitempty" protobuf:"1"`
}

// PodProxyOptions are the query parameters of a request that is passed on to
// a pod.
type PodProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	// The path to ask the pod for.
	Path string `json:"path,omitempty" protobuf:"1"`
}

// NodeProxyOptions are the query parameters of a request that is passed on to
// a kubelet.
type NodeProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	// The path to ask the kubelet for.
	Path string `json:"path,omitempty" protobuf:"1"`
}

// ServiceProxyOptions are the query parameters of a request that is passed on
// to a service.
type ServiceProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	// The path to ask the service for.
	Path string `json:"path,omitempty" protobuf:"1"`
}
