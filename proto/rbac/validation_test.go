package rbac

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func expect(t *testing.T, got field.ErrorList, want ...string) {
	t.Helper()
	var texts []string
	for _, e := range got {
		texts = append(texts, e.Error())
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(texts, "\n\t"), strings.Join(want, "\n\t"))
	}
}

var named = meta.ObjectMeta{Name: "system:a", Namespace: "default", ResourceVersion: "1"}

func TestValidateRole(t *testing.T) {
	expect(t, ValidateRole(&Role{ObjectMeta: named, Rules: []PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}}))
	expect(t, ValidateRole(&Role{ObjectMeta: named, Rules: []PolicyRule{{}, {Verbs: []string{"*"}, Resources: []string{"x"}, NonResourceURLs: []string{"/healthz"}}}}),
		"rules[0].verbs: Required value: verbs must contain at least one value",
		"rules[0].apiGroups: Required value: resource rules must supply at least one api group",
		"rules[0].resources: Required value: resource rules must supply at least one resource",
		`rules[1].nonResourceURLs: Invalid value: []string{"/healthz"}: namespaced rules cannot apply to non-resource URLs`,
		`rules[1].nonResourceURLs: Invalid value: []string{"/healthz"}: rules cannot apply to both regular resources and non-resource URLs`)
	expect(t, ValidateRole(&Role{ObjectMeta: meta.ObjectMeta{Name: "a/b", Namespace: "default"}}),
		`metadata.name: Invalid value: "a/b": may not contain '/'`)
}

func TestValidateClusterRole(t *testing.T) {
	wide := meta.ObjectMeta{Name: "a", ResourceVersion: "1"}
	expect(t, ValidateClusterRole(&ClusterRole{ObjectMeta: wide, Rules: []PolicyRule{{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz"}}},
		AggregationRule: &AggregationRule{ClusterRoleSelectors: []meta.LabelSelector{{}}}}))
	bad := &ClusterRole{ObjectMeta: wide, AggregationRule: &AggregationRule{}}
	expect(t, ValidateClusterRoleUpdate(bad, bad),
		"aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil")
}

func TestValidateBinding(t *testing.T) {
	b := &RoleBinding{ObjectMeta: named, RoleRef: RoleRef{Kind: "Role", Name: "r"}, Subjects: []Subject{
		{Kind: "User", Name: "u"}, {Kind: "Group", Name: "g"}, {Kind: "ServiceAccount", Name: "s"}}}
	SetRoleBindingDefaults(b)
	expect(t, ValidateRoleBinding(b))
	if b.Subjects[0].APIGroup != GroupName || b.Subjects[2].APIGroup != "" || b.RoleRef.APIGroup != GroupName {
		t.Errorf("defaults made %+v", b)
	}
	other := b.DeepCopy()
	other.RoleRef.Name = "q"
	expect(t, ValidateRoleBindingUpdate(other, b),
		`roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"q"}: cannot change roleRef`)
	wide := &ClusterRoleBinding{ObjectMeta: meta.ObjectMeta{Name: "a"}, RoleRef: RoleRef{APIGroup: "x", Kind: "Role"}, Subjects: []Subject{
		{Kind: "ServiceAccount", Name: "A", APIGroup: GroupName}, {Kind: "User", APIGroup: "y"}, {Name: "n"}}}
	expect(t, ValidateClusterRoleBinding(wide),
		`roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"`,
		`roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"`,
		"roleRef.name: Required value",
		`subjects[0].name: Invalid value: "A": `+meta.IsDNS1123Subdomain("A")[0],
		`subjects[0].apiGroup: Unsupported value: "rbac.authorization.k8s.io": supported values: ""`,
		"subjects[0].namespace: Required value",
		"subjects[1].name: Required value",
		`subjects[1].apiGroup: Unsupported value: "y": supported values: "rbac.authorization.k8s.io"`,
		`subjects[2].kind: Unsupported value: "": supported values: "ServiceAccount", "User", "Group"`)
}
