package table

import (
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// madeCells are those of kinds of which nothing but their making is shown.
func madeCells(o meta.Object, _ time.Time) []any {
	m := o.GetObjectMeta()
	return []any{m.Name, m.CreationTimestamp.UTC().Format(time.RFC3339)}
}

func roleBindingCells(b *rbac.RoleBinding, now time.Time) []any {
	return bindingCells(&b.ObjectMeta, &b.RoleRef, b.Subjects, now)
}

func clusterRoleBindingCells(b *rbac.ClusterRoleBinding, now time.Time) []any {
	return bindingCells(&b.ObjectMeta, &b.RoleRef, b.Subjects, now)
}

func bindingCells(m *meta.ObjectMeta, role *rbac.RoleRef, subjects []rbac.Subject, now time.Time) []any {
	var users, groups, accounts []string
	for _, s := range subjects {
		switch s.Kind {
		case rbac.UserKind:
			users = append(users, s.Name)
		case rbac.GroupKind:
			groups = append(groups, s.Name)
		case rbac.ServiceAccountKind:
			accounts = append(accounts, s.Namespace+"/"+s.Name)
		}
	}
	return []any{m.Name, role.Kind + "/" + role.Name, age(m.CreationTimestamp, now),
		strings.Join(users, ", "), strings.Join(groups, ", "), strings.Join(accounts, ", ")}
}

func requestCells(r *certificates.CertificateSigningRequest, now time.Time) []any {
	life := "<none>"
	if s := r.Spec.ExpirationSeconds; s != nil {
		life = duration(time.Duration(*s) * time.Second)
	}
	return []any{r.Name, age(r.CreationTimestamp, now), orNone(r.Spec.SignerName), r.Spec.Username, life, requestState(r)}
}

// requestState is what became of a request.
func requestState(r *certificates.CertificateSigningRequest) string {
	has := map[certificates.RequestConditionType]bool{}
	for _, c := range r.Status.Conditions {
		has[c.Type] = true
	}
	state := "Pending"
	switch {
	case has[certificates.CertificateDenied]:
		state = "Denied"
	case has[certificates.CertificateApproved]:
		state = "Approved"
	}
	if has[certificates.CertificateFailed] {
		state += ",Failed"
	}
	if len(r.Status.Certificate) > 0 {
		state += ",Issued"
	}
	return state
}
