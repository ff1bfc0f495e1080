package apiextensions

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ConversionReview is what a webhook that converts objects is sent, and what it
// answers with.
type ConversionReview struct {
	meta.TypeMeta `json:",inline"`
	// What is to be converted; set in the request.
	Request *ConversionRequest `json:"request,omitempty" protobuf:"1"`
	// What became of it; set in the answer.
	Response *ConversionResponse `json:"response,omitempty" protobuf:"2"`
}

// ConversionRequest names objects to convert.
type ConversionRequest struct {
	// Names this request.
	UID meta.UID `json:"uid" protobuf:"1"`
	// The group and version that the objects are wanted in.
	DesiredAPIVersion string `json:"desiredAPIVersion" protobuf:"2"`
	// The objects, in whatever versions they are stored.
	Objects []meta.RawExtension `json:"objects" protobuf:"3"`
}

// ConversionResponse holds what became of the objects.
type ConversionResponse struct {
	// That of the request.
	UID meta.UID `json:"uid" protobuf:"1"`
	// The objects in the wanted version, in the order of the request. Nothing but
	// labels and annotations of their metadata may change.
	ConvertedObjects []meta.RawExtension `json:"convertedObjects" protobuf:"2"`
	// Whether it went well: its status is Success or Failure, and its message says
	// why it failed.
	Result meta.Status `json:"result" protobuf:"3"`
}
