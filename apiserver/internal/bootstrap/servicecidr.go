package bootstrap

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// serviceCIDR shows the range that services get their addresses from. The
// allocator knows it from the configuration; this object only tells of it.
func (c *Cluster) serviceCIDR(ctx context.Context) error {
	const path = "/apis/networking.k8s.io/v1/servicecidrs"
	if c.Cache.Table("servicecidrs.networking.k8s.io").Get("", "kubernetes") != nil {
		return nil
	}
	o := &networking.ServiceCIDR{TypeMeta: meta.TypeMeta{Kind: "ServiceCIDR", APIVersion: "networking.k8s.io/v1"}}
	o.Name = "kubernetes"
	o.Spec.CIDRs = []string{c.Services.String()}
	if err := c.put(ctx, http.MethodPost, path, o); err != nil {
		return fmt.Errorf("make service range %s: %w", c.Services, err)
	}
	o.Status.Conditions = []meta.Condition{{Type: networking.ServiceCIDRConditionReady, Status: meta.ConditionTrue, Reason: "NetworkReady",
		Message: "Kubernetes Service CIDR is ready", LastTransitionTime: meta.NewTime(time.Now().UTC().Truncate(time.Second))}}
	if err := c.put(ctx, http.MethodPut, path+"/kubernetes/status", o); err != nil {
		return fmt.Errorf("say that service range %s is ready: %w", c.Services, err)
	}
	return nil
}
