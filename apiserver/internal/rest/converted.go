package rest

import (
	"bytes"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// convertAll converts all objects of a list at once that are stored in another
// version than the one asked for: a webhook is asked once, not for each.
func (c *call) convertAll(l *cache.List) error {
	v := c.res.View
	if v == nil || v.TryOut == nil {
		return nil
	}
	var from []*cache.Object
	var in []meta.Object
	for _, o := range l.Hold() {
		if bytes.HasPrefix(o.JSON(), c.res.customHead) {
			continue
		}
		obj := c.res.Stored().Kind.New()
		if err := codec.DecodeJSON(o.JSON(), obj); err != nil {
			return err
		}
		from, in = append(from, o), append(in, obj)
	}
	if len(in) == 0 {
		return nil
	}
	out, err := v.TryOut(c.r.Context(), in)
	if err != nil {
		return err
	}
	c.converted = make(map[*cache.Object][]byte, len(out))
	for i, o := range out {
		if c.converted[from[i]], err = codec.EncodeJSON(o); err != nil {
			return err
		}
	}
	return nil
}
