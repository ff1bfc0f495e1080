package resources

import "github.com/pilothouse/pilothouse/proto/flowcontrol"

func flowcontrolResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("flowcontrol.apiserver.k8s.io/v1", name), Prefix: "/registry/" + prefix + "/"}
	}
	flow, level := v1("FlowSchema", "flowschemas"), v1("PriorityLevelConfiguration", "prioritylevelconfigurations")
	flow.Subresources = []Subresource{part("status", keepFlowSpec, flowcontrol.ValidateFlowSchemaStatusUpdate)}
	level.Subresources = []Subresource{part("status", keepLevelSpec, flowcontrol.ValidatePriorityLevelConfigurationStatusUpdate)}
	return []*Resource{
		kind[*flowcontrol.FlowSchema]{flowcontrol.SetFlowSchemaDefaults, newFlow, keepFlowStatus,
			flowcontrol.ValidateFlowSchema, flowcontrol.ValidateFlowSchemaUpdate}.on(flow),
		kind[*flowcontrol.PriorityLevelConfiguration]{flowcontrol.SetPriorityLevelConfigurationDefaults, newLevel, keepLevelStatus,
			flowcontrol.ValidatePriorityLevelConfiguration, flowcontrol.ValidatePriorityLevelConfigurationUpdate}.on(level),
	}
}

func newFlow(f *flowcontrol.FlowSchema) {
	f.Status = flowcontrol.FlowSchemaStatus{}
	f.Generation = 1
}

func keepFlowStatus(f, old *flowcontrol.FlowSchema) {
	f.Status = old.Status
	countChanges(f, old, f.Spec, old.Spec)
}

func keepFlowSpec(f, old *flowcontrol.FlowSchema) { keepMeta(f, old); f.Spec = old.Spec }

func newLevel(l *flowcontrol.PriorityLevelConfiguration) {
	l.Status = flowcontrol.PriorityLevelConfigurationStatus{}
	l.Generation = 1
}

func keepLevelStatus(l, old *flowcontrol.PriorityLevelConfiguration) {
	l.Status = old.Status
	countChanges(l, old, l.Spec, old.Spec)
}

func keepLevelSpec(l, old *flowcontrol.PriorityLevelConfiguration) {
	keepMeta(l, old)
	l.Spec = old.Spec
}
