package horizontalpodautoscaler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/metrics"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// defaultWindow is the time that a custom metric is of which does not say.
const defaultWindow = time.Minute

// meter reads metrics from the APIs that have them. It is for one look at one
// autoscaler: what several of its metrics need is asked for once.
type meter struct {
	raw       *client.Raw
	catalog   *catalog.Catalog
	namespace string
	selector  selector.Labels

	resources *metrics.PodMetricsList
	failed    error // in reading resources
}

// read is what one metric measures now.
func (m *meter) read(ctx context.Context, s *v2.MetricSpec) reading {
	switch {
	case s.Resource != nil:
		return m.resource(ctx, s.Resource.Name, "")
	case s.ContainerResource != nil:
		return m.resource(ctx, s.ContainerResource.Name, s.ContainerResource.Container)
	case s.Pods != nil:
		r, err := m.custom(ctx, "pods", "*", s.Pods.Metric, m.selector.String())
		if err == nil && len(r.pods) == 0 {
			err = errors.New("no metrics returned from custom metrics API")
		}
		if err != nil {
			err = fmt.Errorf("unable to get metric %s: %w", s.Pods.Metric.Name, err)
		}
		return reading{pods: r.pods, err: err}
	case s.Object != nil:
		value, err := m.object(ctx, s.Object)
		if err != nil { // The words are in upstream's order.
			o := s.Object.DescribedObject
			err = fmt.Errorf("unable to get metric %s: %s on %s %s/%w", s.Object.Metric.Name, o.Kind, m.namespace, o.Name, err)
		}
		return reading{value: value, err: err}
	case s.External != nil:
		value, err := m.external(ctx, s.External.Metric)
		if err != nil {
			err = fmt.Errorf("unable to get external metric %s/%s/%s: %w", m.namespace, s.External.Metric.Name, selector.Describe(s.External.Metric.Selector), err)
		}
		return reading{value: value, err: err}
	}
	return reading{}
}

// resource is what the pods use of a resource, or one container of each.
func (m *meter) resource(ctx context.Context, name core.ResourceName, container string) reading {
	if m.resources == nil && m.failed == nil {
		m.resources = &metrics.PodMetricsList{}
		if m.failed = m.get(ctx, "/apis/metrics.k8s.io/v1beta1/namespaces/"+m.namespace+"/pods", url.Values{"labelSelector": {m.selector.String()}}, "pods.metrics.k8s.io", m.resources); m.failed != nil {
			m.failed = fmt.Errorf("unable to fetch metrics from resource metrics API: %w", m.failed)
		} else if len(m.resources.Items) == 0 {
			m.failed = errors.New("no metrics returned from resource metrics API")
		}
	}
	err := m.failed
	var out samples
	if err == nil {
		if out, err = usedBy(m.resources.Items, name, container); err != nil {
			err = fmt.Errorf("failed to get container metrics: %w", err)
		}
	}
	if err != nil {
		err = fmt.Errorf("unable to get metrics for resource %s: %w", name, err)
	}
	return reading{pods: out, err: err}
}

// usedBy are samples of the use of a resource. A pod of which a part was not
// measured has none.
func usedBy(items []metrics.PodMetrics, name core.ResourceName, container string) (samples, error) {
	out := samples{}
	for i := range items {
		p := &items[i]
		sum, found, whole := int64(0), false, true
		for _, c := range p.Containers {
			if container != "" && c.Name != container {
				continue
			}
			found = true
			q, ok := c.Usage[name]
			whole = whole && ok
			sum += q.MilliValue()
		}
		if container != "" && !found {
			return nil, fmt.Errorf("container %s not present in metrics for pod %s/%s", container, p.Namespace, p.Name)
		}
		if whole {
			out[p.Name] = sample{p.Timestamp.Time, p.Window.Duration, sum}
		}
	}
	return out, nil
}

// customValues is the answer of the custom metrics API, in any of its versions.
type customValues struct {
	Items []struct {
		DescribedObject struct{ Name string }
		Timestamp       meta.Time
		WindowSeconds   *int64
		Window          *int64 // its name in v1beta1
		Value           quantity.Quantity
	}
}

// custom reads a metric of objects of this namespace.
func (m *meter) custom(ctx context.Context, resource, name string, metric v2.MetricIdentifier, labels string) (reading, error) {
	fetch := func(root string) (*customValues, error) {
		path := fmt.Sprintf("%s/namespaces/%s/%s/%s/%s", root, m.namespace, resource, url.PathEscape(name), url.PathEscape(metric.Name))
		if resource == "namespaces" {
			path = fmt.Sprintf("%s/namespaces/%s/metrics/%s", root, m.namespace, url.PathEscape(metric.Name))
		}
		query := url.Values{}
		if labels != "" {
			query.Set("labelSelector", labels)
		}
		if s, err := selectorText(metric.Selector); err != nil {
			return nil, err
		} else if s != "" {
			query.Set("metricLabelSelector", s)
		}
		out := &customValues{}
		return out, m.get(ctx, strings.ReplaceAll(path, "%2A", "*"), query, metric.Name+".custom.metrics.k8s.io", out)
	}
	root, err := m.customRoot(ctx)
	if err != nil {
		return reading{}, fmt.Errorf("unable to fetch metrics from custom metrics API: %w", err)
	}
	values, err := fetch(root)
	if err != nil {
		return reading{}, fmt.Errorf("unable to fetch metrics from custom metrics API: %w", err)
	}
	r := reading{pods: samples{}}
	for _, v := range values.Items {
		window := defaultWindow
		for _, s := range []*int64{v.WindowSeconds, v.Window} {
			if s != nil {
				window = time.Duration(*s) * time.Second
			}
		}
		r.value = v.Value.MilliValue()
		r.pods[v.DescribedObject.Name] = sample{v.Timestamp.Time, window, r.value}
	}
	return r, nil
}

// customRoot is where the custom metrics API is served, in the newest version
// that we know.
func (m *meter) customRoot(ctx context.Context) (string, error) {
	const group = "/apis/custom.metrics.k8s.io"
	g := &meta.APIGroup{}
	err := m.get(ctx, group, nil, "", g)
	if err != nil && !client.IsNotFound(err) {
		return "", err
	}
	for _, version := range []string{"v1beta2", "v1beta1"} {
		for _, v := range g.Versions {
			if v.Version == version {
				return group + "/" + version, nil
			}
		}
	}
	return "", errors.New("no custom metrics API (custom.metrics.k8s.io) registered")
}

// object is a metric of one object.
func (m *meter) object(ctx context.Context, s *v2.ObjectMetricSource) (int64, error) {
	group, _, ok := strings.Cut(s.DescribedObject.APIVersion, "/")
	if !ok {
		group = ""
	}
	r, found, err := m.catalog.Find(ctx, group, s.DescribedObject.Kind)
	if err != nil {
		return 0, fmt.Errorf("unable to fetch metrics from custom metrics API: %w", err)
	}
	name := r.ID()
	if !found { // The adapter may know it.
		return 0, fmt.Errorf("unable to fetch metrics from custom metrics API: no matches for kind %q in group %q", s.DescribedObject.Kind, group)
	}
	got, err := m.custom(ctx, name, s.DescribedObject.Name, s.Metric, "")
	if err == nil && len(got.pods) == 0 {
		err = errors.New("unable to fetch metrics from custom metrics API: the custom metrics API server returned no results")
	}
	if err == nil && len(got.pods) > 1 {
		err = fmt.Errorf("unable to fetch metrics from custom metrics API: the custom metrics API server returned %v results when we asked for exactly one", len(got.pods))
	}
	return got.value, err
}

// external is a metric from outside the cluster: the sum of its series.
func (m *meter) external(ctx context.Context, metric v2.MetricIdentifier) (sum int64, err error) {
	labels, err := selectorText(metric.Selector)
	if err != nil {
		return 0, err
	}
	var list struct {
		Items []struct{ Value quantity.Quantity }
	}
	path := fmt.Sprintf("/apis/external.metrics.k8s.io/v1beta1/namespaces/%s/%s", m.namespace, url.PathEscape(metric.Name))
	if err := m.get(ctx, path, url.Values{"labelSelector": {labels}}, metric.Name+".external.metrics.k8s.io", &list); err != nil {
		return 0, fmt.Errorf("unable to fetch metrics from external metrics API: %w", err)
	}
	if len(list.Items) == 0 {
		return 0, errors.New("no metrics returned from external metrics API")
	}
	for _, i := range list.Items {
		sum += i.Value.MilliValue()
	}
	return sum, nil
}

// get reads a document. An answer that is not of the API's is told of in the
// words that clients know.
func (m *meter) get(ctx context.Context, path string, query url.Values, what string, into any) error {
	resp, err := m.raw.Do(ctx, http.MethodGet, path, query, "", nil)
	if err == nil {
		return json.Unmarshal(resp.Body, into)
	}
	var s *client.StatusError
	if what == "" || !errors.As(err, &s) || s.Status.Details != nil && s.Status.Details.Name != "" {
		return err
	}
	switch s.Status.Code {
	case http.StatusNotFound:
		return fmt.Errorf("the server could not find the requested resource (get %s)", what)
	case http.StatusServiceUnavailable:
		return fmt.Errorf("the server is currently unable to handle the request (get %s)", what)
	}
	return err
}

// selectorText is a selector in the form of a query.
func selectorText(s *meta.LabelSelector) (string, error) {
	if s == nil {
		return "", nil
	}
	labels, err := selector.FromLabelSelector(s)
	return labels.String(), err
}
