package rest

import (
	"bytes"
	"context"

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
	var err error
	c.converted, _, err = c.convertMany(l.Hold())
	return err
}

// convertMany makes the JSON of those objects that are stored in another version
// than the one asked for, and says which of them the late conditions do not hold
// for.
func (c *call) convertMany(objects []*cache.Object) (made map[*cache.Object][]byte, unwanted map[*cache.Object]bool, err error) {
	unwanted = map[*cache.Object]bool{}
	var from []*cache.Object
	var in []meta.Object
	for _, o := range objects {
		b := o.JSON()
		if bytes.HasPrefix(b, c.res.customHead) {
			unwanted[o] = !c.late.Matches(o.Field)
			continue
		}
		obj := c.res.Stored().Kind.New()
		if err := codec.DecodeJSON(b, obj); err != nil {
			return nil, nil, err
		}
		from, in = append(from, o), append(in, obj)
	}
	if len(in) == 0 {
		return nil, unwanted, nil
	}
	out, err := c.res.View.TryOut(c.r.Context(), in)
	if err != nil {
		return nil, nil, err
	}
	made = make(map[*cache.Object][]byte, len(out))
	for i, o := range out {
		if made[from[i]], err = codec.EncodeJSON(o); err != nil {
			return nil, nil, err
		}
		if !c.late.Empty() {
			unwanted[from[i]] = !c.late.Matches(func(name string) string { return c.res.View.Field(o, name) })
		}
	}
	return made, unwanted, nil
}

// listed is the list that o asks for. Where conditions hold for what a webhook
// makes of the objects, all that the others leave are converted to find out.
func (c *call) listed(o cache.ListOptions) (*cache.List, error) {
	limit := o.Limit
	if !c.late.Empty() {
		if o.Limit > 0 && o.Match == "" && o.ResourceVersion != "" && o.ResourceVersion != "0" {
			o.Match = cache.MatchExact // as for any page
		}
		if o.Limit = 0; o.ResourceVersion == "0" {
			limit = 0
		}
	}
	l, err := c.res.table.List(c.r.Context(), o)
	if err != nil || c.late.Empty() {
		return l, c.refusal(err)
	}
	made, unwanted, err := c.convertMany(l.Hold())
	if err != nil {
		return nil, err
	}
	c.converted = made
	l.Keep(limit, func(o *cache.Object) bool { return !unwanted[o] })
	return l, nil
}

// selecting tells of a watch what is about objects that the late conditions
// hold for.
type selecting struct {
	*cache.Watch
	c     *call
	ctx   context.Context
	ahead *chosen
	err   error
}

// chosen is an event with the converted object that it shows.
type chosen struct {
	event cache.Event
	made  map[*cache.Object][]byte
}

// Next waits for the next event that concerns the client.
func (s *selecting) Next(ctx context.Context) (cache.Event, error) {
	for s.ahead == nil && s.err == nil {
		s.read(ctx)
	}
	if s.ahead == nil {
		return cache.Event{}, s.err
	}
	next := s.ahead
	s.ahead, s.c.converted = nil, next.made
	return next.event, nil
}

// Pending says whether there is such an event at once.
func (s *selecting) Pending() bool {
	for s.ahead == nil && s.err == nil && s.Watch.Pending() {
		s.read(s.ctx)
	}
	return s.ahead != nil
}

// read takes one event, and keeps it if it concerns the client.
func (s *selecting) read(ctx context.Context) {
	e, err := s.Watch.Next(ctx)
	if err != nil {
		s.err = err
		return
	}
	if e.Type == cache.Bookmark {
		s.ahead = &chosen{event: e}
		return
	}
	objects := []*cache.Object{e.Object}
	gone := e
	if e.Type == cache.Modified {
		gone = e.Gone()
		objects = append(objects, gone.Object)
	}
	made, unwanted, err := s.c.convertMany(objects)
	if err != nil {
		s.c.Log.Error("watch broken off", "path", s.c.info.Path, "error", err)
		s.err = err
		return
	}
	now := e.Type != cache.Deleted && !unwanted[e.Object]
	before := e.Type != cache.Added && !unwanted[gone.Object]
	switch {
	case now && before:
	case now:
		e.Type = cache.Added
	case before:
		e = gone
	default:
		return
	}
	s.ahead = &chosen{event: e, made: made}
}
