package events

// SetEventDefaults has nothing to fill; recorders set every field themselves.
func SetEventDefaults(*Event) {}
