package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Mapping is one resource that the server has.
type Mapping struct {
	Group, Version, Kind string
	Resource, Singular   string
	Namespaced           bool
	Verbs                []string
	ShortNames           []string
	Categories           []string
	Subresources         []string
	preferred            bool // of its group's preferred version
}

// APIVersion is "v1" or "apps/v1".
func (m *Mapping) APIVersion() string {
	if m.Group == "" {
		return m.Version
	}
	return m.Group + "/" + m.Version
}

// FullName is the resource with its group: "deployments.apps".
func (m *Mapping) FullName() string {
	if m.Group == "" {
		return m.Resource
	}
	return m.Resource + "." + m.Group
}

// NameOf is how -o name and messages call an object: "pod/web",
// "deployment.apps/web".
func (m *Mapping) NameOf(name string) string {
	s := m.Singular
	if s == "" {
		s = strings.ToLower(m.Kind)
	}
	if m.Group != "" {
		s += "." + m.Group
	}
	return s + "/" + name
}

// Has tells whether the resource knows a verb.
func (m *Mapping) Has(verb string) bool { return slices.Contains(m.Verbs, verb) }

// Path is the URL of the resource, of one object, or of a subresource.
func (m *Mapping) Path(namespace, name, subresource string) string {
	var b strings.Builder
	if m.Group == "" {
		b.WriteString("/api/" + m.Version)
	} else {
		b.WriteString("/apis/" + m.Group + "/" + m.Version)
	}
	if m.Namespaced && namespace != "" {
		b.WriteString("/namespaces/" + namespace)
	}
	b.WriteString("/" + m.Resource)
	if name != "" {
		b.WriteString("/" + name)
	}
	if subresource != "" {
		b.WriteString("/" + subresource)
	}
	return b.String()
}

// NoResourceError says that the server lacks what a word means.
type NoResourceError struct{ Word string }

func (e *NoResourceError) Error() string {
	return fmt.Sprintf("the server doesn't have a resource type %q", e.Word)
}

// NoKindError says that the server lacks a manifest's kind.
type NoKindError struct{ APIVersion, Kind string }

func (e *NoKindError) Error() string {
	return fmt.Sprintf("no matches for kind %q in version %q", e.Kind, e.APIVersion)
}

// discovery holds what the server has, asked for once per run.
type discovery struct {
	once sync.Once
	all  []*Mapping
	err  error
}

// aggregated is the answer that lists everything at once.
type aggregated struct {
	Items []struct {
		Metadata struct{ Name string }
		Versions []struct {
			Version   string
			Resources []struct {
				Resource         string
				ResponseKind     struct{ Kind string }
				Scope            string
				SingularResource string
				Verbs            []string
				ShortNames       []string
				Categories       []string
				Subresources     []struct{ Subresource string }
			}
		}
	}
}

const aggregatedAccept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

// Mappings lists every resource of the server, the core group's first.
func (c *Client) Mappings(ctx context.Context) ([]*Mapping, error) {
	c.discovery.once.Do(func() {
		for _, path := range []string{"/api", "/apis"} {
			body, err := c.Get(ctx, path, nil, aggregatedAccept)
			if err != nil {
				c.discovery.err = err
				return
			}
			var a aggregated
			if err := json.Unmarshal(body, &a); err != nil {
				c.discovery.err = fmt.Errorf("discovery: %w", err)
				return
			}
			c.discovery.all = append(c.discovery.all, a.mappings()...)
		}
	})
	return c.discovery.all, c.discovery.err
}

func (a *aggregated) mappings() []*Mapping {
	var all []*Mapping
	for _, g := range a.Items {
		for i, v := range g.Versions {
			for _, r := range v.Resources {
				m := &Mapping{Group: g.Metadata.Name, Version: v.Version, Kind: r.ResponseKind.Kind, Resource: r.Resource, Singular: r.SingularResource,
					Namespaced: r.Scope == "Namespaced", Verbs: r.Verbs, ShortNames: r.ShortNames, Categories: r.Categories, preferred: i == 0}
				for _, s := range r.Subresources {
					m.Subresources = append(m.Subresources, s.Subresource)
				}
				all = append(all, m)
			}
		}
	}
	return all
}

// Resolve finds the resources that a word means: a plural, singular, short or
// kind name, with or without its group and version, or a category such as
// "all".
func (c *Client) Resolve(ctx context.Context, word string) ([]*Mapping, error) {
	all, err := c.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	if m := resolveOne(all, word); m != nil {
		return []*Mapping{m}, nil
	}
	var category []*Mapping
	for _, m := range all {
		if m.preferred && slices.Contains(m.Categories, strings.ToLower(word)) {
			category = append(category, m)
		}
	}
	if len(category) > 0 {
		return category, nil
	}
	return nil, &NoResourceError{word}
}

// ResolveOne finds the one resource that a word means.
func (c *Client) ResolveOne(ctx context.Context, word string) (*Mapping, error) {
	ms, err := c.Resolve(ctx, word)
	if err != nil {
		return nil, err
	}
	return ms[0], nil
}

func resolveOne(all []*Mapping, word string) *Mapping {
	lower := strings.ToLower(word)
	name, rest, dotted := strings.Cut(lower, ".")
	for _, preferredOnly := range []bool{true, false} {
		for _, m := range all {
			if preferredOnly && !m.preferred {
				continue
			}
			switch {
			case m.called(lower):
				return m
			case dotted && m.called(name) && (m.Group == rest || m.Version+"."+m.Group == rest || m.Group == "" && m.Version == strings.TrimSuffix(rest, ".")):
				return m
			}
		}
	}
	return nil
}

func (m *Mapping) called(word string) bool {
	return m.Resource == word || m.Singular == word || slices.Contains(m.ShortNames, word) || strings.ToLower(m.Kind) == word
}

// ForKind finds the resource of a manifest's kind.
func (c *Client) ForKind(ctx context.Context, apiVersion, kind string) (*Mapping, error) {
	all, err := c.Mappings(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.Kind == kind && m.APIVersion() == apiVersion {
			return m, nil
		}
	}
	return nil, &NoKindError{apiVersion, kind}
}
