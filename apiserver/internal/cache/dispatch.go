package cache

// watchSet finds the watches that a change may matter to. A watch whose query
// asks for one value of something is looked up by it; the others are asked
// every time.
type watchSet struct {
	broad  map[*Watch]struct{}
	byTerm map[term]map[*Watch]struct{}
	terms  []term // scratch
}

func (s *watchSet) add(w *Watch) {
	if s.broad == nil {
		s.broad = map[*Watch]struct{}{}
		s.byTerm = map[term]map[*Watch]struct{}{}
	}
	if !w.termed {
		s.broad[w] = struct{}{}
		return
	}
	of := s.byTerm[w.term]
	if of == nil {
		of = map[*Watch]struct{}{}
		s.byTerm[w.term] = of
	}
	of[w] = struct{}{}
}

func (s *watchSet) remove(w *Watch) {
	if !w.termed {
		delete(s.broad, w)
		return
	}
	of := s.byTerm[w.term]
	delete(of, w)
	if len(of) == 0 {
		delete(s.byTerm, w.term)
	}
}

// dispatch offers a change to the watches that it may matter to.
func (s *watchSet) dispatch(c *change, number int64) {
	for w := range s.broad {
		w.offer(c, number)
	}
	if len(s.byTerm) == 0 {
		return
	}
	s.terms = s.terms[:0]
	s.collect(c.cur)
	if c.cur == nil || (c.prev != nil && !sameListTerms(c.cur, c.prev)) {
		s.collect(c.prev)
	}
	for _, at := range s.terms {
		for w := range s.byTerm[at] {
			w.offer(c, number)
		}
	}
}

// collect gathers, once each, the terms of o that are watched.
func (s *watchSet) collect(o *Object) {
	if o == nil {
		return
	}
	o.listTerms(s.note)
	s.note(fieldTermOf(fieldName, o.Name))
	if o.Namespace != "" {
		s.note(fieldTermOf(fieldNamespace, o.Namespace))
	}
}

func (s *watchSet) note(at term) {
	if _, ok := s.byTerm[at]; !ok {
		return
	}
	for _, have := range s.terms {
		if have == at {
			return
		}
	}
	s.terms = append(s.terms, at)
}

// all calls f for every watch.
func (s *watchSet) all(f func(*Watch)) {
	for w := range s.broad {
		f(w)
	}
	for _, of := range s.byTerm {
		for w := range of {
			f(w)
		}
	}
}

func (s *watchSet) count() int {
	n := len(s.broad)
	for _, of := range s.byTerm {
		n += len(of)
	}
	return n
}
