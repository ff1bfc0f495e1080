package rest

import (
	"context"
	"net/http"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// subresource serves what lies below an object.
func (c *call) subresource() error {
	sub := c.res.Sub(c.info.Subresource)
	if sub == nil && c.res.Custom && c.info.Name != "" {
		return status.NotFound(c.name(), c.info.Name)
	}
	if sub == nil || c.info.Name == "" {
		return status.NoResource()
	}
	if c.info.Rest != "" && sub.Name != "proxy" {
		return status.NoResource()
	}
	if c.r.Method == http.MethodHead && sub.Name != "proxy" && !c.res.Custom {
		return c.noMethod()
	}
	switch m := c.r.Method; sub.Name {
	case "proxy":
		if c.info.Verb == "" && m != http.MethodOptions {
			return c.noMethod()
		}
	case "exec", "attach", "portforward":
		if m != http.MethodGet && m != http.MethodPost {
			return c.noMethod()
		}
	case "log":
		if m != http.MethodGet {
			return c.noMethod()
		}
		if err := takesLog(c.r); err != nil {
			return err
		}
	}
	switch sub.Name {
	case "exec", "attach", "portforward", "proxy":
		if c.query.Has("dryRun") {
			return status.BadRequest("dryRun is not supported")
		}
		if err := c.admitConnect(sub.Kind); err != nil {
			return err
		}
		fallthrough
	case "log":
		return c.Connector.Connect(c.w, c.r, c.info)
	}
	var err error
	if c.form, err = negotiate(c.r, offerAll, c.res.Custom && sub.Scale == nil); err != nil {
		return err
	}
	switch sub.Name {
	case "binding":
		return c.only("create", c.bind)
	case "eviction":
		return c.only("create", c.evict)
	case "token":
		return c.only("create", c.token)
	}
	if sub.Scale != nil {
		return c.scale(sub.Scale)
	}
	return c.partOf(sub)
}

// only serves f for one verb.
func (c *call) only(verb string, f func() error) error {
	if c.info.Verb != verb {
		return c.noMethod()
	}
	return f()
}

// partOf serves a subresource that is a part of the object itself.
func (c *call) partOf(sub *resources.Subresource) error {
	if !slices.Contains(sub.Verbs, c.info.Verb) {
		return c.noMethod()
	}
	switch c.info.Verb {
	case "get":
		return c.get()
	case "update":
		return c.update(sub)
	case "patch":
		return c.patch(sub)
	}
	return c.noMethod()
}

// ComponentHealth is how one part of the control plane is.
type ComponentHealth struct {
	// Name is the component's.
	Name string
	// Err is what is wrong with it, or nil.
	Err error
}

// virtual serves what is stored nowhere.
func (c *call) virtual() error {
	switch {
	case c.res.Kind.Kind == "Binding" && c.info.Verb == "create":
		return c.bind()
	case c.res.Kind.Kind == "ComponentStatus" && c.info.Verb == "list":
		return c.componentList()
	case c.res.Kind.Kind == "ComponentStatus" && c.info.Verb == "get":
		return c.component()
	case c.res.Kind.Group == "metrics.k8s.io" && (c.info.Verb == "list" || c.info.Verb == "get"):
		return c.showUsage()
	}
	if c.info.Verb != "create" {
		return c.noMethod()
	}
	switch c.res.Kind.Kind {
	case "SelfSubjectReview":
		return c.selfReview()
	case "TokenReview":
		return c.tokenReview()
	case "SubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectAccessReview":
		return c.accessReview()
	case "SelfSubjectRulesReview":
		return c.rulesReview()
	}
	return c.noMethod()
}

func (c *call) components(ctx context.Context) []core.ComponentStatus {
	var out []core.ComponentStatus
	for _, h := range c.Components(ctx) {
		s := core.ComponentStatus{TypeMeta: c.res.Kind.TypeMeta()}
		s.Name = h.Name
		cond := core.ComponentCondition{Type: core.ComponentHealthy, Status: core.ConditionTrue, Message: "ok"}
		if h.Err != nil {
			cond.Status, cond.Message = core.ConditionFalse, h.Err.Error()
		}
		s.Conditions = []core.ComponentCondition{cond}
		out = append(out, s)
	}
	return out
}

func (c *call) componentList() error {
	l := &core.ComponentStatusList{TypeMeta: meta.TypeMeta{Kind: "ComponentStatusList", APIVersion: "v1"}, Items: c.components(c.r.Context())}
	if c.form.shape != asTable {
		return c.answerAny(http.StatusOK, l)
	}
	return c.tableOfObjects(l)
}

func (c *call) component() error {
	for _, s := range c.components(c.r.Context()) {
		if s.Name != c.info.Name {
			continue
		}
		if c.form.shape == asTable {
			return c.tableOfObjects(&core.ComponentStatusList{Items: []core.ComponentStatus{s}})
		}
		return c.answerAny(http.StatusOK, &s)
	}
	return status.NotFound(c.name(), c.info.Name)
}
