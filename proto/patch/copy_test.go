package patch

import (
	"strings"
	"testing"
)

// TestCopiesAreBounded: a short patch that copies what it has copied already
// does not fill the memory.
func TestCopiesAreBounded(t *testing.T) {
	doc := `{"l":["` + strings.Repeat("x", 1000) + `"]}`
	ops := strings.TrimSuffix(strings.Repeat(`{"op":"copy","from":"/l","path":"/l/-"},`, 40), ",")
	out, err := JSONPatch([]byte(doc), []byte("["+ops+"]"))
	if err == nil || !strings.Contains(err.Error(), "copy") {
		t.Errorf("the result has %d bytes, the error is %v", len(out), err)
	}
}
