package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ContainerStatus struct {
	Name                     string                `json:"name" protobuf:"1" required:"true"`
	State                    ContainerState        `json:"state,omitempty" protobuf:"2"`
	LastTerminationState     ContainerState        `json:"lastState,omitempty" protobuf:"3"`
	Ready                    bool                  `json:"ready" protobuf:"4" required:"true"`
	RestartCount             int32                 `json:"restartCount" protobuf:"5" required:"true"`
	Image                    string                `json:"image" protobuf:"6" required:"true"`
	ImageID                  string                `json:"imageID" protobuf:"7" required:"true"`
	ContainerID              string                `json:"containerID,omitempty" protobuf:"8"`
	Started                  *bool                 `json:"started,omitempty" protobuf:"9"`
	AllocatedResources       ResourceList          `json:"allocatedResources,omitempty" protobuf:"10"`
	Resources                *ResourceRequirements `json:"resources,omitempty" protobuf:"11"`
	VolumeMounts             []VolumeMountStatus   `json:"volumeMounts,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	User                     *ContainerUser        `json:"user,omitempty" protobuf:"13"`
	AllocatedResourcesStatus []ResourceStatus      `json:"allocatedResourcesStatus,omitempty" protobuf:"14" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	StopSignal               *Signal               `json:"stopSignal,omitempty" protobuf:"15"`
}

type ContainerState struct {
	Waiting    *ContainerStateWaiting    `json:"waiting,omitempty" protobuf:"1"`
	Running    *ContainerStateRunning    `json:"running,omitempty" protobuf:"2"`
	Terminated *ContainerStateTerminated `json:"terminated,omitempty" protobuf:"3"`
}

type ContainerStateWaiting struct {
	Reason  string `json:"reason,omitempty" protobuf:"1"`
	Message string `json:"message,omitempty" protobuf:"2"`
}

type ContainerStateRunning struct {
	StartedAt meta.Time `json:"startedAt,omitempty" protobuf:"1"`
}

type ContainerStateTerminated struct {
	ExitCode    int32     `json:"exitCode" protobuf:"1" required:"true"`
	Signal      int32     `json:"signal,omitempty" protobuf:"2"`
	Reason      string    `json:"reason,omitempty" protobuf:"3"`
	Message     string    `json:"message,omitempty" protobuf:"4"`
	StartedAt   meta.Time `json:"startedAt,omitempty" protobuf:"5"`
	FinishedAt  meta.Time `json:"finishedAt,omitempty" protobuf:"6"`
	ContainerID string    `json:"containerID,omitempty" protobuf:"7"`
}

type VolumeMountStatus struct {
	Name              string                 `json:"name" protobuf:"1" required:"true"`
	MountPath         string                 `json:"mountPath" protobuf:"2" required:"true"`
	ReadOnly          bool                   `json:"readOnly,omitempty" protobuf:"3"`
	RecursiveReadOnly *RecursiveReadOnlyMode `json:"recursiveReadOnly,omitempty" protobuf:"4"`
	VolumeStatus      *VolumeStatus          `json:"volumeStatus,omitempty" protobuf:"5"`
}

type VolumeStatus struct {
	Image *ImageVolumeStatus `json:"image,omitempty" protobuf:"1"`
}

type ImageVolumeStatus struct {
	ImageRef string `json:"imageRef,omitempty" protobuf:"1" required:"true"`
}

type ContainerUser struct {
	Linux *LinuxContainerUser `json:"linux,omitempty" protobuf:"1"`
}

type LinuxContainerUser struct {
	UID                int64   `json:"uid" protobuf:"1" required:"true"`
	GID                int64   `json:"gid" protobuf:"2" required:"true"`
	SupplementalGroups []int64 `json:"supplementalGroups,omitempty" protobuf:"3" listType:"atomic"`
}

type ResourceStatus struct {
	Name      ResourceName     `json:"name" protobuf:"1" required:"true"`
	Resources []ResourceHealth `json:"resources,omitempty" protobuf:"2" listType:"map" listMapKey:"resourceID"`
}

type ResourceHealth struct {
	ResourceID ResourceID           `json:"resourceID" protobuf:"1" required:"true"`
	Health     ResourceHealthStatus `json:"health,omitempty" protobuf:"2"`
	Message    *string              `json:"message,omitempty" protobuf:"6"`
}

type ResourceID string

type ResourceHealthStatus string

const (
	ResourceHealthStatusHealthy   ResourceHealthStatus = "Healthy"
	ResourceHealthStatusUnhealthy ResourceHealthStatus = "Unhealthy"
	ResourceHealthStatusUnknown   ResourceHealthStatus = "Unknown"
)
