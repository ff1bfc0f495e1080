package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type PersistentVolumeClaimTemplate struct {
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PersistentVolumeClaimSpec `json:"spec" protobuf:"2" required:"true"`
}

type PersistentVolumeClaimSpec struct {
	AccessModes               []PersistentVolumeAccessMode `json:"accessModes,omitempty" protobuf:"1" listType:"atomic"`
	Selector                  *meta.LabelSelector          `json:"selector,omitempty" protobuf:"4"`
	Resources                 VolumeResourceRequirements   `json:"resources,omitempty" protobuf:"2"`
	VolumeName                string                       `json:"volumeName,omitempty" protobuf:"3"`
	StorageClassName          *string                      `json:"storageClassName,omitempty" protobuf:"5"`
	VolumeMode                *PersistentVolumeMode        `json:"volumeMode,omitempty" protobuf:"6"`
	DataSource                *TypedLocalObjectReference   `json:"dataSource,omitempty" protobuf:"7"`
	DataSourceRef             *TypedObjectReference        `json:"dataSourceRef,omitempty" protobuf:"8"`
	VolumeAttributesClassName *string                      `json:"volumeAttributesClassName,omitempty" protobuf:"9"`
}

type PersistentVolumeAccessMode string

const (
	ReadWriteOnce    PersistentVolumeAccessMode = "ReadWriteOnce"
	ReadOnlyMany     PersistentVolumeAccessMode = "ReadOnlyMany"
	ReadWriteMany    PersistentVolumeAccessMode = "ReadWriteMany"
	ReadWriteOncePod PersistentVolumeAccessMode = "ReadWriteOncePod"
)

type VolumeResourceRequirements struct {
	Limits   ResourceList `json:"limits,omitempty" protobuf:"1"`
	Requests ResourceList `json:"requests,omitempty" protobuf:"2"`
}

type PersistentVolumeMode string

const (
	PersistentVolumeBlock      PersistentVolumeMode = "Block"
	PersistentVolumeFilesystem PersistentVolumeMode = "Filesystem"
)

// +mapType=atomic
type TypedLocalObjectReference struct {
	APIGroup *string `json:"apiGroup" protobuf:"1"`
	Kind     string  `json:"kind" protobuf:"2" required:"true"`
	Name     string  `json:"name" protobuf:"3" required:"true"`
}

type TypedObjectReference struct {
	APIGroup  *string `json:"apiGroup" protobuf:"1"`
	Kind      string  `json:"kind" protobuf:"2" required:"true"`
	Name      string  `json:"name" protobuf:"3" required:"true"`
	Namespace *string `json:"namespace,omitempty" protobuf:"4"`
}

type PersistentVolumeClaim struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PersistentVolumeClaimSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          PersistentVolumeClaimStatus `json:"status,omitempty" protobuf:"3"`
}

type PersistentVolumeClaimStatus struct {
	Phase                            PersistentVolumeClaimPhase           `json:"phase,omitempty" protobuf:"1"`
	AccessModes                      []PersistentVolumeAccessMode         `json:"accessModes,omitempty" protobuf:"2" listType:"atomic"`
	Capacity                         ResourceList                         `json:"capacity,omitempty" protobuf:"3"`
	Conditions                       []PersistentVolumeClaimCondition     `json:"conditions,omitempty" protobuf:"4" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	AllocatedResources               ResourceList                         `json:"allocatedResources,omitempty" protobuf:"5"`
	AllocatedResourceStatuses        map[ResourceName]ClaimResourceStatus `json:"allocatedResourceStatuses,omitempty" protobuf:"7" mapType:"granular"`
	CurrentVolumeAttributesClassName *string                              `json:"currentVolumeAttributesClassName,omitempty" protobuf:"8"`
	ModifyVolumeStatus               *ModifyVolumeStatus                  `json:"modifyVolumeStatus,omitempty" protobuf:"9"`
}

type PersistentVolumeClaimPhase string

const (
	ClaimPending PersistentVolumeClaimPhase = "Pending"
	ClaimBound   PersistentVolumeClaimPhase = "Bound"
	ClaimLost    PersistentVolumeClaimPhase = "Lost"
)

type PersistentVolumeClaimCondition struct {
	Type               PersistentVolumeClaimConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus                    `json:"status" protobuf:"2" required:"true"`
	LastProbeTime      meta.Time                          `json:"lastProbeTime,omitempty" protobuf:"3"`
	LastTransitionTime meta.Time                          `json:"lastTransitionTime,omitempty" protobuf:"4"`
	Reason             string                             `json:"reason,omitempty" protobuf:"5"`
	Message            string                             `json:"message,omitempty" protobuf:"6"`
}

type PersistentVolumeClaimConditionType string

const (
	PersistentVolumeClaimResizing                PersistentVolumeClaimConditionType = "Resizing"
	PersistentVolumeClaimFileSystemResizePending PersistentVolumeClaimConditionType = "FileSystemResizePending"
	PersistentVolumeClaimControllerResizeError   PersistentVolumeClaimConditionType = "ControllerResizeError"
	PersistentVolumeClaimNodeResizeError         PersistentVolumeClaimConditionType = "NodeResizeError"
	PersistentVolumeClaimVolumeModifyVolumeError PersistentVolumeClaimConditionType = "ModifyVolumeError"
	PersistentVolumeClaimVolumeModifyingVolume   PersistentVolumeClaimConditionType = "ModifyingVolume"
	PersistentVolumeClaimUnused                  PersistentVolumeClaimConditionType = "Unused"
)

type ClaimResourceStatus string

const (
	PersistentVolumeClaimControllerResizeInProgress ClaimResourceStatus = "ControllerResizeInProgress"
	PersistentVolumeClaimControllerResizeInfeasible ClaimResourceStatus = "ControllerResizeInfeasible"
	PersistentVolumeClaimNodeResizePending          ClaimResourceStatus = "NodeResizePending"
	PersistentVolumeClaimNodeResizeInProgress       ClaimResourceStatus = "NodeResizeInProgress"
	PersistentVolumeClaimNodeResizeInfeasible       ClaimResourceStatus = "NodeResizeInfeasible"
)

type ModifyVolumeStatus struct {
	TargetVolumeAttributesClassName string                                  `json:"targetVolumeAttributesClassName,omitempty" protobuf:"1"`
	Status                          PersistentVolumeClaimModifyVolumeStatus `json:"status" protobuf:"2" required:"true"`
}

type PersistentVolumeClaimModifyVolumeStatus string

const (
	PersistentVolumeClaimModifyVolumePending    PersistentVolumeClaimModifyVolumeStatus = "Pending"
	PersistentVolumeClaimModifyVolumeInProgress PersistentVolumeClaimModifyVolumeStatus = "InProgress"
	PersistentVolumeClaimModifyVolumeInfeasible PersistentVolumeClaimModifyVolumeStatus = "Infeasible"
)

type PersistentVolumeClaimList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PersistentVolumeClaim `json:"items" protobuf:"2" required:"true"`
}
