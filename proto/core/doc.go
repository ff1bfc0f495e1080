// Package core holds the kinds of the group without a name, served as v1: Pod,
// Service, Node, Namespace, Secret and all that they are made of.
//
// The structs are the one source of the wire contract: deep copies, codecs, the
// OpenAPI document and strategic merge patches are generated from their fields,
// tags and comments, and kubectl explain prints the comments. Beside them stand
// their defaults (defaults*.go) and the rules that objects must meet
// (validation*.go). Nothing here does I/O. Read pod.go first.
package core
