package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CSIDriver describes a driver of the Container Storage Interface. Its name
// is the one that the driver says itself.
type CSIDriver struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is known of the driver.
	Spec CSIDriverSpec `json:"spec" protobuf:"2" required:"true"`
}

// CSIDriverSpec says what a driver needs and can do.
type CSIDriverSpec struct {
	// Whether volumes have to be attached to a node before they can be
	// mounted; the cluster then makes VolumeAttachments and waits for them.
	// True by default. It cannot be changed later.
	AttachRequired *bool `json:"attachRequired,omitempty" protobuf:"1"`
	// Whether the driver wants to know for which pod a volume is mounted:
	// its name, namespace, UID and service account. False by default.
	PodInfoOnMount *bool `json:"podInfoOnMount,omitempty" protobuf:"2"`
	// What volumes the driver offers: Persistent ones, by claims, and
	// Ephemeral ones, which are written into pods and live as long as those.
	// Persistent by default. It cannot be changed later.
	VolumeLifecycleModes []VolumeLifecycleMode `json:"volumeLifecycleModes,omitempty" protobuf:"3" listType:"set"`
	// Whether the scheduler looks at CSIStorageCapacity objects of the
	// driver before it places pods with volumes that are made late. False by
	// default.
	StorageCapacity *bool `json:"storageCapacity,omitempty" protobuf:"4"`
	// Whether the group of volumes is changed to a pod's fsGroup: File
	// always, None never, ReadWriteOnceWithFSType only for volumes with a
	// file system that one node writes. The last is the default.
	FSGroupPolicy *FSGroupPolicy `json:"fsGroupPolicy,omitempty" protobuf:"5"`
	// Tokens of the pod's service account that the driver gets with each
	// mount, one for each audience.
	TokenRequests []TokenRequest `json:"tokenRequests,omitempty" protobuf:"6" listType:"atomic"`
	// Whether the driver is called again and again to bring a mounted volume
	// up to date. False by default.
	RequiresRepublish *bool `json:"requiresRepublish,omitempty" protobuf:"7"`
	// Whether volumes can be mounted with a label of SELinux of their own,
	// so that files need not be labelled one by one. False by default.
	SELinuxMount *bool `json:"seLinuxMount,omitempty" protobuf:"8"`
	// How often, in seconds, the number of volumes that a node can take is
	// asked anew, at least 10. Nothing means only when the driver starts.
	NodeAllocatableUpdatePeriodSeconds *int64 `json:"nodeAllocatableUpdatePeriodSeconds,omitempty" protobuf:"9"`
	// Whether tokens of service accounts are handed to the driver as secrets
	// instead of among the plain attributes of the volume. False by default.
	ServiceAccountTokenInSecrets *bool `json:"serviceAccountTokenInSecrets,omitempty" protobuf:"10"`
	// Whether pods with volumes of the driver stay off nodes on which the
	// driver does not run. False by default.
	PreventPodSchedulingIfMissing *bool `json:"preventPodSchedulingIfMissing,omitempty" protobuf:"11"`
}

// VolumeLifecycleMode is how long volumes live.
type VolumeLifecycleMode string

// The values of VolumeLifecycleMode.
const (
	// VolumeLifecyclePersistent is for volumes that outlive pods.
	VolumeLifecyclePersistent VolumeLifecycleMode = "Persistent"
	// VolumeLifecycleEphemeral is for volumes that live as long as their
	// pod.
	VolumeLifecycleEphemeral VolumeLifecycleMode = "Ephemeral"
)

// FSGroupPolicy says whether the group of volumes is changed.
type FSGroupPolicy string

// The values of FSGroupPolicy.
const (
	// ReadWriteOnceWithFSTypeFSGroupPolicy changes it when one node writes a
	// file system.
	ReadWriteOnceWithFSTypeFSGroupPolicy FSGroupPolicy = "ReadWriteOnceWithFSType"
	// FileFSGroupPolicy changes it always.
	FileFSGroupPolicy FSGroupPolicy = "File"
	// NoneFSGroupPolicy never changes it.
	NoneFSGroupPolicy FSGroupPolicy = "None"
)
