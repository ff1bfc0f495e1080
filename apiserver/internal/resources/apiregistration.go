package resources

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func apiregistrationResources() []*Resource {
	service := Resource{Kind: named("apiregistration.k8s.io/v1", "APIService"), Prefix: "/registry/apiregistration.k8s.io/apiservices/", Conditional: true}
	service.Subresources = []Subresource{part("status", keepAPIServiceSpec, apiregistration.ValidateAPIServiceStatusUpdate)}
	return []*Resource{
		kind[*apiregistration.APIService]{apiregistration.SetAPIServiceDefaults, newAPIService, keepAPIServiceStatus,
			apiregistration.ValidateAPIService, apiregistration.ValidateAPIServiceUpdate}.on(service),
	}
}

// newAPIService says at once of what this server serves itself that it is
// there.
func newAPIService(s *apiregistration.APIService) {
	s.Status = apiregistration.APIServiceStatus{}
	if s.Spec.Service == nil {
		s.Status.Conditions = []apiregistration.APIServiceCondition{{Type: apiregistration.Available, Status: apiregistration.ConditionTrue,
			Reason: "Local", Message: "Local APIServices are always available", LastTransitionTime: meta.NewTime(time.Now().UTC().Truncate(time.Second))}}
	}
}

func keepAPIServiceStatus(s, old *apiregistration.APIService) { s.Status = old.Status }

func keepAPIServiceSpec(s, old *apiregistration.APIService) { keepMeta(s, old); s.Spec = old.Spec }
