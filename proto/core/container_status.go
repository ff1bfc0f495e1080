package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ContainerStatus is how a container is, as its kubelet saw it last.
type ContainerStatus struct {
	// The container's name.
	Name string `json:"name" protobuf:"1" required:"true"`
	// How it is now.
	State ContainerState `json:"state,omitempty" protobuf:"2"`
	// How its run before this one ended.
	LastTerminationState ContainerState `json:"lastState,omitempty" protobuf:"3"`
	// Whether its readiness probe passes; true without a probe while it runs.
	Ready bool `json:"ready" protobuf:"4" required:"true"`
	// How often it was restarted.
	RestartCount int32 `json:"restartCount" protobuf:"5" required:"true"`
	// The image it runs, as named in the spec or resolved by the runtime.
	Image string `json:"image" protobuf:"6" required:"true"`
	// The image it runs, by digest.
	ImageID string `json:"imageID" protobuf:"7" required:"true"`
	// The runtime's name for it, such as containerd://4f6e...
	ContainerID string `json:"containerID,omitempty" protobuf:"8"`
	// Whether its startup probe has passed and the hook after the start is
	// done.
	Started *bool `json:"started,omitempty" protobuf:"9"`
	// What the node has set aside for it.
	AllocatedResources ResourceList `json:"allocatedResources,omitempty" protobuf:"10"`
	// The requests and limits that are in force.
	Resources *ResourceRequirements `json:"resources,omitempty" protobuf:"11"`
	// Its mounts, as they were made.
	VolumeMounts []VolumeMountStatus `json:"volumeMounts,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	// The user that its first process began as.
	User *ContainerUser `json:"user,omitempty" protobuf:"13"`
	// The health of the devices it has.
	AllocatedResourcesStatus []ResourceStatus `json:"allocatedResourcesStatus,omitempty" protobuf:"14" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// The signal by which it is asked to end.
	StopSignal *Signal `json:"stopSignal,omitempty" protobuf:"15"`
}

// ContainerState is one of waiting, running or terminated. None set means
// waiting.
type ContainerState struct {
	// It does not run yet.
	Waiting *ContainerStateWaiting `json:"waiting,omitempty" protobuf:"1"`
	// It runs.
	Running *ContainerStateRunning `json:"running,omitempty" protobuf:"2"`
	// It has ended.
	Terminated *ContainerStateTerminated `json:"terminated,omitempty" protobuf:"3"`
}

// ContainerStateWaiting is a container that does not run yet.
type ContainerStateWaiting struct {
	// Why, one word: ContainerCreating, ImagePullBackOff, CrashLoopBackOff
	// ...
	Reason string `json:"reason,omitempty" protobuf:"1"`
	// Why, in words.
	Message string `json:"message,omitempty" protobuf:"2"`
}

// ContainerStateRunning is a container that runs.
type ContainerStateRunning struct {
	// Since when.
	StartedAt meta.Time `json:"startedAt,omitempty" protobuf:"1"`
}

// ContainerStateTerminated is a container that has ended.
type ContainerStateTerminated struct {
	// The exit code of its first process.
	ExitCode int32 `json:"exitCode" protobuf:"1" required:"true"`
	// The signal that ended it, if one did.
	Signal int32 `json:"signal,omitempty" protobuf:"2"`
	// Why, one word: Completed, Error, OOMKilled ...
	Reason string `json:"reason,omitempty" protobuf:"3"`
	// Its last words.
	Message string `json:"message,omitempty" protobuf:"4"`
	// When it started.
	StartedAt meta.Time `json:"startedAt,omitempty" protobuf:"5"`
	// When it ended.
	FinishedAt meta.Time `json:"finishedAt,omitempty" protobuf:"6"`
	// The runtime's name for it.
	ContainerID string `json:"containerID,omitempty" protobuf:"7"`
}

// VolumeMountStatus is a mount as it was made.
type VolumeMountStatus struct {
	// The volume's name.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Where it is in the container.
	MountPath string `json:"mountPath" protobuf:"2" required:"true"`
	// Whether the container can only read it.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// Whether mounts below it are read-only too: Disabled or Enabled.
	RecursiveReadOnly *RecursiveReadOnlyMode `json:"recursiveReadOnly,omitempty" protobuf:"4"`
	// What is known of the volume itself.
	VolumeStatus *VolumeStatus `json:"volumeStatus,omitempty" protobuf:"5"`
}

// VolumeStatus is what is known of a mounted volume.
type VolumeStatus struct {
	// For a volume made of an image.
	Image *ImageVolumeStatus `json:"image,omitempty" protobuf:"1"`
}

// ImageVolumeStatus tells of a volume made of an image.
type ImageVolumeStatus struct {
	// The image by digest.
	ImageRef string `json:"imageRef,omitempty" protobuf:"1" required:"true"`
}

// ContainerUser is who a container's first process began as.
type ContainerUser struct {
	// The ids on Linux.
	Linux *LinuxContainerUser `json:"linux,omitempty" protobuf:"1"`
}

// LinuxContainerUser is a user on Linux.
type LinuxContainerUser struct {
	// The user id.
	UID int64 `json:"uid" protobuf:"1" required:"true"`
	// The primary group id.
	GID int64 `json:"gid" protobuf:"2" required:"true"`
	// The other group ids.
	SupplementalGroups []int64 `json:"supplementalGroups,omitempty" protobuf:"3" listType:"atomic"`
}

// ResourceStatus is the health of one kind of device of a container.
type ResourceStatus struct {
	// The resource, such as example.com/gpu.
	Name ResourceName `json:"name" protobuf:"1" required:"true"`
	// The devices.
	Resources []ResourceHealth `json:"resources,omitempty" protobuf:"2" listType:"map" listMapKey:"resourceID"`
}

// ResourceHealth is the health of one device.
type ResourceHealth struct {
	// Which device.
	ResourceID ResourceID `json:"resourceID" protobuf:"1" required:"true"`
	// Healthy, Unhealthy or Unknown.
	Health ResourceHealthStatus `json:"health,omitempty" protobuf:"2"`
	// More about it, in words.
	Message *string `json:"message,omitempty" protobuf:"6"`
}

// ResourceID tells one device of a node from another.
type ResourceID string

// ResourceHealthStatus says whether a device works.
type ResourceHealthStatus string

// The values of ResourceHealthStatus.
const (
	ResourceHealthStatusHealthy   ResourceHealthStatus = "Healthy"
	ResourceHealthStatusUnhealthy ResourceHealthStatus = "Unhealthy"
	ResourceHealthStatusUnknown   ResourceHealthStatus = "Unknown"
)
