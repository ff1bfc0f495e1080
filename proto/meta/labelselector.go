package meta

import (
	"fmt"
	"strings"
)

// LabelSelector selects objects by their labels; all its conditions must
// hold. An empty one selects everything, an absent one nothing.
//
// +mapType=atomic
type LabelSelector struct {
	// Labels that objects must carry with exactly these values.
	MatchLabels map[string]string `json:"matchLabels,omitempty" protobuf:"1"`
	// Further conditions on labels.
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"2" listType:"atomic"`
}

// LabelSelectorRequirement is one condition on one label.
type LabelSelectorRequirement struct {
	// The label's key.
	Key string `json:"key" protobuf:"1" required:"true"`
	// How the label is compared with values: In, NotIn, Exists or
	// DoesNotExist.
	Operator LabelSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	// What the label is compared with: at least one for In and NotIn, none
	// for the others.
	Values []string `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

// LabelSelectorOperator relates a label to the values of a requirement.
type LabelSelectorOperator string

// The values of LabelSelectorOperator.
const (
	// LabelSelectorOpIn wants the label to have one of the values.
	LabelSelectorOpIn LabelSelectorOperator = "In"
	// LabelSelectorOpNotIn wants the label to have none of the values, or to
	// be absent.
	LabelSelectorOpNotIn LabelSelectorOperator = "NotIn"
	// LabelSelectorOpExists wants the label to be there.
	LabelSelectorOpExists LabelSelectorOperator = "Exists"
	// LabelSelectorOpDoesNotExist wants the label to be absent.
	LabelSelectorOpDoesNotExist LabelSelectorOperator = "DoesNotExist"
)

// FieldSelectorRequirement is one requirement of a field selector in parsed
// form, as access reviews carry it.
type FieldSelectorRequirement struct {
	// The field, such as spec.nodeName.
	Key string `json:"key" protobuf:"1" required:"true"`
	// How the field relates to the values.
	Operator FieldSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	// What it is compared with; none for Exists and DoesNotExist.
	Values []string `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

// FieldSelectorOperator relates a field to the values of a requirement.
type FieldSelectorOperator string

// The values of FieldSelectorOperator.
const (
	// FieldSelectorOpIn asks for one of the values.
	FieldSelectorOpIn FieldSelectorOperator = "In"
	// FieldSelectorOpNotIn asks for none of the values.
	FieldSelectorOpNotIn FieldSelectorOperator = "NotIn"
	// FieldSelectorOpExists asks for the field to be there.
	FieldSelectorOpExists FieldSelectorOperator = "Exists"
	// FieldSelectorOpDoesNotExist asks for the field not to be there.
	FieldSelectorOpDoesNotExist FieldSelectorOperator = "DoesNotExist"
)

// GoString writes the selector as errors show it, with the types' names in the
// version of the API that everybody knows.
func (s LabelSelector) GoString() string {
	var b strings.Builder
	fmt.Fprintf(&b, "v1.LabelSelector{MatchLabels:%#v, MatchExpressions:[]v1.LabelSelectorRequirement", s.MatchLabels)
	if s.MatchExpressions == nil {
		b.WriteString("(nil)}")
		return b.String()
	}
	b.WriteByte('{')
	for i, e := range s.MatchExpressions {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "v1.LabelSelectorRequirement{Key:%q, Operator:%q, Values:%#v}", e.Key, e.Operator, e.Values)
	}
	b.WriteString("}}")
	return b.String()
}
