package meta

// List is any list of objects of one kind. Every list kind's pointer
// implements it; the methods are generated.
type List interface {
	// GetTypeMeta is the list's kind and version, in place.
	GetTypeMeta() *TypeMeta
	// GetListMeta is the list's metadata, in place.
	GetListMeta() *ListMeta
	// Len is the number of items.
	Len() int
	// At is item i, in place.
	At(i int) Object
	// AppendItem adds o, which must be of the list's kind.
	AppendItem(o Object)
	// DeepCopyList copies the list and all it points to.
	DeepCopyList() List
}

// GetListMeta is the list's metadata, in place.
func (m *ListMeta) GetListMeta() *ListMeta { return m }
