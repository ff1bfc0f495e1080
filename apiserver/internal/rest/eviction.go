package rest

import (
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// evict deletes a pod the polite way. There are no disruption budgets yet that
// could forbid it.
func (c *call) evict() error {
	obj, o, err := c.sent(scheme.ByKind("policy/v1", "Eviction"))
	if err != nil {
		return err
	}
	e := obj.(*policy.Eviction)
	if e.Name != "" && e.Name != c.info.Name {
		return status.BadRequest("name in URL does not match name in Eviction object")
	}
	opts := e.DeleteOptions
	if opts == nil {
		opts = &meta.DeleteOptions{}
	}
	if o.dryRun {
		opts.DryRun = []string{meta.DryRunAll}
	}
	if err := c.admitSent(e, scheme.ByKind("policy/v1", "Eviction"), o); err != nil {
		return err
	}
	one := c.asPods(c.info.Name)
	one.info.Subresource = ""
	if _, _, err := one.deleteObject(opts); err != nil {
		return err
	}
	WriteStatus(c.w, c.form.encoding == encodeProtobuf, http.StatusCreated,
		&meta.Status{TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: meta.StatusSuccess, Code: http.StatusCreated})
	return nil
}
