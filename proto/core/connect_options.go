package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type PodLogOptions struct {
	meta.TypeMeta                `json:",inline"`
	Container                    string     `json:"container,omitempty" protobuf:"1"`
	Follow                       bool       `json:"follow,omitempty" protobuf:"2"`
	Previous                     bool       `json:"previous,omitempty" protobuf:"3"`
	SinceSeconds                 *int64     `json:"sinceSeconds,omitempty" protobuf:"4"`
	SinceTime                    *meta.Time `json:"sinceTime,omitempty" protobuf:"5"`
	Timestamps                   bool       `json:"timestamps,omitempty" protobuf:"6"`
	TailLines                    *int64     `json:"tailLines,omitempty" protobuf:"7"`
	LimitBytes                   *int64     `json:"limitBytes,omitempty" protobuf:"8"`
	InsecureSkipTLSVerifyBackend bool       `json:"insecureSkipTLSVerifyBackend,omitempty" protobuf:"9"`
	Stream                       *string    `json:"stream,omitempty" protobuf:"10"`
}

type PodExecOptions struct {
	meta.TypeMeta `json:",inline"`
	Stdin         bool     `json:"stdin,omitempty" protobuf:"1"`
	Stdout        bool     `json:"stdout,omitempty" protobuf:"2"`
	Stderr        bool     `json:"stderr,omitempty" protobuf:"3"`
	TTY           bool     `json:"tty,omitempty" protobuf:"4"`
	Container     string   `json:"container,omitempty" protobuf:"5"`
	Command       []string `json:"command" protobuf:"6"`
}

type PodAttachOptions struct {
	meta.TypeMeta `json:",inline"`
	Stdin         bool   `json:"stdin,omitempty" protobuf:"1"`
	Stdout        bool   `json:"stdout,omitempty" protobuf:"2"`
	Stderr        bool   `json:"stderr,omitempty" protobuf:"3"`
	TTY           bool   `json:"tty,omitempty" protobuf:"4"`
	Container     string `json:"container,omitempty" protobuf:"5"`
}

type PodPortForwardOptions struct {
	meta.TypeMeta `json:",inline"`
	Ports         []int32 `json:"ports,omitempty" protobuf:"1"`
}

type PodProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	Path          string `json:"path,omitempty" protobuf:"1"`
}

type NodeProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	Path          string `json:"path,omitempty" protobuf:"1"`
}

type ServiceProxyOptions struct {
	meta.TypeMeta `json:",inline"`
	Path          string `json:"path,omitempty" protobuf:"1"`
}
