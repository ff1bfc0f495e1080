package webhook

import (
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// hook is one webhook, prepared to be asked.
type hook struct {
	// id is unique and stays the same while the configuration keeps its order.
	id   string
	name string
	// mutating says that it may change the object.
	mutating   bool
	rules      []admissionregistration.RuleWithOperations
	exact      bool
	selectors  match.Selectors
	conditions match.Conditions
	// ignore says that a webhook that cannot be asked is passed over.
	ignore bool
	// dry says that it may be asked when nothing will be stored.
	dry      bool
	reinvoke bool
	timeout  time.Duration
	versions []string
	client   admissionregistration.WebhookClientConfig
}

// defaultTimeout is how long a webhook has that does not say.
const defaultTimeout = 10 * time.Second

func newMutating(config string, i int, w *admissionregistration.MutatingWebhook) *hook {
	h := newHook(config, i, w.Name, w.Rules, w.MatchPolicy, w.NamespaceSelector, w.ObjectSelector, w.FailurePolicy, w.SideEffects, w.TimeoutSeconds)
	h.mutating, h.versions, h.client = true, w.AdmissionReviewVersions, w.ClientConfig
	h.conditions = match.NewConditions(w.MatchConditions, false)
	h.reinvoke = w.ReinvocationPolicy != nil && *w.ReinvocationPolicy == admissionregistration.IfNeededReinvocationPolicy
	return h
}

func newValidating(config string, i int, w *admissionregistration.ValidatingWebhook) *hook {
	h := newHook(config, i, w.Name, w.Rules, w.MatchPolicy, w.NamespaceSelector, w.ObjectSelector, w.FailurePolicy, w.SideEffects, w.TimeoutSeconds)
	h.versions, h.client = w.AdmissionReviewVersions, w.ClientConfig
	h.conditions = match.NewConditions(w.MatchConditions, false)
	return h
}

func newHook(config string, i int, name string, rules []admissionregistration.RuleWithOperations, policy *admissionregistration.MatchPolicyType,
	namespaces, objects *meta.LabelSelector, failure *admissionregistration.FailurePolicyType,
	effects *admissionregistration.SideEffectClass, timeout *int32) *hook {
	h := &hook{
		id: config + "/" + name + "/" + strconv.Itoa(i), name: name, rules: rules,
		exact:     policy != nil && *policy == admissionregistration.Exact,
		selectors: match.NewSelectors(namespaces, objects),
		ignore:    failure != nil && *failure == admissionregistration.Ignore,
		dry: effects != nil && (*effects == admissionregistration.SideEffectClassNone ||
			*effects == admissionregistration.SideEffectClassNoneOnDryRun),
		timeout: defaultTimeout,
	}
	if timeout != nil {
		h.timeout = time.Duration(*timeout) * time.Second
	}
	return h
}
