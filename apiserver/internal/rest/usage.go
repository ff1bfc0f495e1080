package rest

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/usage"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/metrics"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// usagePatience is how long a request waits for kubelets to be asked when nobody
// has wanted to know for a while.
const usagePatience = 10 * time.Second

// showUsage serves what nodes and pods use: measured, and stored nowhere. What has
// not been measured is not there.
func (c *call) showUsage() error {
	ctx, cancel := context.WithTimeout(c.r.Context(), usagePatience)
	defer cancel()
	if c.Handler.Usage.Wait(ctx) != nil && c.r.Context().Err() != nil {
		return c.r.Context().Err()
	}
	l, err := c.measured()
	if err != nil {
		return err
	}
	if c.info.Verb == "list" {
		return c.answerMeasured(l)
	}
	if l.Len() == 0 {
		// The names are metrics-server's own.
		name := c.info.Name
		if c.res.Kind.Namespaced {
			name = c.info.Namespace + "/" + name
		}
		return status.NotFound(status.Resource{Group: c.res.Kind.Group, Name: c.res.Kind.Singular}, name)
	}
	switch c.form.shape {
	case asTable:
		return c.tableOfObjects(l)
	case whole:
		o := l.At(0)
		*o.GetTypeMeta() = c.res.Kind.TypeMeta()
		return c.answerAny(http.StatusOK, o)
	}
	b, err := codec.EncodeJSON(l.At(0))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, source{json: b, kind: c.res.Kind})
}

// answerMeasured sends a list in the form asked for.
func (c *call) answerMeasured(l meta.List) error {
	switch c.form.shape {
	case asTable:
		return c.tableOfObjects(l)
	case asPartial:
		return c.wrongShape(true)
	case asPartialList:
		out := &meta.PartialObjectMetadataList{}
		out.TypeMeta = meta.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/" + c.form.version}
		for i := range l.Len() {
			p := meta.PartialObjectMetadata{TypeMeta: meta.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: "meta.k8s.io/" + c.form.version}}
			p.ObjectMeta = *l.At(i).GetObjectMeta()
			out.Items = append(out.Items, p)
		}
		return c.answerAny(http.StatusOK, out)
	}
	return c.answerAny(http.StatusOK, l)
}

// measured is what is known of the nodes or pods that the request is about.
func (c *call) measured() (meta.List, error) {
	whose := "nodes"
	if c.res.Kind.Namespaced {
		whose = "pods"
	}
	table := c.Cache.Table(whose)
	var objects []*cache.Object
	if c.info.Verb == "get" {
		o, err := table.Fetch(c.r.Context(), c.namespace(), c.info.Name, "")
		if err != nil {
			return nil, c.refusal(err)
		}
		if o == nil {
			return nil, status.NotFound(status.Resource{Name: map[string]string{"nodes": "node", "pods": "pods"}[whose]}, c.info.Name)
		}
		objects = []*cache.Object{o}
	} else {
		labels, fields, err := c.selection()
		if err != nil {
			return nil, err
		}
		l, err := table.List(c.r.Context(), cache.ListOptions{Namespace: c.namespace(), Labels: labels, Fields: fields, ResourceVersion: "0"})
		if err != nil {
			return nil, c.refusal(err)
		}
		objects = l.Objects()
	}
	created := meta.NewTime(now())
	if whose == "nodes" {
		out := &metrics.NodeMetricsList{TypeMeta: c.listType()}
		for _, o := range objects {
			if u, ok := c.Handler.Usage.Node(o.Name); ok {
				out.Items = append(out.Items, metrics.NodeMetrics{ObjectMeta: measuredMeta(o, created), Timestamp: at(u), Window: meta.Duration{Duration: u.Window}, Usage: amounts(u)})
			}
		}
		slices.SortFunc(out.Items, func(a, b metrics.NodeMetrics) int { return cmp.Compare(a.Name, b.Name) })
		return out, nil
	}
	out := &metrics.PodMetricsList{TypeMeta: c.listType()}
	for _, o := range objects {
		if cs, ok := c.Handler.Usage.Pod(o.Field("spec.nodeName"), o.Namespace, o.Name); ok {
			out.Items = append(out.Items, podMetrics(o, cs, created))
		}
	}
	return out, nil
}

// podMetrics is what a pod uses, of the time of the container that was looked at
// first.
func podMetrics(o *cache.Object, cs []usage.Container, created meta.Time) metrics.PodMetrics {
	p := metrics.PodMetrics{ObjectMeta: measuredMeta(o, created)}
	earliest := slices.MinFunc(cs, func(a, b usage.Container) int { return a.At.Compare(b.At) })
	p.Timestamp, p.Window = at(earliest.Use), meta.Duration{Duration: earliest.Window}
	for _, u := range cs {
		p.Containers = append(p.Containers, metrics.ContainerMetrics{Name: u.Name, Usage: amounts(u.Use)})
	}
	return p
}

// listType names the kind of the answer to a list.
func (c *call) listType() meta.TypeMeta {
	return meta.TypeMeta{Kind: c.res.Kind.ListKind(), APIVersion: c.res.Kind.APIVersion()}
}

// measuredMeta is what is told of whose use it is.
func measuredMeta(o *cache.Object, created meta.Time) meta.ObjectMeta {
	m := meta.ObjectMeta{Namespace: o.Namespace, Name: o.Name, CreationTimestamp: created}
	for k, v := range o.Labels() {
		if m.Labels == nil {
			m.Labels = map[string]string{}
		}
		m.Labels[k] = v
	}
	return m
}

func at(u usage.Use) meta.Time { return meta.NewTime(u.At.UTC().Truncate(time.Second)) }

// amounts is a use in the units of the API.
func amounts(u usage.Use) core.ResourceList {
	return core.ResourceList{core.ResourceCPU: quantity.FromNano(int64(u.CPU)), core.ResourceMemory: quantity.FromInt(int64(u.Memory), quantity.BinarySI)}
}
