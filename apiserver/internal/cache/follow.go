package cache

// Follow calls f for every object that the table has and from then on for
// every change, in order: old is nil for a new object, new for a deleted one.
// By the time that the cache has reached a revision, f has been told of it. It
// is called while the table is held, so it must be quick and must not come back
// to the table. It is for indexes that live as long as the cache.
func (t *Table) Follow(f func(old, new *Object)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.objects.Scan(func(_ string, o *Object) bool {
		f(nil, o)
		return true
	})
	t.followers = append(t.followers, f)
}

// tell passes a change on to the followers.
func (t *Table) tell(old, new *Object) {
	for _, f := range t.followers {
		f(old, new)
	}
}

// tellAll tells the followers of all objects, that they have come or that they
// have gone.
func (t *Table) tellAll(come bool) {
	if len(t.followers) == 0 {
		return
	}
	t.objects.Scan(func(_ string, o *Object) bool {
		if come {
			t.tell(nil, o)
		} else {
			t.tell(o, nil)
		}
		return true
	})
}
