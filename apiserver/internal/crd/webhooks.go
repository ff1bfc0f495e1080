package crd

import "github.com/pilothouse/pilothouse/proto/apiextensions"

// Webhooks reaches the webhooks that convert.
type Webhooks struct{}

// of is the converter that a definition asks for.
func (w *Webhooks) of(d *apiextensions.CustomResourceDefinition) converter { return nil }
