// Package crd serves custom resources: it follows the definitions in the
// cache, decides which names each of them gets (names.go), makes entries for
// the table of resources of them (resource.go), gives the cache tables to fill,
// and takes all objects away when a definition is deleted (cleanup.go). What it
// makes goes to the same handlers as the built-in kinds.
//
// The packages below know nothing of a server: structural is the schema, object
// the Go type of custom resources, rules their CEL rules, jsonpath the paths of
// columns, definition the checks of a definition itself. Start with
// controller.go.
package crd
