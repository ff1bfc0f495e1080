package core

import "github.com/pilothouse/pilothouse/proto/field"

// ValidateTolerations checks tolerations that go into pods.
func ValidateTolerations(r *field.Report, list []Toleration, p *field.Path) {
	checkTolerations(r, list, p)
}

// ValidateOverhead checks the amounts that a pod costs beside its containers.
func ValidateOverhead(r *field.Report, overhead ResourceList, p *field.Path) {
	checkResources(r, &ResourceRequirements{Limits: overhead}, nil, p)
}
