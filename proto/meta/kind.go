package meta

// Object is any API object: it has a kind and metadata, and can be copied.
// Every kind's pointer implements it; the methods are generated.
type Object interface {
	// GetTypeMeta is the object's kind and version, in place.
	GetTypeMeta() *TypeMeta
	// GetObjectMeta is the object's metadata, in place.
	GetObjectMeta() *ObjectMeta
	// DeepCopyObject copies the object and all it points to.
	DeepCopyObject() Object
}

// GetTypeMeta is the object's kind and version, in place.
func (t *TypeMeta) GetTypeMeta() *TypeMeta { return t }

// GetObjectMeta is the object's metadata, in place.
func (m *ObjectMeta) GetObjectMeta() *ObjectMeta { return m }

// Key names an object of a known kind: its namespace, empty for cluster-wide
// kinds, and its name.
type Key struct {
	Namespace, Name string
}

// String is "namespace/name", or the name alone.
func (k Key) String() string {
	if k.Namespace == "" {
		return k.Name
	}
	return k.Namespace + "/" + k.Name
}

// KeyOf is o's key.
func KeyOf(o Object) Key {
	m := o.GetObjectMeta()
	return Key{m.Namespace, m.Name}
}
