package admission

import (
	"context"

	"github.com/pilothouse/pilothouse/proto/core"
)

// oldAppArmor warns of a new pod whose annotations name the profiles of its
// containers. It looks while they still differ from the fields.
func oldAppArmor(_ context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || r.Operation != Create || r.Subresource != "" || r.Rounds.Second {
		return nil
	}
	for _, text := range core.WarnAboutAppArmor(p) {
		r.Call.Warn(text)
	}
	return nil
}
