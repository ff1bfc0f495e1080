package definition

import (
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
)

// validateSchema checks the schema of a version; old is the version as it was.
func validateSchema(r *field.Report, _ *apiextensions.CustomResourceDefinition, v, _ *apiextensions.CustomResourceDefinitionVersion, p *field.Path) {
	if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
		r.Required(p.Child("openAPIV3Schema"), "schemas are required")
	}
}

func validateSelectable(*field.Report, *apiextensions.CustomResourceDefinitionVersion, *field.Path) {}
