package meta

// +mapType=atomic
type LabelSelector struct {
	MatchLabels      map[string]string          `json:"matchLabels,omitempty" protobuf:"1"`
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"2" listType:"atomic"`
}

type LabelSelectorRequirement struct {
	Key      string                `json:"key" protobuf:"1" required:"true"`
	Operator LabelSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	Values   []string              `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

type LabelSelectorOperator string

const (
	LabelSelectorOpIn           LabelSelectorOperator = "In"
	LabelSelectorOpNotIn        LabelSelectorOperator = "NotIn"
	LabelSelectorOpExists       LabelSelectorOperator = "Exists"
	LabelSelectorOpDoesNotExist LabelSelectorOperator = "DoesNotExist"
)
