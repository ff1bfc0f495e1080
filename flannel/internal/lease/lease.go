// Package lease says which part of the pods' network each node has. A lease is read off the
// Node object: the controller manager assigns spec.podCIDR, and each flanneld publishes its
// own address as an annotation. Other stores of leases may join: back ends see only Lease.
package lease

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pilothouse/pilothouse/proto/core"
)

// The annotations by which the flannels of a cluster tell each other how to be reached.
const (
	AnnotationPublicIP    = "flannel.alpha.coreos.com/public-ip"
	AnnotationBackendType = "flannel.alpha.coreos.com/backend-type"
	AnnotationBackendData = "flannel.alpha.coreos.com/backend-data"
	AnnotationManaged     = "flannel.alpha.coreos.com/kube-subnet-manager"
)

// ErrNoSubnet says that the node has no pod CIDR yet; it will get one.
var ErrNoSubnet = errors.New("spec.podCIDR is not set yet")

// Lease is one node's subnet and where to send packets for it.
type Lease struct {
	Node     string
	Subnet   netip.Prefix
	PublicIP netip.Addr
	// Backend is the back end the node announced; empty before its flanneld first ran.
	Backend string
}

// FromNode reads a node's lease. The address is the announced one, or before that the
// node's internal IP. It returns ErrNoSubnet while the node waits for a subnet.
func FromNode(n *core.Node) (Lease, error) {
	l := Lease{Node: n.Name, Backend: n.Annotations[AnnotationBackendType]}
	if n.Spec.PodCIDR == "" {
		return l, ErrNoSubnet
	}
	var err error
	if l.Subnet, err = netip.ParsePrefix(n.Spec.PodCIDR); err != nil {
		return l, fmt.Errorf("node %s: spec.podCIDR %q is not a CIDR", n.Name, n.Spec.PodCIDR)
	}
	l.Subnet = l.Subnet.Masked()
	text := n.Annotations[AnnotationPublicIP]
	if text == "" {
		text = internalIP(n, l.Subnet.Addr().Is4())
	}
	if text == "" {
		return l, fmt.Errorf("node %s: has no annotation %s and no InternalIP", n.Name, AnnotationPublicIP)
	}
	if l.PublicIP, err = netip.ParseAddr(text); err != nil {
		return l, fmt.Errorf("node %s: %q is not an IP address", n.Name, text)
	}
	return l, nil
}

func internalIP(n *core.Node, v4 bool) string {
	for _, a := range n.Status.Addresses {
		if ip, err := netip.ParseAddr(a.Address); err == nil && a.Type == core.NodeInternalIP && ip.Is4() == v4 {
			return a.Address
		}
	}
	return ""
}
