// Package admission looks at every write between decoding and storing. It has
// two turns: Admit, before validation, refuses what the state of the cluster
// does not allow and fills in what only the cluster knows; Check, after
// validation, refuses and changes nothing. The chain's order is the list in
// New; each step is one file and one function. What users add themselves,
// webhooks and policies, lives in the packages below and is added behind them.
package admission

import (
	"context"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Operation is what a request does.
type Operation string

// The operations.
const (
	Create  Operation = "CREATE"
	Update  Operation = "UPDATE"
	Delete  Operation = "DELETE"
	Connect Operation = "CONNECT"
)

// Request is a write on its way.
type Request struct {
	// User is who writes.
	User *authn.User
	// Operation is what is done.
	Operation Operation
	// Resource names what it is done to, and Version the version of it that the
	// request names.
	Resource status.Resource
	Version  string
	// Kind is that of Object, or of Old when there is no Object. A subresource
	// may have a kind of its own.
	Kind *scheme.Kind
	// Subresource is empty for the object itself.
	Subresource string
	// Namespace is empty for cluster-wide kinds.
	Namespace string
	// Name is empty for an object whose name is yet to be generated.
	Name string
	// Object is what is written; steps of Admit may change it in place. Nil for
	// Delete.
	Object meta.Object
	// Old is what is there. Nil for Create.
	Old meta.Object
	// Body is the JSON of what is sent where that has no metadata: the options
	// of a Connect.
	Body []byte
	// DryRun says that nothing will be stored.
	DryRun bool
	// Call is the request that all this came with.
	Call Call
	// Rounds is how the steps of Admit come to be run twice.
	Rounds Rounds
}

// Rounds is the state of Admit's rounds. When a webhook has changed the object,
// all steps look at it once more.
type Rounds struct {
	// Second says that this is the second round.
	Second bool
	// Changed asks for a second round.
	Changed bool
	// Hooks and Policies are what webhooks and mutating policies remember of the
	// first round.
	Hooks, Policies any
}

// Call is what steps ask the handler for.
type Call interface {
	// Options are the write's options, such as CreateOptions, as JSON.
	Options() []byte
	// Warn tells the client something beside the answer.
	Warn(text string)
	// Read makes an object of kind k of JSON, with defaults set and fields that
	// the kind does not have left out.
	Read(b []byte, k *scheme.Kind) (meta.Object, error)
	// Merge puts the fields of a configuration into an object of kind k, as apply
	// does.
	Merge(obj, config []byte, k *scheme.Kind) ([]byte, error)
}

// Chain is the steps in order. It is a prometheus.Collector of how long they
// take.
type Chain struct {
	admit, check turn
	metrics      metrics
}

// Step is one look at requests.
type Step struct {
	// Name is what metrics call the step: the name of upstream's admission plugin
	// that does the same.
	Name string
	// On lists the operations that the step looks at; nil stands for all.
	On []Operation
	// Look is what the step does. Its error, if any, is the Status to answer.
	Look func(ctx context.Context, r *Request) error
}

// writes are the operations that have an object.
var writes = []Operation{Create, Update}

// New makes the chain. The steps read the cluster's state from c, and ask a
// what else the user may do.
func New(c *cache.Cache, a *authz.Authorizer) *Chain {
	v := &view{c, a}
	chain := &Chain{metrics: newMetrics()}
	chain.admit = turn{kind: "admit", whole: timer{vec: chain.metrics.steps, labels: []string{"admit"}}}
	chain.check = turn{kind: "validate", whole: timer{vec: chain.metrics.steps, labels: []string{"validate"}}}
	for _, s := range []Step{
		{"NamespaceLifecycle", nil, v.namespaceLifecycle},
		{"LimitRanger", writes, v.limitDefaults},
		{"ServiceAccount", []Operation{Create}, v.serviceAccount},
		{"AppArmor", []Operation{Create}, oldAppArmor},
		{"NodeRestriction", nil, v.nodeRestriction},
		{"Priority", nil, v.priority},
		{"RuntimeClass", []Operation{Create}, v.runtimeClass},
		{"TaintNodesByCondition", []Operation{Create}, newNodeTaint},
		{"DefaultStorageClass", []Operation{Create}, v.defaultStorageClass},
		{"PersistentVolumeClaimResize", []Operation{Update}, v.claimResize},
		{"StorageObjectInUseProtection", []Operation{Create}, protectVolumes},
		{"DefaultIngressClass", []Operation{Create}, v.defaultIngressClass},
		{"RoleEscalation", writes, v.roleEscalation},
		{"CertificateApproval", writes, v.certificateRequests},
	} {
		chain.AddAdmit(s)
	}
	chain.AddCheck(Step{"LimitRanger", writes, v.limitsHold})
	chain.AddCheck(Step{"RuntimeClass", []Operation{Create}, v.overheadHolds})
	return chain
}

// AddAdmit adds a step behind those of Admit.
func (c *Chain) AddAdmit(s Step) { c.admit.add(s, c.metrics) }

// AddCheck adds a step behind those of Check.
func (c *Chain) AddCheck(s Step) { c.check.add(s, c.metrics) }

func (t *turn) add(s Step, m metrics) {
	t.steps = append(t.steps, &timedStep{Step: s, timer: timer{vec: m.controllers, labels: []string{s.Name, t.kind}}})
}

// Admit runs r through the steps before validation. The error, if any, is the
// Status to answer.
func (c *Chain) Admit(ctx context.Context, r *Request) error {
	if err := c.admit.run(ctx, r); err != nil || !r.Rounds.Changed {
		return err
	}
	r.Rounds.Second = true
	return c.admit.run(ctx, r)
}

// Check runs r through the steps after validation.
func (c *Chain) Check(ctx context.Context, r *Request) error { return c.check.run(ctx, r) }

func (t *turn) run(ctx context.Context, r *Request) (err error) {
	operation := r.Operation.index()
	start := time.Now()
	began := start
	for _, s := range t.steps {
		if s.On != nil && !slices.Contains(s.On, r.Operation) {
			continue
		}
		err = s.Look(ctx, r)
		now := time.Now()
		s.observe(operation, err, now.Sub(began))
		began = now
		if err != nil {
			break
		}
	}
	t.whole.observe(operation, err, began.Sub(start))
	return err
}

// view reads the cluster's state.
type view struct {
	cache *cache.Cache
	authz *authz.Authorizer
}

// get is an object as the cache has it, or, when the cache has none, as it is
// now; nil when there is none.
func (v *view) get(ctx context.Context, resource, namespace, name string) (*cache.Object, error) {
	t := v.cache.Table(resource)
	if o := t.Get(namespace, name); o != nil {
		return o, nil
	}
	return t.Fetch(ctx, namespace, name, "")
}
