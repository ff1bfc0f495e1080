// Package proto is the wire contract of the API: one package per API group
// holds that group's kinds as plain structs, and everything that the wire
// needs of them (deep copy, the JSON and protobuf codecs, the description
// that OpenAPI and patches read, the .proto files) is written by the generator
// in gen from those structs alone. Nothing below this folder does I/O.
//
// After a change to a struct, its tags or its comments run `go generate` here
// and commit what it wrote; a test fails when the two disagree.
package proto

//go:generate go run ./gen
