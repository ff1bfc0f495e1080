// Package quantity holds amounts of resources (cpu, memory, storage) as API
// objects write them: exact decimal or binary numbers with a suffix.
package quantity

// Quantity is an exact amount.
type Quantity struct {
	text string
}
