package fieldmanager

import (
	"encoding/json"
	"fmt"
)

func errEntry(field, value string) error {
	return fmt.Errorf("managedFields: an entry with %s %q", field, value)
}

// quote is s as a JSON string.
func quote(s string) string {
	b, _ := json.Marshal(s) // A string always can be.
	return string(b)
}
