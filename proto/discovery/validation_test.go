package discovery

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func expect(t *testing.T, got field.ErrorList, want ...string) {
	t.Helper()
	var texts []string
	for _, e := range got {
		texts = append(texts, e.Error())
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(texts, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func newSlice(addresses ...string) *EndpointSlice {
	s := &EndpointSlice{ObjectMeta: meta.ObjectMeta{Name: "s", Namespace: "default", ResourceVersion: "1"}, AddressType: AddressTypeIPv4,
		Endpoints: []Endpoint{{Addresses: addresses}}, Ports: []EndpointPort{{}}}
	SetEndpointSliceDefaults(s)
	return s
}

func TestValidateEndpointSlice(t *testing.T) {
	expect(t, ValidateEndpointSlice(newSlice("10.0.0.1")))
	expect(t, ValidateEndpointSlice(newSlice()), "endpoints[0].addresses: Required value: must contain at least 1 address")
	expect(t, ValidateEndpointSlice(newSlice("::1", "127.0.0.1")),
		`endpoints[0].addresses[0]: Invalid value: "::1": must be a valid IPv4 address`,
		`endpoints[0].addresses[0]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
		`endpoints[0].addresses[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`)
	s := newSlice("10.0.0.1")
	s.AddressType = "IPX"
	s.Endpoints = nil
	s.Ports = append(s.Ports, s.Ports[0])
	expect(t, ValidateEndpointSlice(s), `addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"`, `ports[1].name: Duplicate value: ""`)
	s = newSlice("10.0.0.1")
	s.Endpoints = make([]Endpoint, 1001)
	expect(t, ValidateEndpointSlice(s), "endpoints: Too many: 1001: must have at most 1000 items")
}

func TestValidateEndpointSliceUpdate(t *testing.T) {
	s := newSlice("2001:db8::1")
	s.AddressType = AddressTypeIPv6
	expect(t, ValidateEndpointSliceUpdate(s, newSlice("10.0.0.1")), `addressType: Invalid value: "IPv6": field is immutable`)
}
