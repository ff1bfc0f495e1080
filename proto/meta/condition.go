package meta

// Condition is one aspect of an object's state, in the form that all newer
// kinds share.
type Condition struct {
	// What the condition is about, one word in CamelCase.
	Type string `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// The metadata.generation of the object that the condition was derived
	// from.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"3"`
	// When the status last changed from one value to another.
	LastTransitionTime Time `json:"lastTransitionTime" protobuf:"4" required:"true"`
	// Why the condition holds or not, one word in CamelCase for programs.
	// Required.
	Reason string `json:"reason" protobuf:"5" required:"true"`
	// Why it holds or not, in words for people.
	Message string `json:"message" protobuf:"6" required:"true"`
}

// ConditionStatus says whether a condition holds: True, False, or Unknown
// when it cannot be told.
type ConditionStatus string

// The values of ConditionStatus.
const (
	// ConditionTrue says that the condition holds.
	ConditionTrue ConditionStatus = "True"
	// ConditionFalse says that it does not.
	ConditionFalse ConditionStatus = "False"
	// ConditionUnknown says that it cannot be told.
	ConditionUnknown ConditionStatus = "Unknown"
)
