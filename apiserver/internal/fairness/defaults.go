package fairness

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The mandatory objects: what they say always holds.
const (
	exempt   = "exempt"
	catchAll = "catch-all"
)

// autoupdate marks the objects that are kept as they are here. Whoever wants
// to change one sets it to "false".
const autoupdate = "apf.kubernetes.io/autoupdate-spec"

const (
	system       = "kube-system"
	nodes        = "system:nodes"
	manager      = "system:kube-controller-manager"
	scheduler    = "system:kube-scheduler"
	masters      = "system:masters"
	accounts     = "system:serviceaccounts"
	workloadHigh = "workload-high"
	election     = "leader-election"
)

// Defaults are the objects that every cluster begins with.
func Defaults() ([]*flowcontrol.FlowSchema, []*flowcontrol.PriorityLevelConfiguration) {
	all := flowcontrol.PolicyRulesWithSubjects{
		ResourceRules:    []flowcontrol.ResourcePolicyRule{{Verbs: star, APIGroups: star, Resources: star, ClusterScope: true, Namespaces: star}},
		NonResourceRules: []flowcontrol.NonResourcePolicyRule{{Verbs: star, NonResourceURLs: star}},
	}
	verbs := []string{"get", "create", "update"}
	leases := on(verbs, "coordination.k8s.io", "leases")
	health := flowcontrol.PolicyRulesWithSubjects{NonResourceRules: []flowcontrol.NonResourcePolicyRule{
		{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz", "/readyz", "/livez"}}}}
	nodesOwn := on(star, "", "nodes", "nodes/status")
	nodesOwn.ClusterScope = true
	everybody := []flowcontrol.Subject{group(authn.Unauthenticated), group(authn.Authenticated)}
	byUser, byNamespace := flowcontrol.FlowDistinguisherMethodByUserType, flowcontrol.FlowDistinguisherMethodByNamespaceType
	schemas := []*flowcontrol.FlowSchema{
		flow(exempt, exempt, 1, "", all, group(masters)),
		flow("probes", exempt, 2, "", health, everybody...),
		flow("system-leader-election", election, 100, byUser, rules(leases), user(manager), user(scheduler), account(system, "*")),
		flow("endpoint-controller", workloadHigh, 150, byUser, rules(on(verbs, "", "endpoints")),
			user(manager), account(system, "endpoint-controller"), account(system, "endpointslicemirroring-controller")),
		flow("workload-leader-election", election, 200, byUser, rules(on(verbs, "", "endpoints", "configmaps"), leases), account(system, "*")),
		flow("system-node-high", "node-high", 400, byUser, rules(nodesOwn, on(star, "coordination.k8s.io", "leases")), group(nodes)),
		flow("system-nodes", "system", 500, byUser, all, group(nodes)),
		flow("kube-controller-manager", workloadHigh, 800, byNamespace, all, user(manager)),
		flow("kube-scheduler", workloadHigh, 800, byNamespace, all, user(scheduler)),
		flow("kube-system-service-accounts", workloadHigh, 900, byNamespace, all, account(system, "*")),
		flow("service-accounts", "workload-low", 9000, byUser, all, group(accounts)),
		flow("global-default", "global-default", 9900, byUser, all, everybody...),
		flow(catchAll, catchAll, 10000, byUser, all, everybody...),
	}
	free := priority(exempt)
	zero := int32(0)
	free.Spec = flowcontrol.PriorityLevelConfigurationSpec{Type: flowcontrol.PriorityLevelEnablementExempt,
		Exempt: &flowcontrol.ExemptPriorityLevelConfiguration{NominalConcurrencyShares: &zero, LendablePercent: &zero}}
	return schemas, []*flowcontrol.PriorityLevelConfiguration{
		free,
		limited(catchAll, 5, 0, 0, 0),
		limited("global-default", 20, 50, 128, 6),
		limited(election, 10, 0, 16, 4),
		limited("node-high", 40, 25, 64, 6),
		limited("system", 30, 33, 64, 6),
		limited(workloadHigh, 40, 50, 128, 6),
		limited("workload-low", 100, 90, 128, 6),
	}
}

// withMandatory puts the mandatory objects where they are missing, and what
// they must say where they say something else.
func withMandatory(schemas []*flowcontrol.FlowSchema, levels []*flowcontrol.PriorityLevelConfiguration) ([]*flowcontrol.FlowSchema, []*flowcontrol.PriorityLevelConfiguration) {
	defaultSchemas, defaultLevels := Defaults()
	outSchemas, outLevels := keepMandatory(schemas, defaultSchemas, flowSpec), keepMandatory(levels, defaultLevels, levelSpec)
	return outSchemas, outLevels
}

func flowSpec(o, from *flowcontrol.FlowSchema) { o.Spec = from.Spec }

func levelSpec(o, from *flowcontrol.PriorityLevelConfiguration) {
	if o.Name == catchAll {
		o.Spec = from.Spec
	} else {
		o.Spec.Type = from.Spec.Type
	}
}

func keepMandatory[T meta.Object](have, defaults []T, mend func(o, from T)) []T {
	out := append([]T(nil), have...)
	for _, d := range defaults {
		name := d.GetObjectMeta().Name
		if name != exempt && name != catchAll {
			continue
		}
		found := false
		for _, o := range out {
			if o.GetObjectMeta().Name == name {
				mend(o, d)
				found = true
			}
		}
		if !found {
			out = append(out, d)
		}
	}
	return out
}

var star = []string{"*"}

func on(verbs []string, group string, resources ...string) flowcontrol.ResourcePolicyRule {
	return flowcontrol.ResourcePolicyRule{Verbs: verbs, APIGroups: []string{group}, Resources: resources, Namespaces: star}
}

func rules(r ...flowcontrol.ResourcePolicyRule) flowcontrol.PolicyRulesWithSubjects {
	return flowcontrol.PolicyRulesWithSubjects{ResourceRules: r}
}

func user(name string) flowcontrol.Subject {
	return flowcontrol.Subject{Kind: flowcontrol.SubjectKindUser, User: &flowcontrol.UserSubject{Name: name}}
}

func group(name string) flowcontrol.Subject {
	return flowcontrol.Subject{Kind: flowcontrol.SubjectKindGroup, Group: &flowcontrol.GroupSubject{Name: name}}
}

func account(namespace, name string) flowcontrol.Subject {
	return flowcontrol.Subject{Kind: flowcontrol.SubjectKindServiceAccount,
		ServiceAccount: &flowcontrol.ServiceAccountSubject{Namespace: namespace, Name: name}}
}

func flow(name, level string, precedence int32, method flowcontrol.FlowDistinguisherMethodType,
	what flowcontrol.PolicyRulesWithSubjects, subjects ...flowcontrol.Subject) *flowcontrol.FlowSchema {
	o := &flowcontrol.FlowSchema{TypeMeta: meta.TypeMeta{Kind: "FlowSchema", APIVersion: "flowcontrol.apiserver.k8s.io/v1"}}
	o.Name, o.Annotations = name, map[string]string{autoupdate: "true"}
	what.Subjects = subjects
	o.Spec = flowcontrol.FlowSchemaSpec{MatchingPrecedence: precedence, Rules: []flowcontrol.PolicyRulesWithSubjects{what}}
	o.Spec.PriorityLevelConfiguration.Name = level
	if method != "" {
		o.Spec.DistinguisherMethod = &flowcontrol.FlowDistinguisherMethod{Type: method}
	}
	return o
}

func priority(name string) *flowcontrol.PriorityLevelConfiguration {
	o := &flowcontrol.PriorityLevelConfiguration{TypeMeta: meta.TypeMeta{Kind: "PriorityLevelConfiguration", APIVersion: "flowcontrol.apiserver.k8s.io/v1"}}
	o.Name, o.Annotations = name, map[string]string{autoupdate: "true"}
	return o
}

// limited is a level with shares of the seats, of which others may use so many
// percent. Without queues, requests that find no seat are sent away.
func limited(name string, shares, lendable, queues, hand int32) *flowcontrol.PriorityLevelConfiguration {
	o := priority(name)
	l := &flowcontrol.LimitedPriorityLevelConfiguration{NominalConcurrencyShares: &shares, LendablePercent: &lendable}
	l.LimitResponse.Type = flowcontrol.LimitResponseTypeReject
	if queues > 0 {
		l.LimitResponse.Type = flowcontrol.LimitResponseTypeQueue
		l.LimitResponse.Queuing = &flowcontrol.QueuingConfiguration{Queues: queues, HandSize: hand, QueueLengthLimit: 50}
	}
	o.Spec = flowcontrol.PriorityLevelConfigurationSpec{Type: flowcontrol.PriorityLevelEnablementLimited, Limited: l}
	return o
}
