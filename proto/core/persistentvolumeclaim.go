package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PersistentVolumeClaimTemplate is what claims are made from.
type PersistentVolumeClaimTemplate struct {
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The spec of the claims.
	Spec PersistentVolumeClaimSpec `json:"spec" protobuf:"2" required:"true"`
}

// PersistentVolumeClaimSpec says what storage is asked for. Once the claim
// exists only the size can be changed, and only upwards.
type PersistentVolumeClaimSpec struct {
	// In which ways it is to be mounted. At least one.
	AccessModes []PersistentVolumeAccessMode `json:"accessModes,omitempty" protobuf:"1" listType:"atomic"`
	// The labels of the volumes that may be bound.
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"4"`
	// How much is asked for: requests.storage in bytes.
	Resources VolumeResourceRequirements `json:"resources,omitempty" protobuf:"2"`
	// The volume it is bound to.
	VolumeName string `json:"volumeName,omitempty" protobuf:"3"`
	// The StorageClass to take a volume of. Empty means a volume of no class;
	// unset means the default class.
	StorageClassName *string `json:"storageClassName,omitempty" protobuf:"5"`
	// Filesystem (the default) or Block.
	VolumeMode *PersistentVolumeMode `json:"volumeMode,omitempty" protobuf:"6"`
	// A snapshot or claim to fill the volume from.
	DataSource *TypedLocalObjectReference `json:"dataSource,omitempty" protobuf:"7"`
	// What to fill the volume from, of any kind.
	DataSourceRef *TypedObjectReference `json:"dataSourceRef,omitempty" protobuf:"8"`
	// The VolumeAttributesClass to apply.
	VolumeAttributesClassName *string `json:"volumeAttributesClassName,omitempty" protobuf:"9"`
}

// PersistentVolumeAccessMode says in which way a volume is mounted:
// ReadWriteOnce by one node, ReadOnlyMany and ReadWriteMany by many,
// ReadWriteOncePod by one pod.
//
// +enum
type PersistentVolumeAccessMode string

// The values of PersistentVolumeAccessMode.
const (
	ReadWriteOnce    PersistentVolumeAccessMode = "ReadWriteOnce"
	ReadOnlyMany     PersistentVolumeAccessMode = "ReadOnlyMany"
	ReadWriteMany    PersistentVolumeAccessMode = "ReadWriteMany"
	ReadWriteOncePod PersistentVolumeAccessMode = "ReadWriteOncePod"
)

// VolumeResourceRequirements says how much storage is asked for.
type VolumeResourceRequirements struct {
	// The most there may be.
	Limits ResourceList `json:"limits,omitempty" protobuf:"1"`
	// The least there must be.
	Requests ResourceList `json:"requests,omitempty" protobuf:"2"`
}

// PersistentVolumeMode says whether a volume is a file system or a raw
// device.
//
// +enum
type PersistentVolumeMode string

// The values of PersistentVolumeMode.
const (
	PersistentVolumeBlock      PersistentVolumeMode = "Block"
	PersistentVolumeFilesystem PersistentVolumeMode = "Filesystem"
)

// TypedLocalObjectReference names an object of any kind in the same
// namespace.
//
// +mapType=atomic
type TypedLocalObjectReference struct {
	// The API group of the kind; the core group, if unset.
	APIGroup *string `json:"apiGroup" protobuf:"1"`
	// The kind.
	Kind string `json:"kind" protobuf:"2" required:"true"`
	// The name.
	Name string `json:"name" protobuf:"3" required:"true"`
}

// TypedObjectReference names an object of any kind.
type TypedObjectReference struct {
	// The API group of the kind; the core group, if unset.
	APIGroup *string `json:"apiGroup" protobuf:"1"`
	// The kind.
	Kind string `json:"kind" protobuf:"2" required:"true"`
	// The name.
	Name string `json:"name" protobuf:"3" required:"true"`
	// The namespace; the same one, if unset.
	Namespace *string `json:"namespace,omitempty" protobuf:"4"`
}

// PersistentVolumeClaim asks for storage; a volume that fits is bound to it,
// or made for it.
type PersistentVolumeClaim struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec PersistentVolumeClaimSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status PersistentVolumeClaimStatus `json:"status,omitempty" protobuf:"3"`
}

// PersistentVolumeClaimStatus says how a claim is.
type PersistentVolumeClaimStatus struct {
	// Pending, Bound or Lost.
	Phase PersistentVolumeClaimPhase `json:"phase,omitempty" protobuf:"1"`
	// In which ways the volume can be mounted.
	AccessModes []PersistentVolumeAccessMode `json:"accessModes,omitempty" protobuf:"2" listType:"atomic"`
	// How much the volume holds.
	Capacity ResourceList `json:"capacity,omitempty" protobuf:"3"`
	// What is known of the claim.
	Conditions []PersistentVolumeClaimCondition `json:"conditions,omitempty" protobuf:"4" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// How large the volume is being made.
	AllocatedResources ResourceList `json:"allocatedResources,omitempty" protobuf:"5"`
	// How far that is.
	AllocatedResourceStatuses map[ResourceName]ClaimResourceStatus `json:"allocatedResourceStatuses,omitempty" protobuf:"7" mapType:"granular"`
	// The VolumeAttributesClass in force.
	CurrentVolumeAttributesClassName *string `json:"currentVolumeAttributesClassName,omitempty" protobuf:"8"`
	// How far a change of the class is.
	ModifyVolumeStatus *ModifyVolumeStatus `json:"modifyVolumeStatus,omitempty" protobuf:"9"`
}

// PersistentVolumeClaimPhase is a stage of a claim's life.
//
// +enum
type PersistentVolumeClaimPhase string

// The values of PersistentVolumeClaimPhase.
const (
	ClaimPending PersistentVolumeClaimPhase = "Pending"
	ClaimBound   PersistentVolumeClaimPhase = "Bound"
	ClaimLost    PersistentVolumeClaimPhase = "Lost"
)

// PersistentVolumeClaimCondition is one thing that is known of a claim.
type PersistentVolumeClaimCondition struct {
	// What the condition is about, one word in CamelCase.
	Type PersistentVolumeClaimConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the condition was last checked.
	LastProbeTime meta.Time `json:"lastProbeTime,omitempty" protobuf:"3"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"4"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"5"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"6"`
}

// PersistentVolumeClaimConditionType is what a claim's condition is about.
type PersistentVolumeClaimConditionType string

// The values of PersistentVolumeClaimConditionType.
const (
	PersistentVolumeClaimResizing                PersistentVolumeClaimConditionType = "Resizing"
	PersistentVolumeClaimFileSystemResizePending PersistentVolumeClaimConditionType = "FileSystemResizePending"
	PersistentVolumeClaimControllerResizeError   PersistentVolumeClaimConditionType = "ControllerResizeError"
	PersistentVolumeClaimNodeResizeError         PersistentVolumeClaimConditionType = "NodeResizeError"
	PersistentVolumeClaimVolumeModifyVolumeError PersistentVolumeClaimConditionType = "ModifyVolumeError"
	PersistentVolumeClaimVolumeModifyingVolume   PersistentVolumeClaimConditionType = "ModifyingVolume"
	PersistentVolumeClaimUnused                  PersistentVolumeClaimConditionType = "Unused"
)

// ClaimResourceStatus says how far a volume's growth is.
type ClaimResourceStatus string

// The values of ClaimResourceStatus.
const (
	PersistentVolumeClaimControllerResizeInProgress ClaimResourceStatus = "ControllerResizeInProgress"
	PersistentVolumeClaimControllerResizeInfeasible ClaimResourceStatus = "ControllerResizeInfeasible"
	PersistentVolumeClaimNodeResizePending          ClaimResourceStatus = "NodeResizePending"
	PersistentVolumeClaimNodeResizeInProgress       ClaimResourceStatus = "NodeResizeInProgress"
	PersistentVolumeClaimNodeResizeInfeasible       ClaimResourceStatus = "NodeResizeInfeasible"
)

// ModifyVolumeStatus says how far a change of a volume's attributes is.
type ModifyVolumeStatus struct {
	// The class that is wanted.
	TargetVolumeAttributesClassName string `json:"targetVolumeAttributesClassName,omitempty" protobuf:"1"`
	// Pending, InProgress or Infeasible.
	Status PersistentVolumeClaimModifyVolumeStatus `json:"status" protobuf:"2" required:"true"`
}

// PersistentVolumeClaimModifyVolumeStatus is a stage of such a change.
//
// +enum
type PersistentVolumeClaimModifyVolumeStatus string

// The values of PersistentVolumeClaimModifyVolumeStatus.
const (
	PersistentVolumeClaimModifyVolumePending    PersistentVolumeClaimModifyVolumeStatus = "Pending"
	PersistentVolumeClaimModifyVolumeInProgress PersistentVolumeClaimModifyVolumeStatus = "InProgress"
	PersistentVolumeClaimModifyVolumeInfeasible PersistentVolumeClaimModifyVolumeStatus = "Infeasible"
)

// PersistentVolumeClaimList is what a list of PersistentVolumeClaim objects
// is answered with.
type PersistentVolumeClaimList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PersistentVolumeClaim `json:"items" protobuf:"2" required:"true"`
}
