package resources

import (
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func discoveryResources() []*Resource {
	slice := Resource{Kind: named("discovery.k8s.io/v1", "EndpointSlice"), Prefix: "/registry/endpointslices/", CreateOnUpdate: true}
	slice.Warnings = warnings(aboutSlice)
	return []*Resource{
		kind[*discovery.EndpointSlice]{discovery.SetEndpointSliceDefaults, newSlice, keepSliceGeneration,
			discovery.ValidateEndpointSlice, discovery.ValidateEndpointSliceUpdate}.on(slice),
	}
}

func newSlice(s *discovery.EndpointSlice) {
	s.Generation = 1
	dropTopology(s)
}

// dropTopology takes away what endpoints had instead of their zone and node
// before this version.
func dropTopology(s *discovery.EndpointSlice) {
	for i := range s.Endpoints {
		//lint:ignore SA1019 it is here to be taken away
		s.Endpoints[i].DeprecatedTopology = nil
	}
}

// keepSliceGeneration counts the changes of endpoints, ports and labels.
func keepSliceGeneration(s, old *discovery.EndpointSlice) {
	if !meta.Equal(s.Endpoints, old.Endpoints) || !meta.Equal(s.Ports, old.Ports) || !meta.Equal(s.Labels, old.Labels) {
		s.Generation = old.Generation + 1
	}
	dropTopology(s)
}
