package resources

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

func networkingResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("networking.k8s.io/v1", name), Prefix: "/registry/" + prefix + "/"}
	}
	ingress, cidr := v1("Ingress", "ingress"), v1("ServiceCIDR", "servicecidrs")
	ingress.Warnings = warnings(ingressWarnings)
	ingress.Subresources = []Subresource{part("status", keepIngressSpec, networking.ValidateIngressStatusUpdate)}
	cidr.Subresources = []Subresource{part("status", keepServiceCIDRSpec, networking.ValidateServiceCIDRStatusUpdate)}
	return []*Resource{
		kind[*networking.Ingress]{networking.SetIngressDefaults, newIngress, keepIngressStatus,
			networking.ValidateIngress, networking.ValidateIngressUpdate}.on(ingress),
		kind[*networking.IngressClass]{networking.SetIngressClassDefaults, newIngressClass, countIngressClass,
			networking.ValidateIngressClass, networking.ValidateIngressClassUpdate}.on(v1("IngressClass", "ingressclasses")),
		kind[*networking.IPAddress]{networking.SetIPAddressDefaults, nil, nil,
			networking.ValidateIPAddress, networking.ValidateIPAddressUpdate}.on(v1("IPAddress", "ipaddresses")),
		kind[*networking.NetworkPolicy]{networking.SetNetworkPolicyDefaults, newNetworkPolicy, countNetworkPolicy,
			networking.ValidateNetworkPolicy, twice(networking.ValidateNetworkPolicy, networking.ValidateNetworkPolicyUpdate)}.on(v1("NetworkPolicy", "networkpolicies")),
		kind[*networking.ServiceCIDR]{networking.SetServiceCIDRDefaults, nil, nil,
			networking.ValidateServiceCIDR, networking.ValidateServiceCIDRUpdate}.on(cidr),
	}
}

// countChanges gives an object the next generation when what is wanted of it
// changed.
func countChanges(o, old meta.Object, wanted, before any) {
	if !meta.Equal(wanted, before) {
		o.GetObjectMeta().Generation = old.GetObjectMeta().Generation + 1
	}
}

func newIngress(i *networking.Ingress) {
	i.Status = networking.IngressStatus{}
	i.Generation = 1
}

// ingressWarnings tells of the old way to name a class.
func ingressWarnings(i, old *networking.Ingress) []string {
	if _, set := i.Annotations[networking.AnnotationIngressClass]; old != nil || !set || i.Spec.IngressClassName != nil {
		return nil
	}
	return []string{`annotation "` + networking.AnnotationIngressClass + `" is deprecated, please use 'spec.ingressClassName' instead`}
}

func keepIngressStatus(i, old *networking.Ingress) {
	i.Status = old.Status
	countChanges(i, old, i.Spec, old.Spec)
}

func keepIngressSpec(i, old *networking.Ingress) { keepMetaButOwn(i, old); i.Spec = old.Spec }

func newIngressClass(c *networking.IngressClass) { c.Generation = 1 }

func countIngressClass(c, old *networking.IngressClass) { countChanges(c, old, c.Spec, old.Spec) }

func newNetworkPolicy(p *networking.NetworkPolicy) { p.Generation = 1 }

func countNetworkPolicy(p, old *networking.NetworkPolicy) { countChanges(p, old, p.Spec, old.Spec) }

func keepServiceCIDRSpec(c, old *networking.ServiceCIDR) { keepMeta(c, old); c.Spec = old.Spec }
