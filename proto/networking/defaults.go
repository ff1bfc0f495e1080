package networking

// SetIngressDefaults fills in what was left out.
func SetIngressDefaults(*Ingress) {}

// SetIngressClassDefaults fills in what was left out.
func SetIngressClassDefaults(*IngressClass) {}

// SetIPAddressDefaults fills in what was left out.
func SetIPAddressDefaults(*IPAddress) {}

// SetNetworkPolicyDefaults fills in what was left out.
func SetNetworkPolicyDefaults(*NetworkPolicy) {}

// SetServiceCIDRDefaults fills in what was left out.
func SetServiceCIDRDefaults(*ServiceCIDR) {}
