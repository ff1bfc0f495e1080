package nftables

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// element is one entry of a set or map in our table, in nft's words.
type element struct {
	set   string
	key   string
	value string // empty for a set
}

// place is where an element stands: two elements in one place exclude each other.
type place struct{ set, key string }

func (e element) place() place { return place{e.set, e.key} }

type claim struct {
	owner table.Name
	value string
}

// claims knows which service ports want an element to exist. Some elements are wanted by
// many (a cluster IP by each of its ports); some are fought over (one external IP and port
// given to two services): then the first keeps it, and the next gets it when the first goes.
type claims struct {
	byPlace map[place][]claim
	owned   map[table.Name][]element
	// before holds the value in the kernel of each place touched since the last diff.
	before map[place]*string
}

func newClaims() claims {
	return claims{byPlace: map[place][]claim{}, owned: map[table.Name][]element{}, before: map[place]*string{}}
}

// set replaces all that owner wants.
func (c *claims) set(owner table.Name, elements []element) {
	old := c.owned[owner]
	for _, e := range old {
		if !slices.ContainsFunc(elements, func(n element) bool { return n.place() == e.place() }) {
			c.withdraw(owner, e.place())
		}
	}
	for _, e := range elements {
		c.want(owner, e)
	}
	if len(elements) == 0 {
		delete(c.owned, owner)
	} else {
		c.owned[owner] = elements
	}
}

func (c *claims) want(owner table.Name, e element) {
	p := e.place()
	list := c.byPlace[p]
	i := slices.IndexFunc(list, func(cl claim) bool { return cl.owner == owner })
	if i >= 0 && list[i].value == e.value {
		return
	}
	c.remember(p)
	if i >= 0 {
		list[i].value = e.value
		return
	}
	c.byPlace[p] = append(list, claim{owner, e.value})
}

func (c *claims) withdraw(owner table.Name, p place) {
	c.remember(p)
	list := slices.DeleteFunc(c.byPlace[p], func(cl claim) bool { return cl.owner == owner })
	if len(list) == 0 {
		delete(c.byPlace, p)
	} else {
		c.byPlace[p] = list
	}
}

func (c *claims) remember(p place) {
	if _, ok := c.before[p]; ok {
		return
	}
	var was *string
	if list := c.byPlace[p]; len(list) > 0 {
		v := list[0].value
		was = &v
	}
	c.before[p] = was
}

// diff returns the elements to delete and to add since the last call, in a stable order.
func (c *claims) diff() (del, add []element) {
	for p, was := range c.before {
		list := c.byPlace[p]
		if was != nil && len(list) > 0 && list[0].value == *was {
			continue
		}
		if was != nil {
			del = append(del, element{p.set, p.key, *was})
		}
		if len(list) > 0 {
			add = append(add, element{p.set, p.key, list[0].value})
		}
	}
	clear(c.before)
	slices.SortFunc(del, compareElements)
	slices.SortFunc(add, compareElements)
	return del, add
}

func compareElements(a, b element) int {
	return cmp.Or(strings.Compare(a.set, b.set), strings.Compare(a.key, b.key))
}
