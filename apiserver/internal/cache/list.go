package cache

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/selector"
)

// ListOptions say what a list should have in it.
type ListOptions struct {
	// Namespace limits the list; empty means all.
	Namespace string
	// Labels and Fields select.
	Labels selector.Labels
	Fields selector.Fields
	// Limit is how many objects a page has; zero means all.
	Limit int64
	// Continue is the token of the page before.
	Continue string
	// ResourceVersion and Match are the parameters of those names: how new the
	// list must be, and whether it must be of exactly that revision.
	ResourceVersion string
	Match           string
}

// The values of resourceVersionMatch.
const (
	MatchExact        = "Exact"
	MatchNotOlderThan = "NotOlderThan"
)

// List is the answer to a list: objects of one revision. It belongs to one
// goroutine and can be walked once.
type List struct {
	// Revision is the list's resourceVersion.
	Revision int64
	// Continue is the token of the next page, if there is more.
	Continue string
	// Remaining is how many objects follow this page, where that is known.
	Remaining *int64

	page   []*Object
	cursor *cursor
}

// Len is how many objects the list has, or -1 if it has no limit and they were
// not counted.
func (l *List) Len() int {
	if l.cursor != nil {
		return -1
	}
	return len(l.page)
}

// Snapshot names the state that a whole list shows: two lists of one snapshot
// have the same objects. It is nil for a page.
func (l *List) Snapshot() any {
	if l.cursor == nil {
		return nil
	}
	return l.cursor.snap
}

// AtLeast is the length of the objects' JSON, as far as it has to be counted to
// reach most. The list can still be walked afterwards.
func (l *List) AtLeast(most int) int {
	if l.cursor == nil {
		return 0
	}
	look, n := *l.cursor, 0
	for o := look.next(); o != nil && n < most; o = look.next() {
		n += o.Size()
	}
	return n
}

// Objects are all objects of the list, which can still be walked afterwards.
func (l *List) Objects() []*Object {
	if l.cursor != nil {
		for o := l.cursor.next(); o != nil; o = l.cursor.next() {
			l.page = append(l.page, o)
		}
		l.cursor = nil
	}
	return l.page
}

// Keep drops the objects that keep does not want, and those that follow the
// first limit others, if limit is not 0: the list then says how to go on.
func (l *List) Keep(limit int64, keep func(*Object) bool) {
	var kept []*Object
	for _, o := range l.Hold() {
		switch {
		case !keep(o):
			continue
		case limit > 0 && int64(len(kept)) == limit:
			l.Continue = continuation{Version: continueVersion, Revision: l.Revision, Start: kept[limit-1].key + "\x00"}.String()
			l.page = kept
			return
		}
		kept = append(kept, o)
	}
	l.page = kept
}

// Hold reads the list to its end and keeps its objects, so that All can be
// called again.
func (l *List) Hold() []*Object {
	if l.cursor != nil {
		for o := l.cursor.next(); o != nil; o = l.cursor.next() {
			l.page = append(l.page, o)
		}
		l.cursor = nil
	}
	return l.page
}

// All walks over the objects in the order of their keys.
func (l *List) All() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		if l.cursor == nil {
			for _, o := range l.page {
				if !yield(o) {
					return
				}
			}
			return
		}
		for o := l.cursor.next(); o != nil; o = l.cursor.next() {
			if !yield(o) {
				return
			}
		}
	}
}

// futureWait is how long a request waits for a revision that the cache has not
// reached.
const futureWait = 3 * time.Second

// Fetch is a GET: with an empty resourceVersion it is consistent, with "0" it
// is what the cache has, otherwise it is at least that new. An object that
// does not exist is nil.
func (t *Table) Fetch(ctx context.Context, namespace, name, resourceVersion string) (*Object, error) {
	rev, err := ParseRevision(resourceVersion)
	if err != nil {
		return nil, err
	}
	if err := t.cache.reach(ctx, resourceVersion == "", rev); err != nil {
		return nil, err
	}
	return t.Get(namespace, name), nil
}

// reach waits until the cache is current, or has reached rev.
// Errors: *TooNewError, the context's.
func (c *Cache) reach(ctx context.Context, current bool, rev int64) error {
	if current {
		return c.WaitCurrent(ctx)
	}
	if rev <= c.Revision() {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, futureWait)
	defer cancel()
	if err := c.WaitFor(wait, rev); err != nil {
		if ctx.Err() == nil {
			return &TooNewError{Asked: rev, Current: c.Revision()}
		}
		return err
	}
	return nil
}

// List answers a list. Errors: *BadRequestError, *InvalidSelectorError,
// *ExpiredError, *TooNewError, the context's.
func (t *Table) List(ctx context.Context, o ListOptions) (*List, error) {
	want, err := t.compile(o.Namespace, "", o.Labels, o.Fields)
	if err != nil {
		return nil, err
	}
	if o.Continue != "" {
		return t.nextPage(ctx, want, o)
	}
	rev, err := ParseRevision(o.ResourceVersion)
	if err != nil {
		return nil, err
	}
	if o.ResourceVersion == "0" {
		o.Limit = 0 // whoever takes any version gets all of it, as everywhere in the API
	}
	exact := o.Match == MatchExact || (o.Match == "" && o.Limit > 0 && rev > 0)
	if err := t.cache.reach(ctx, o.ResourceVersion == "", rev); err != nil {
		return nil, err
	}
	if exact {
		snap, err := t.at(ctx, rev)
		if err != nil {
			return nil, err
		}
		return t.page(snap, want, rev, "", o.Limit, -1)
	}
	if o.ResourceVersion == "" {
		t.did.fresh.Add(1)
	}
	seen := t.cache.Revision()
	snap := t.current()
	return t.page(snap, want, max(seen, snap.last), "", o.Limit, -1)
}

// page lists limit objects of snap from key from on. remaining is how many
// there are from there on, or -1 if nobody has counted.
func (t *Table) page(snap *snapshot, want matcher, rev int64, from string, limit, remaining int64) (*List, error) {
	l := &List{Revision: rev}
	walk := t.walk(snap, want, from)
	if limit <= 0 {
		l.cursor = walk
		return l, nil
	}
	for o := walk.next(); o != nil; o = walk.next() {
		if int64(len(l.page)) < limit {
			l.page = append(l.page, o)
			continue
		}
		token := continuation{Version: continueVersion, Revision: rev, Start: l.page[len(l.page)-1].key + "\x00"}
		if want.unfiltered() {
			if remaining < 0 {
				remaining = t.count(snap, want, from)
			}
			left := remaining - limit
			l.Remaining, token.Left = &left, left
		}
		l.Continue = token.String()
		t.saved.put(rev, snap)
		break
	}
	return l, nil
}

// count is how many objects an unfiltered query has from key from on.
func (t *Table) count(snap *snapshot, want matcher, from string) int64 {
	if from == "" && (want.namespace == "" || !t.res.Namespaced) {
		return int64(snap.objects.Len())
	}
	n := int64(0)
	for walk := t.walk(snap, want, from); walk.next() != nil; {
		n++
	}
	return n
}

const continueExpired = "The provided continue parameter is too old to display a consistent list result. " +
	"You can start a new list without the continue parameter, or use the continue token in this response " +
	"to retrieve the remainder of the results. Continuing with the provided token results in an " +
	"inconsistent list - objects that were created, modified, or deleted between the time the first chunk " +
	"was returned and now may show up in the list."

func (t *Table) nextPage(ctx context.Context, want matcher, o ListOptions) (*List, error) {
	token, err := parseContinuation(o.Continue)
	if err != nil {
		return nil, err
	}
	if o.ResourceVersion != "" && o.ResourceVersion != "0" {
		return nil, &BadRequestError{Message: "specifying resource version is not allowed when using continue"}
	}
	if t.res.Namespaced && want.namespace != "" && !strings.HasPrefix(token.Start, want.namespace+"/") {
		return nil, &BadRequestError{Message: "invalid continue token: continue key is not valid: " + token.Start}
	}
	if token.Revision < 0 {
		if err := t.cache.WaitCurrent(ctx); err != nil {
			return nil, err
		}
		seen := t.cache.Revision()
		snap := t.current()
		return t.page(snap, want, max(seen, snap.last), token.Start, o.Limit, -1)
	}
	if err := t.cache.reach(ctx, false, token.Revision); err != nil {
		return nil, err
	}
	snap, err := t.at(ctx, token.Revision)
	if expired, ok := err.(*ExpiredError); ok {
		again := continuation{Version: continueVersion, Revision: -1, Start: token.Start}
		expired.Message, expired.Continue = continueExpired, again.String()
		return nil, expired
	}
	if err != nil {
		return nil, err
	}
	return t.page(snap, want, token.Revision, token.Start, o.Limit, token.Left)
}

// continuation is what a continue token says.
type continuation struct {
	Version  string `json:"v"`
	Revision int64  `json:"rv"` // -1: whatever is current
	Start    string `json:"start"`
	Left     int64  `json:"n,omitempty"`
}

const continueVersion = "meta.k8s.io/v1"

// String is the token.
func (c continuation) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("a continue token of strings and numbers does not encode: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseContinuation(s string) (continuation, error) {
	var c continuation
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return c, &BadRequestError{Message: fmt.Sprintf("invalid continue token: continue key is not valid: %v", err)}
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, &BadRequestError{Message: fmt.Sprintf("invalid continue token: continue key is not valid: %v", err)}
	}
	why := ""
	switch {
	case c.Version != continueVersion:
		why = "server does not recognize this encoded version " + c.Version
	case c.Revision == 0:
		why = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"
	case c.Start == "":
		why = "encoded start key empty (version meta.k8s.io/v1)"
	case path.Clean("/"+strings.TrimPrefix(c.Start, "/")) != "/"+strings.TrimPrefix(c.Start, "/"):
		why = c.Start
	default:
		return c, nil
	}
	return c, &BadRequestError{Message: "invalid continue token: continue key is not valid: " + why}
}
