// Package fieldmanager keeps metadata.managedFields: which writer set which
// fields of an object, in what way and when. Server-side apply refuses to
// change what another writer set, and takes away what its own writer no longer
// names, by these records.
//
// Two roads lead through the package. Every create and update takes the fast
// one: walk.go compares the canonical JSON of the object before and after and
// yields the changed fields as a Set, a trie of field names whose text is the
// fieldsV1 of the wire; managed.go moves them from their former owners to the
// writer. Apply (apply.go) takes the slow one, through structured-merge-diff,
// whose rules both follow. Both read the shape of a kind from the same schema
// (schema.go), and a test holds them against each other for every kind.
package fieldmanager
