package apiregistration

// defaultServicePort is meant when a service is named without one.
const defaultServicePort = 443

// SetAPIServiceDefaults fills in the service's port.
func SetAPIServiceDefaults(s *APIService) {
	if ref := s.Spec.Service; ref != nil && ref.Port == nil {
		port := int32(defaultServicePort)
		ref.Port = &port
	}
}
