package discovery

// The address types of a slice.
const (
	// AddressTypeIPv4: addresses are IPv4.
	AddressTypeIPv4 AddressType = "IPv4"
	// AddressTypeIPv6: addresses are IPv6.
	AddressTypeIPv6 AddressType = "IPv6"
	// AddressTypeFQDN: addresses are DNS names.
	AddressTypeFQDN AddressType = "FQDN"
)

// Labels of slices.
const (
	// LabelServiceName names the Service that the slice belongs to.
	LabelServiceName = "kubernetes.io/service-name"
	// LabelManagedBy names the controller that owns the slice.
	LabelManagedBy = "endpointslice.kubernetes.io/managed-by"
	// LabelSkipMirror keeps Endpoints from being mirrored into slices.
	LabelSkipMirror = "endpointslice.kubernetes.io/skip-mirror"
)
