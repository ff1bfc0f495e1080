package resources

import "github.com/pilothouse/pilothouse/proto/coordination"

func coordinationResources() []*Resource {
	lease := Resource{Kind: named("coordination.k8s.io/v1", "Lease"), Prefix: "/registry/leases/", CreateOnUpdate: true}
	return []*Resource{
		kind[*coordination.Lease]{coordination.SetLeaseDefaults, nil, nil, coordination.ValidateLease, coordination.ValidateLeaseUpdate}.on(lease),
	}
}
