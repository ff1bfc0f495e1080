package codec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/pbwire"
)

// TestDepth: a message that nests without end is refused before the stack is
// used up. Schemas are the one kind of message that can hold itself.
func TestDepth(t *testing.T) {
	const spec, versions, schema, openAPI, not = 2, 7, 4, 1, 28
	decode := func(depth int) error {
		numbers := append([]uint64{spec, versions, schema, openAPI}, slices.Repeat([]uint64{not}, depth)...)
		// The lengths are found from the inside out, the bytes written from the
		// outside in.
		lengths := make([]uint64, len(numbers)+1)
		for i := len(numbers) - 1; i >= 0; i-- {
			head := pbwire.AppendVarint(pbwire.AppendVarint(nil, numbers[i]<<3|pbwire.Length), lengths[i+1])
			lengths[i] = lengths[i+1] + uint64(len(head))
		}
		return codec.DecodeProto(codec.AppendEnvelope(nil, "apiextensions.k8s.io/v1", "CustomResourceDefinition", func(b []byte) []byte {
			for i, n := range numbers {
				b = pbwire.AppendVarint(pbwire.AppendVarint(b, n<<3|pbwire.Length), lengths[i+1])
			}
			return b
		}), &apiextensions.CustomResourceDefinition{})
	}
	if err := decode(50); err != nil {
		t.Errorf("50 levels: %v", err)
	}
	if err := decode(400_000); err == nil || !strings.Contains(err.Error(), "too deep") {
		t.Errorf("400000 levels: %v", err)
	}
}
