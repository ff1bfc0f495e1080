package slicepack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func endpoint(n int, ready bool) discovery.Endpoint {
	return discovery.Endpoint{
		Addresses: []string{fmt.Sprintf("10.0.%d.%d", n/250, n%250+1)}, Conditions: discovery.EndpointConditions{Ready: &ready},
		TargetRef: &core.ObjectReference{UID: meta.UID(fmt.Sprint("uid-", n))},
	}
}

func port(n int32) []discovery.EndpointPort {
	name, tcp := "", core.ProtocolTCP
	return []discovery.EndpointPort{{Name: &name, Port: &n, Protocol: &tcp}}
}

func groupOf(p int32, ids ...int) Group {
	g := Group{AddressType: discovery.AddressTypeIPv4, Ports: port(p)}
	for _, n := range ids {
		g.Endpoints = append(g.Endpoints, endpoint(n, true))
	}
	return g
}

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}

var template = func() *discovery.EndpointSlice {
	t := &discovery.EndpointSlice{}
	t.GenerateName, t.Labels = "web-", map[string]string{"app": "web"}
	return t
}()

// server holds slices and obeys steps.
type server struct {
	slices map[string]*discovery.EndpointSlice
	made   int
}

func (s *server) list() []*discovery.EndpointSlice {
	var out []*discovery.EndpointSlice
	for _, v := range s.slices {
		out = append(out, v)
	}
	return out
}

// apply carries out at most n writes of the step, in Apply's order.
func (s *server) apply(step Step, n int) {
	for _, c := range step.Create {
		if n--; n < 0 {
			return
		}
		s.made++
		c.Name = fmt.Sprintf("web-%d", s.made)
		s.slices[c.Name] = c
	}
	for _, c := range step.Update {
		if n--; n < 0 {
			return
		}
		s.slices[c.Name] = c
	}
	for _, c := range step.Delete {
		if n--; n < 0 {
			return
		}
		delete(s.slices, c.Name)
	}
}

const all = 1 << 30

func TestWritesAreFew(t *testing.T) {
	s := &server{slices: map[string]*discovery.EndpointSlice{}}
	s.apply(Plan(template, []Group{groupOf(80, upTo(250)...)}, nil, 100), all)
	if len(s.slices) != 3 {
		t.Fatalf("250 endpoints are in %d slices, want 3", len(s.slices))
	}
	for _, c := range []struct {
		name                   string
		ids                    []int
		create, update, remove int
	}{
		{"nothing changes", upTo(250), 0, 0, 0},
		{"one comes", upTo(251), 0, 1, 0},
		{"one goes", upTo(249), 0, 1, 0},
		{"one is replaced", append(upTo(249), 900), 0, 1, 0},
	} {
		step := Plan(template, []Group{groupOf(80, c.ids...)}, s.list(), 100)
		if len(step.Create) != c.create || len(step.Update) != c.update || len(step.Delete) != c.remove {
			t.Errorf("%s: %d creates, %d updates, %d deletes, want %d, %d, %d", c.name,
				len(step.Create), len(step.Update), len(step.Delete), c.create, c.update, c.remove)
		}
	}
}

func TestAServiceWithoutEndpointsHasOneEmptySlice(t *testing.T) {
	step := Plan(template, []Group{groupOf(80)}, nil, 100)
	if len(step.Create) != 1 || step.Create[0].Endpoints == nil || len(step.Create[0].Endpoints) != 0 {
		t.Fatalf("step = %+v, want one empty slice", step)
	}
	s := &server{slices: map[string]*discovery.EndpointSlice{}}
	s.apply(Plan(template, []Group{groupOf(80, upTo(250)...)}, nil, 100), all)
	s.apply(Plan(template, []Group{groupOf(80)}, s.list(), 100), all)
	if len(s.slices) != 1 {
		t.Fatalf("%d slices are left of 3 when all endpoints go, want 1", len(s.slices))
	}
}

func TestReadinessAndLabelsAreUpdated(t *testing.T) {
	s := &server{slices: map[string]*discovery.EndpointSlice{}}
	s.apply(Plan(template, []Group{groupOf(80, 1)}, nil, 100), all)
	g := groupOf(80)
	g.Endpoints = []discovery.Endpoint{endpoint(1, false)}
	if step := Plan(template, []Group{g}, s.list(), 100); len(step.Update) != 1 || *step.Update[0].Endpoints[0].Conditions.Ready {
		t.Errorf("step = %+v, want the endpoint not ready", step)
	}
	other := template.DeepCopy()
	other.Labels["tier"] = "front"
	if step := Plan(other, []Group{groupOf(80, 1)}, s.list(), 100); len(step.Update) != 1 || step.Update[0].Labels["tier"] != "front" {
		t.Errorf("step = %+v, want the new label", step)
	}
}

func TestSlicesOfOtherPortsGo(t *testing.T) {
	s := &server{slices: map[string]*discovery.EndpointSlice{}}
	s.apply(Plan(template, []Group{groupOf(80, 1, 2)}, nil, 100), all)
	s.apply(Plan(template, []Group{groupOf(8080, 1, 2)}, s.list(), 100), all)
	for _, c := range s.list() {
		if *c.Ports[0].Port != 8080 {
			t.Errorf("slice %s still has port %d", c.Name, *c.Ports[0].Port)
		}
	}
}

// TestConverges changes the endpoints at random, crashes after a random part
// of each step, and asks at rest: is every endpoint there exactly once, is no
// slice too full, and is the next plan empty?
func TestConverges(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 2))
		s := &server{slices: map[string]*discovery.EndpointSlice{}}
		for range 5 {
			groups := []Group{groupOf(80, random.Perm(60)[:random.IntN(60)]...), groupOf(81, random.Perm(20)[:random.IntN(20)]...)}
			rounds := 0
			for ; rounds < 100; rounds++ {
				step := Plan(template, groups, s.list(), 7)
				if step.Empty() {
					break
				}
				s.apply(step, 1+random.IntN(3))
			}
			if rounds == 100 {
				t.Fatalf("seed %d: does not come to rest", seed)
			}
			check(t, seed, groups, s)
		}
	}
}

func check(t *testing.T, seed uint64, groups []Group, s *server) {
	t.Helper()
	var want, got []string
	for _, g := range groups {
		for _, e := range g.Endpoints {
			want = append(want, fmt.Sprint(*g.Ports[0].Port, e.Addresses[0]))
		}
	}
	for _, c := range s.list() {
		if len(c.Endpoints) > 7 {
			t.Fatalf("seed %d: a slice holds %d endpoints, want at most 7", seed, len(c.Endpoints))
		}
		for _, e := range c.Endpoints {
			got = append(got, fmt.Sprint(*c.Ports[0].Port, e.Addresses[0]))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("seed %d: slices hold\n%v, want\n%v", seed, got, want)
	}
}
