package meta

type ObjectMeta struct {
	Name                       string               `json:"name,omitempty" protobuf:"1"`
	GenerateName               string               `json:"generateName,omitempty" protobuf:"2"`
	Namespace                  string               `json:"namespace,omitempty" protobuf:"3"`
	SelfLink                   string               `json:"selfLink,omitempty" protobuf:"4"`
	UID                        UID                  `json:"uid,omitempty" protobuf:"5"`
	ResourceVersion            string               `json:"resourceVersion,omitempty" protobuf:"6"`
	Generation                 int64                `json:"generation,omitempty" protobuf:"7"`
	CreationTimestamp          Time                 `json:"creationTimestamp,omitempty,omitzero" protobuf:"8"`
	DeletionTimestamp          *Time                `json:"deletionTimestamp,omitempty" protobuf:"9"`
	DeletionGracePeriodSeconds *int64               `json:"deletionGracePeriodSeconds,omitempty" protobuf:"10"`
	Labels                     map[string]string    `json:"labels,omitempty" protobuf:"11"`
	Annotations                map[string]string    `json:"annotations,omitempty" protobuf:"12"`
	OwnerReferences            []OwnerReference     `json:"ownerReferences,omitempty" protobuf:"13" patchStrategy:"merge" patchMergeKey:"uid" listType:"map" listMapKey:"uid"`
	Finalizers                 []string             `json:"finalizers,omitempty" protobuf:"14" patchStrategy:"merge" listType:"set"`
	ManagedFields              []ManagedFieldsEntry `json:"managedFields,omitempty" protobuf:"17" listType:"atomic"`
}

// +mapType=atomic
type OwnerReference struct {
	APIVersion         string `json:"apiVersion" protobuf:"5" required:"true"`
	Kind               string `json:"kind" protobuf:"1" required:"true"`
	Name               string `json:"name" protobuf:"3" required:"true"`
	UID                UID    `json:"uid" protobuf:"4" required:"true"`
	Controller         *bool  `json:"controller,omitempty" protobuf:"6"`
	BlockOwnerDeletion *bool  `json:"blockOwnerDeletion,omitempty" protobuf:"7"`
}

type ManagedFieldsEntry struct {
	Manager     string                     `json:"manager,omitempty" protobuf:"1"`
	Operation   ManagedFieldsOperationType `json:"operation,omitempty" protobuf:"2"`
	APIVersion  string                     `json:"apiVersion,omitempty" protobuf:"3"`
	Time        *Time                      `json:"time,omitempty" protobuf:"4"`
	FieldsType  string                     `json:"fieldsType,omitempty" protobuf:"6"`
	FieldsV1    *FieldsV1                  `json:"fieldsV1,omitempty" protobuf:"7"`
	Subresource string                     `json:"subresource,omitempty" protobuf:"8"`
}

type ManagedFieldsOperationType string

const (
	ManagedFieldsOperationApply  ManagedFieldsOperationType = "Apply"
	ManagedFieldsOperationUpdate ManagedFieldsOperationType = "Update"
)

type ListMeta struct {
	SelfLink           string     `json:"selfLink,omitempty" protobuf:"1"`
	ResourceVersion    string     `json:"resourceVersion,omitempty" protobuf:"2"`
	Continue           string     `json:"continue,omitempty" protobuf:"3"`
	RemainingItemCount *int64     `json:"remainingItemCount,omitempty" protobuf:"4"`
	ShardInfo          *ShardInfo `json:"shardInfo,omitempty" protobuf:"5"`
}

type ShardInfo struct {
	Selector string `json:"selector" protobuf:"1" required:"true"`
}

type TypeMeta struct {
	Kind       string `json:"kind,omitempty" protobuf:"1"`
	APIVersion string `json:"apiVersion,omitempty" protobuf:"2"`
}
