// Package events holds the kinds of events.k8s.io/v1. Its Event is the one of
// package core seen through newer field names; both are stored as one object.
package events
