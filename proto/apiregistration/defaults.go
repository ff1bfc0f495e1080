package apiregistration

// SetAPIServiceDefaults fills in what was left out.
func SetAPIServiceDefaults(*APIService) {}
