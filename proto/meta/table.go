package meta

type Table struct {
	TypeMeta          `json:",inline"`
	ListMeta          `json:"metadata,omitempty"`
	ColumnDefinitions []TableColumnDefinition `json:"columnDefinitions"`
	Rows              []TableRow              `json:"rows"`
}

type TableColumnDefinition struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Format      string `json:"format"`
	Description string `json:"description"`
	Priority    int32  `json:"priority"`
}

type TableRow struct {
	Cells      []interface{}       `json:"cells"`
	Conditions []TableRowCondition `json:"conditions,omitempty"`
	Object     RawExtension        `json:"object,omitempty"`
}

type TableRowCondition struct {
	Type    RowConditionType `json:"type"`
	Status  ConditionStatus  `json:"status"`
	Reason  string           `json:"reason,omitempty"`
	Message string           `json:"message,omitempty"`
}

type RowConditionType string

const (
	RowCompleted RowConditionType = "Completed"
)

type TableOptions struct {
	TypeMeta      `json:",inline"`
	NoHeaders     bool                `json:"-"`
	IncludeObject IncludeObjectPolicy `json:"includeObject,omitempty" protobuf:"1"`
}

type IncludeObjectPolicy string

const (
	IncludeNone     IncludeObjectPolicy = "None"
	IncludeMetadata IncludeObjectPolicy = "Metadata"
	IncludeObject   IncludeObjectPolicy = "Object"
)

type PartialObjectMetadata struct {
	TypeMeta   `json:",inline"`
	ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
}

type PartialObjectMetadataList struct {
	TypeMeta `json:",inline"`
	ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items    []PartialObjectMetadata `json:"items" protobuf:"2"`
}
