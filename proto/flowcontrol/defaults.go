package flowcontrol

// SetFlowSchemaDefaults fills in what was left out.
func SetFlowSchemaDefaults(*FlowSchema) {}

// SetPriorityLevelConfigurationDefaults fills in what was left out.
func SetPriorityLevelConfigurationDefaults(*PriorityLevelConfiguration) {}
