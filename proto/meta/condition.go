package meta

type Condition struct {
	Type               string          `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus `json:"status" protobuf:"2" required:"true"`
	ObservedGeneration int64           `json:"observedGeneration,omitempty" protobuf:"3"`
	LastTransitionTime Time            `json:"lastTransitionTime" protobuf:"4" required:"true"`
	Reason             string          `json:"reason" protobuf:"5" required:"true"`
	Message            string          `json:"message" protobuf:"6" required:"true"`
}

type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)
