package discovery

import "github.com/pilothouse/pilothouse/proto/core"

// SetEndpointSliceDefaults fills the name and protocol of ports, and makes empty
// lists absent ones.
func SetEndpointSliceDefaults(s *EndpointSlice) {
	if len(s.Endpoints) == 0 {
		s.Endpoints = nil
	}
	if len(s.Ports) == 0 {
		s.Ports = nil
	}
	for i := range s.Ports {
		p := &s.Ports[i]
		if p.Name == nil {
			p.Name = new(string)
		}
		if p.Protocol == nil {
			tcp := core.ProtocolTCP
			p.Protocol = &tcp
		}
	}
}
