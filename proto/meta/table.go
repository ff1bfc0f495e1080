package meta

// Table is a list as kubectl prints it: the server knows the columns of every
// kind.
type Table struct {
	TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	ListMeta `json:"metadata,omitempty"`
	// The columns.
	ColumnDefinitions []TableColumnDefinition `json:"columnDefinitions"`
	// One row for each object.
	Rows []TableRow `json:"rows"`
}

// TableColumnDefinition describes one column.
type TableColumnDefinition struct {
	// The heading.
	Name string `json:"name"`
	// The type of the cells: string, integer, number, boolean or date.
	Type string `json:"type"`
	// A hint how to show them; name marks the object's name.
	Format string `json:"format"`
	// What the column tells.
	Description string `json:"description"`
	// 0 for columns always shown, more for those of the wide form.
	Priority int32 `json:"priority"`
}

// TableRow is one object.
type TableRow struct {
	// The values, one for each column.
	Cells []interface{} `json:"cells"`
	// What is special about the row.
	Conditions []TableRowCondition `json:"conditions,omitempty"`
	// As much of the object as was asked for.
	Object RawExtension `json:"object,omitempty"`
}

// TableRowCondition marks a row.
type TableRowCondition struct {
	// What the condition is about, one word in CamelCase.
	Type RowConditionType `json:"type"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty"`
}

// RowConditionType is a mark that a row can have.
type RowConditionType string

// The values of RowConditionType.
const (
	// RowCompleted marks what has run to its end, such as a finished pod.
	RowCompleted RowConditionType = "Completed"
)

// TableOptions are the query parameters of a request for a table.
type TableOptions struct {
	TypeMeta `json:",inline"`
	// Whether the columns are left out.
	NoHeaders bool `json:"-"`
	// How much of the object comes with each row: None, Metadata (the
	// default) or Object.
	IncludeObject IncludeObjectPolicy `json:"includeObject,omitempty" protobuf:"1"`
}

// IncludeObjectPolicy is how much of an object comes with its row.
type IncludeObjectPolicy string

// The values of IncludeObjectPolicy.
const (
	// IncludeNone sends only the cells.
	IncludeNone IncludeObjectPolicy = "None"
	// IncludeMetadata sends the metadata with each row.
	IncludeMetadata IncludeObjectPolicy = "Metadata"
	// IncludeObject sends the whole object with each row.
	IncludeObject IncludeObjectPolicy = "Object"
)

// PartialObjectMetadata is any object reduced to its metadata.
type PartialObjectMetadata struct {
	TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
}

// PartialObjectMetadataList is what a list of PartialObjectMetadata objects
// is answered with.
type PartialObjectMetadataList struct {
	TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PartialObjectMetadata `json:"items" protobuf:"2"`
}
