package meta

// ObjectMeta is what every stored object has beside its own fields.
type ObjectMeta struct {
	// The name, unique among the objects of its kind in its namespace. It
	// cannot be changed.
	Name string `json:"name,omitempty" protobuf:"1"`
	// A prefix; when name is empty the server appends five random characters
	// to it and makes that the name.
	GenerateName string `json:"generateName,omitempty" protobuf:"2"`
	// The space within which the name is unique. Empty for kinds that are
	// cluster-wide. It cannot be changed.
	Namespace string `json:"namespace,omitempty" protobuf:"3"`
	// Once the object's path; no longer set.
	SelfLink string `json:"selfLink,omitempty" protobuf:"4"`
	// What tells this object from all others there ever were, also from an
	// earlier one of the same name. Set by the server.
	UID UID `json:"uid,omitempty" protobuf:"5"`
	// A value that changes with every write of the object. Send it back with
	// an update to be refused when somebody else wrote in between. To clients
	// it is opaque.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"6"`
	// Counts the changes of the wanted state. Set by the server.
	Generation int64 `json:"generation,omitempty" protobuf:"7"`
	// CreationTimestamp is a timestamp: when the object was created. Set by the
	// server.
	CreationTimestamp Time `json:"creationTimestamp,omitempty,omitzero" protobuf:"8"`
	// When the object is to be gone, once its deletion was asked for. It
	// lasts until its finalizers are done and its grace period is over. Set
	// by the server.
	DeletionTimestamp *Time `json:"deletionTimestamp,omitempty" protobuf:"9"`
	// How many seconds the object had to end in peace when its deletion was
	// asked for. It can only be shortened.
	DeletionGracePeriodSeconds *int64 `json:"deletionGracePeriodSeconds,omitempty" protobuf:"10"`
	// Keys and values that selectors select objects by.
	Labels map[string]string `json:"labels,omitempty" protobuf:"11"`
	// Keys and values for tools, of any content; they cannot be selected by.
	// At most 256 KiB together.
	Annotations map[string]string `json:"annotations,omitempty" protobuf:"12"`
	// The objects that this one exists for. When all of them are gone it is
	// deleted too. At most one of them is its controller.
	OwnerReferences []OwnerReference `json:"ownerReferences,omitempty" protobuf:"13" patchStrategy:"merge" patchMergeKey:"uid" listType:"map" listMapKey:"uid"`
	// What must be done before the object can go. Whoever put a finalizer
	// here takes it away when its work is done; the object is removed when
	// none is left.
	Finalizers []string `json:"finalizers,omitempty" protobuf:"14" patchStrategy:"merge" listType:"set"`
	// Which writer set which fields, for server-side apply.
	ManagedFields []ManagedFieldsEntry `json:"managedFields,omitempty" protobuf:"17" listType:"atomic"`
}

// OwnerReference points to an owner in the same namespace, or to a
// cluster-wide one.
//
// +mapType=atomic
type OwnerReference struct {
	// The owner's API version.
	APIVersion string `json:"apiVersion" protobuf:"5" required:"true"`
	// The owner's kind.
	Kind string `json:"kind" protobuf:"1" required:"true"`
	// The owner's name.
	Name string `json:"name" protobuf:"3" required:"true"`
	// The owner's uid; a new object of the same name is not the owner.
	UID UID `json:"uid" protobuf:"4" required:"true"`
	// Whether the owner manages this object. Only one may.
	Controller *bool `json:"controller,omitempty" protobuf:"6"`
	// Whether the owner, when it is deleted in the foreground, has to wait
	// until this object is gone.
	BlockOwnerDeletion *bool `json:"blockOwnerDeletion,omitempty" protobuf:"7"`
}

// ManagedFieldsEntry says which fields one writer set, in what way and when.
type ManagedFieldsEntry struct {
	// The name of the writer.
	Manager string `json:"manager,omitempty" protobuf:"1"`
	// How the fields were written: Apply or Update.
	Operation ManagedFieldsOperationType `json:"operation,omitempty" protobuf:"2"`
	// The API version in which the fields are named.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"3"`
	// When an entry was added or its fields changed.
	Time *Time `json:"time,omitempty" protobuf:"4"`
	// The format of fieldsV1: always FieldsV1.
	FieldsType string `json:"fieldsType,omitempty" protobuf:"6"`
	// The set of fields.
	FieldsV1 *FieldsV1 `json:"fieldsV1,omitempty" protobuf:"7"`
	// The subresource through which they were written, such as status; empty
	// for the object itself.
	Subresource string `json:"subresource,omitempty" protobuf:"8"`
}

// ManagedFieldsOperationType is a way of writing fields.
type ManagedFieldsOperationType string

// The values of ManagedFieldsOperationType.
const (
	// ManagedFieldsOperationApply is server-side apply.
	ManagedFieldsOperationApply ManagedFieldsOperationType = "Apply"
	// ManagedFieldsOperationUpdate is any other write.
	ManagedFieldsOperationUpdate ManagedFieldsOperationType = "Update"
)

// ListMeta is what every list has beside its items.
type ListMeta struct {
	// Once the list's path; no longer set.
	SelfLink string `json:"selfLink,omitempty" protobuf:"1"`
	// The revision that the list shows; a watch from here on misses nothing.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"2"`
	// When set, more items follow: send it back in a continue parameter. It
	// expires after some minutes.
	Continue string `json:"continue,omitempty" protobuf:"3"`
	// How many items follow, when that is known.
	RemainingItemCount *int64 `json:"remainingItemCount,omitempty" protobuf:"4"`
	// The shard that the list was restricted to.
	ShardInfo *ShardInfo `json:"shardInfo,omitempty" protobuf:"5"`
}

// ShardInfo describes a list of only a part of all objects.
type ShardInfo struct {
	// The shard selector that was applied.
	Selector string `json:"selector" protobuf:"1" required:"true"`
}

// TypeMeta says what an object is.
type TypeMeta struct {
	// The kind, such as Pod: what the fields mean. It cannot be changed.
	Kind string `json:"kind,omitempty" protobuf:"1"`
	// APIVersion defines the group and the version of the kind, such as v1 or apps/v1.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"2"`
}
