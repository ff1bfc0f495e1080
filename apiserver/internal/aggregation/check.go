package aggregation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/loopback"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// How often an extension is looked at.
const (
	lookEvery  = 30 * time.Second
	retryFirst = time.Second
	// askFor bounds one question to the other server.
	askFor = 5 * time.Second
)

// aggregator is who this server is to the others when it asks for itself.
var aggregator = &authn.User{Name: "system:kube-aggregator", Groups: []string{"system:masters"}}

// run looks after the extension until it is removed or ctx ends.
func (x *extension) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-x.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	retry := retryFirst
	for {
		wait := lookEvery
		c := x.check(ctx)
		if ctx.Err() != nil {
			return
		}
		if c.Status != apiregistration.ConditionTrue {
			wait, retry = retry, min(2*retry, lookEvery)
		} else {
			retry = retryFirst
		}
		if err := x.tell(ctx, c); err != nil && ctx.Err() == nil {
			x.Log.Warn("the status of an APIService cannot be written", "name", x.name, "error", err)
			wait = retryFirst
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-x.due:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// check finds out whether the extension can be used, from the outside in.
func (x *extension) check(ctx context.Context) apiregistration.APIServiceCondition {
	c := apiregistration.APIServiceCondition{Type: apiregistration.Available, Status: apiregistration.ConditionFalse}
	if c.Reason, c.Message = x.behind(); c.Reason != "" {
		return c
	}
	if err := x.ask(ctx); err != nil {
		c.Reason, c.Message = "FailedDiscoveryCheck", err.Error()
		return c
	}
	c.Status, c.Reason, c.Message = apiregistration.ConditionTrue, "Passed", "all checks passed"
	return c
}

// behind says what is missing of the service, if anything.
func (x *extension) behind() (reason, message string) {
	ns, name := x.spec.Service.Namespace, x.spec.Service.Name
	svc := &core.Service{}
	if !x.read("services", ns, name, svc) {
		return "ServiceNotFound", fmt.Sprintf("service/%s in %q is not present", name, ns)
	}
	if svc.Spec.Type != core.ServiceTypeClusterIP {
		return "", ""
	}
	port, found := "", false
	for _, p := range svc.Spec.Ports {
		if p.Port == x.port() {
			port, found = p.Name, true
			break
		}
	}
	if !found {
		return "ServicePortError", fmt.Sprintf("service/%s in %q is not listening on port %d", name, ns, x.port())
	}
	e := &core.Endpoints{}
	if !x.read("endpoints", ns, name, e) {
		return "EndpointsNotFound", fmt.Sprintf("cannot find endpoints for service/%s in %q", name, ns)
	}
	for _, s := range e.Subsets {
		for _, p := range s.Ports {
			if p.Name == port && len(s.Addresses) > 0 {
				return "", ""
			}
		}
	}
	return "MissingEndpoints", fmt.Sprintf("endpoints for service/%s in %q have no addresses with port name %q", name, ns, port)
}

func (x *extension) read(table, ns, name string, into meta.Object) bool {
	o := x.Cache.Table(table).Get(ns, name)
	return o != nil && codec.DecodeJSON(o.JSON(), into) == nil
}

// ask reads the version's discovery document, which every API server has, and
// keeps it.
func (x *extension) ask(ctx context.Context) error {
	if x.brokenTLS != nil {
		return x.brokenTLS
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	addr, err := x.address(ctx)
	if err != nil {
		return err
	}
	path := "/apis/" + x.at.group + "/" + x.at.version
	where := "https://" + addr + path
	b, code, err := x.fetch(ctx, path)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("timed out waiting for %s", where)
	case err != nil:
		return fmt.Errorf("failing or missing response from %s: %w", where, err)
	case code < http.StatusOK || code >= http.StatusMultipleChoices:
		return fmt.Errorf("failing or missing response from %s: bad status from %s: %d", where, where, code)
	}
	x.learn(ctx, b)
	return nil
}

// fetch reads a document of the other server.
func (x *extension) fetch(ctx context.Context, path string) ([]byte, int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+x.host()+path, nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Accept", "application/json")
	Introduce(r.Header, aggregator)
	resp, err := x.plain.RoundTrip(r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument))
	return b, resp.StatusCode, err
}

// maxDocument bounds what is read of another server's documents, in bytes.
const maxDocument = 32 << 20

// tell writes the condition into the APIService, if it says anything new.
func (x *extension) tell(ctx context.Context, c apiregistration.APIServiceCondition) error {
	have := x.condition.Load()
	if have != nil && have.Status == c.Status && have.Reason == c.Reason && have.Message == c.Message {
		return nil
	}
	c.LastTransitionTime = meta.NewTime(time.Now().UTC().Truncate(time.Second))
	if have != nil && have.Status == c.Status {
		c.LastTransitionTime = have.LastTransitionTime
	}
	s := &apiregistration.APIService{Status: apiregistration.APIServiceStatus{Conditions: []apiregistration.APIServiceCondition{c}}}
	b, err := codec.EncodeJSON(&s.Status)
	if err != nil {
		return err
	}
	b = append(append([]byte(`{"status":`), b...), '}')
	err = loopback.Call(ctx, x.API, http.MethodPatch, servicesPath+"/"+x.name+"/status", "application/strategic-merge-patch+json", b)
	if errors.Is(err, loopback.ErrNotFound) {
		return nil // It has been deleted; so will the extension be.
	}
	if err == nil {
		x.condition.Store(&c)
		x.available.Store(c.Status == apiregistration.ConditionTrue)
		x.wake()
	}
	return err
}
