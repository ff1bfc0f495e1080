// Package storage holds the kinds of storage.k8s.io/v1: storage classes,
// volume attachments and what CSI drivers tell of themselves.
package storage
