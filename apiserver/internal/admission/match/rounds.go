package match

import "bytes"

// Rounds is what a step that changes objects remembers of a request's first
// round for its second: who may be asked again, and who must be.
type Rounds struct {
	output []byte
	// asked are those that may be asked again and have been asked since the last
	// change; again are those that shall be.
	asked, again map[string]bool
}

// NewRounds is what is known before the first round.
func NewRounds() *Rounds { return &Rounds{asked: map[string]bool{}, again: map[string]bool{}} }

// Left notes the object as the first round left it.
func (s *Rounds) Left(object []byte) { s.output = object }

// Found compares the object with what the first round left: when others have
// changed it since, everybody who may be is asked again.
func (s *Rounds) Found(object []byte) {
	if !bytes.Equal(object, s.output) {
		s.Changed()
	}
}

// Changed makes everybody who was asked before be asked again.
func (s *Rounds) Changed() {
	for id := range s.asked {
		s.again[id] = true
	}
	clear(s.asked)
}

// Asked notes one that was asked and may be again.
func (s *Rounds) Asked(id string) { s.asked[id] = true }

// Again says whether one shall be asked again.
func (s *Rounds) Again(id string) bool { return s.again[id] }
