package core

// AgreeOnDataSource has both names for what a claim's volume is filled from say
// the same; old is what the claim was, nil for a new one. The older name can only
// begin to speak of claims and snapshots, and it knows no other namespace.
func AgreeOnDataSource(s, old *PersistentVolumeClaimSpec) {
	if s.DataSource != nil && !isOldSource(s.DataSource) && (old == nil || old.DataSource == nil) {
		s.DataSource = nil
	}
	switch d, ref := s.DataSource, s.DataSourceRef; {
	case d != nil && ref == nil:
		s.DataSourceRef = &TypedObjectReference{APIGroup: d.APIGroup, Kind: d.Kind, Name: d.Name}
	case d == nil && ref != nil && (ref.Namespace == nil || *ref.Namespace == ""):
		s.DataSource = &TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}
	}
}

func isOldSource(d *TypedLocalObjectReference) bool {
	group := ""
	if d.APIGroup != nil {
		group = *d.APIGroup
	}
	return d.Kind == "PersistentVolumeClaim" && group == "" || d.Kind == "VolumeSnapshot" && group == "snapshot.storage.k8s.io"
}
