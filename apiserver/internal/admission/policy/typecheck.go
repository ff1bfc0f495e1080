package policy

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/loopback"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Checker checks the expressions of policies against the types of the objects
// that they are for, and tells their authors in the policies' status of what
// would fail.
type Checker struct {
	api  http.Handler
	log  *slog.Logger
	kick chan struct{}

	mu      sync.Mutex
	pending map[string]bool
	cache   *cache.Cache
}

// NewChecker follows the policies in c; api takes their status.
func NewChecker(c *cache.Cache, api http.Handler, log *slog.Logger) *Checker {
	k := &Checker{api: api, log: log, kick: make(chan struct{}, 1), pending: map[string]bool{}, cache: c}
	c.Table(policyTable).Follow(func(_, now *cache.Object) {
		if now == nil {
			return
		}
		k.mu.Lock()
		k.pending[now.Name] = true
		k.mu.Unlock()
		k.wake()
	})
	return k
}

func (k *Checker) wake() {
	select {
	case k.kick <- struct{}{}:
	default:
	}
}

// Run checks until ctx ends.
func (k *Checker) Run(ctx context.Context) error {
	for {
		var again <-chan time.Time
		for _, name := range k.take() {
			if err := k.check(ctx, name); err != nil && ctx.Err() == nil {
				k.log.Warn("the status of a policy cannot be written", "name", name, "error", err)
				k.mu.Lock()
				k.pending[name] = true
				k.mu.Unlock()
				again = time.After(5 * time.Second)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.kick:
		case <-again:
		}
	}
}

func (k *Checker) take() (names []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for n := range k.pending {
		names = append(names, n)
	}
	clear(k.pending)
	return names
}

// check writes the status of a policy that has changed.
func (k *Checker) check(ctx context.Context, name string) error {
	o := k.cache.Table(policyTable).Get("", name)
	if o == nil {
		return nil
	}
	p := &admissionregistration.ValidatingAdmissionPolicy{}
	if err := codec.DecodeJSON(o.JSON(), p); err != nil {
		return err
	}
	if p.Status.ObservedGeneration == p.Generation && p.Status.TypeChecking != nil {
		return nil
	}
	found, err := json.Marshal(warnings(&p.Spec)) // null takes away what there was
	if err != nil {
		return err
	}
	err = loopback.Call(ctx, k.api, http.MethodPatch, "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/"+name+"/status",
		"application/merge-patch+json", fmt.Appendf(nil, `{"status":{"observedGeneration":%d,"typeChecking":{"expressionWarnings":%s}}}`, p.Generation, found))
	if errors.Is(err, loopback.ErrNotFound) {
		return nil
	}
	return err
}

// maxKinds is how many kinds a policy is checked against.
const maxKinds = 10

// warnings are what would fail, expression by expression.
func warnings(s *admissionregistration.ValidatingAdmissionPolicySpec) (out []admissionregistration.ExpressionWarning) {
	kinds := namedKinds(s.MatchConstraints)
	if len(kinds) == 0 {
		return nil
	}
	var params *scheme.Kind
	if s.ParamKind != nil {
		params = scheme.ByKind(s.ParamKind.APIVersion, s.ParamKind.Kind)
	}
	envs := make([]*cel.Env, len(kinds))
	for i, kind := range kinds {
		var err error
		if envs[i], _, err = environment(s.ParamKind != nil, s.Variables, typesOf(kind, params)); err != nil {
			return nil
		}
	}
	add := func(field, text string) {
		var all []string
		for i, kind := range kinds {
			var e *cel.CompileError
			if _, err := envs[i].Compile(text); errors.As(err, &e) {
				all = append(all, fmt.Sprintf("%s/%s, Kind=%s: %s\n", kind.Group, kind.Version, kind.Kind, strings.TrimPrefix(e.Text, "compilation failed: ")))
			}
		}
		if len(all) > 0 {
			out = append(out, admissionregistration.ExpressionWarning{FieldRef: field, Warning: strings.Join(all, "\n")})
		}
	}
	for i := range s.Validations {
		at := fmt.Sprintf("spec.validations[%d]", i)
		add(at+".expression", s.Validations[i].Expression)
		if m := s.Validations[i].MessageExpression; m != "" {
			add(at+".messageExpression", m)
		}
	}
	return out
}

// namedKinds are the kinds that the rules name one by one, as far as this server
// knows them from the start.
func namedKinds(m *admissionregistration.MatchResources) (kinds []*scheme.Kind) {
	if m == nil {
		return nil
	}
	for i := range m.ResourceRules {
		r := &m.ResourceRules[i].Rule
		if slices.Contains(r.APIGroups, "*") || slices.Contains(r.APIVersions, "*") || slices.Contains(r.Resources, "*") {
			continue
		}
		for _, g := range r.APIGroups {
			for _, v := range r.APIVersions {
				for _, name := range r.Resources {
					if k := scheme.ByResource(g, v, name); k != nil && !slices.Contains(kinds, k) && len(kinds) < maxKinds {
						kinds = append(kinds, k)
					}
				}
			}
		}
	}
	slices.SortFunc(kinds, func(a, b *scheme.Kind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
	})
	return kinds
}
