package apiextensions

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ConversionReview is TODO.
type ConversionReview struct {
	meta.TypeMeta `json:",inline"`
	Request       *ConversionRequest  `json:"request,omitempty" protobuf:"1"`
	Response      *ConversionResponse `json:"response,omitempty" protobuf:"2"`
}

// ConversionRequest is TODO.
type ConversionRequest struct {
	UID               meta.UID            `json:"uid" protobuf:"1"`
	DesiredAPIVersion string              `json:"desiredAPIVersion" protobuf:"2"`
	Objects           []meta.RawExtension `json:"objects" protobuf:"3"`
}

// ConversionResponse is TODO.
type ConversionResponse struct {
	UID              meta.UID            `json:"uid" protobuf:"1"`
	ConvertedObjects []meta.RawExtension `json:"convertedObjects" protobuf:"2"`
	Result           meta.Status         `json:"result" protobuf:"3"`
}
