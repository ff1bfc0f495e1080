package meta

type DeleteOptions struct {
	TypeMeta                                         `json:",inline"`
	GracePeriodSeconds                               *int64               `json:"gracePeriodSeconds,omitempty" protobuf:"1"`
	Preconditions                                    *Preconditions       `json:"preconditions,omitempty" protobuf:"2"`
	OrphanDependents                                 *bool                `json:"orphanDependents,omitempty" protobuf:"3"`
	PropagationPolicy                                *DeletionPropagation `json:"propagationPolicy,omitempty" protobuf:"4"`
	DryRun                                           []string             `json:"dryRun,omitempty" protobuf:"5" listType:"atomic"`
	IgnoreStoreReadErrorWithClusterBreakingPotential *bool                `json:"ignoreStoreReadErrorWithClusterBreakingPotential,omitempty" protobuf:"6"`
}

type Preconditions struct {
	UID             *UID    `json:"uid,omitempty" protobuf:"1"`
	ResourceVersion *string `json:"resourceVersion,omitempty" protobuf:"2"`
}

type DeletionPropagation string

const (
	DeletePropagationOrphan     DeletionPropagation = "Orphan"
	DeletePropagationBackground DeletionPropagation = "Background"
	DeletePropagationForeground DeletionPropagation = "Foreground"
)

type ListOptions struct {
	TypeMeta             `json:",inline"`
	LabelSelector        string               `json:"labelSelector,omitempty" protobuf:"1"`
	FieldSelector        string               `json:"fieldSelector,omitempty" protobuf:"2"`
	Watch                bool                 `json:"watch,omitempty" protobuf:"3"`
	AllowWatchBookmarks  bool                 `json:"allowWatchBookmarks,omitempty" protobuf:"9"`
	ResourceVersion      string               `json:"resourceVersion,omitempty" protobuf:"4"`
	ResourceVersionMatch ResourceVersionMatch `json:"resourceVersionMatch,omitempty" protobuf:"10"`
	TimeoutSeconds       *int64               `json:"timeoutSeconds,omitempty" protobuf:"5"`
	Limit                int64                `json:"limit,omitempty" protobuf:"7"`
	Continue             string               `json:"continue,omitempty" protobuf:"8"`
	SendInitialEvents    *bool                `json:"sendInitialEvents,omitempty" protobuf:"11"`
	ShardSelector        string               `json:"shardSelector,omitempty" protobuf:"15"`
}

type ResourceVersionMatch string

const (
	ResourceVersionMatchNotOlderThan ResourceVersionMatch = "NotOlderThan"
	ResourceVersionMatchExact        ResourceVersionMatch = "Exact"
)

type GetOptions struct {
	TypeMeta        `json:",inline"`
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"1"`
}

type CreateOptions struct {
	TypeMeta        `json:",inline"`
	DryRun          []string `json:"dryRun,omitempty" protobuf:"1"`
	FieldManager    string   `json:"fieldManager,omitempty" protobuf:"3"`
	FieldValidation string   `json:"fieldValidation,omitempty" protobuf:"4"`
}

type UpdateOptions struct {
	TypeMeta        `json:",inline"`
	DryRun          []string `json:"dryRun,omitempty" protobuf:"1"`
	FieldManager    string   `json:"fieldManager,omitempty" protobuf:"2"`
	FieldValidation string   `json:"fieldValidation,omitempty" protobuf:"3"`
}

type PatchOptions struct {
	TypeMeta        `json:",inline"`
	DryRun          []string `json:"dryRun,omitempty" protobuf:"1"`
	Force           *bool    `json:"force,omitempty" protobuf:"2"`
	FieldManager    string   `json:"fieldManager,omitempty" protobuf:"3"`
	FieldValidation string   `json:"fieldValidation,omitempty" protobuf:"4"`
}
