package discovery

import "github.com/pilothouse/pilothouse/proto/core"

// SetEndpointSliceDefaults fills the name and protocol of ports.
func SetEndpointSliceDefaults(s *EndpointSlice) {
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
