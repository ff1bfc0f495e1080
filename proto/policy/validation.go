package policy

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateEviction checks a request to evict a pod.
func ValidateEviction(e *Eviction) field.ErrorList {
	if e.DeleteOptions == nil {
		return nil
	}
	return meta.ValidateDeleteOptions(e.DeleteOptions)
}
