package meta

import "testing"

func TestValidateListOptions(t *testing.T) {
	yes := true
	for _, tc := range []struct {
		o    ListOptions
		want string
	}{
		{ListOptions{}, ""},
		{ListOptions{ResourceVersion: "1", ResourceVersionMatch: "Exact"}, ""},
		{ListOptions{ResourceVersion: "0", ResourceVersionMatch: "Exact"}, `resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`},
		{ListOptions{ResourceVersionMatch: "Exact"}, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"},
		{ListOptions{ResourceVersion: "1", ResourceVersionMatch: "About"}, `resourceVersionMatch: Unsupported value: "About": supported values: "Exact", "NotOlderThan", ""`},
		{ListOptions{ResourceVersion: "1", ResourceVersionMatch: "Exact", Continue: "x"}, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided"},
		{ListOptions{SendInitialEvents: &yes}, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"},
		{ListOptions{Watch: true, SendInitialEvents: &yes, ResourceVersionMatch: "NotOlderThan"}, ""},
		{ListOptions{Watch: true, SendInitialEvents: &yes}, "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"},
		{ListOptions{Watch: true, ResourceVersionMatch: "NotOlderThan"}, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"},
	} {
		got := ""
		if err := ValidateListOptions(&tc.o).Err(); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%+v:\ngot  %s\nwant %s", tc.o, got, tc.want)
		}
	}
}

func TestValidateWriteOptions(t *testing.T) {
	force := true
	for got, want := range map[string]string{
		ValidateCreateOptions(&CreateOptions{DryRun: []string{"All"}, FieldValidation: "Strict", FieldManager: "x"}).Text(): "[]",
		ValidateCreateOptions(&CreateOptions{DryRun: []string{"None"}}).Text():                                              `dryRun: Unsupported value: []string{"None"}: supported values: "All"`,
		ValidateUpdateOptions(&UpdateOptions{FieldValidation: "Lax"}).Text():                                                `fieldValidation: Unsupported value: "Lax": supported values: "", "Ignore", "Strict", "Warn"`,
		ValidatePatchOptions(&PatchOptions{Force: &force}, false).Text():                                                    "force: Forbidden: may not be specified for non-apply patch",
		ValidatePatchOptions(&PatchOptions{}, true).Text():                                                                  "fieldManager: Required value: is required for apply patch",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestValidateDeleteOptions(t *testing.T) {
	orphan, policy := true, DeletionPropagation("Sideways")
	const want = `[propagationPolicy: Invalid value: "Sideways": orphanDependents and deletionPropagation cannot be both set, ` +
		`propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"]`
	if got := ValidateDeleteOptions(&DeleteOptions{OrphanDependents: &orphan, PropagationPolicy: &policy}).Text(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
