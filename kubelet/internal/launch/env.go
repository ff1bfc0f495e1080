package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Objects finds the objects that a pod refers to. Both return ErrNotFound (or
// an error that wraps it) when there is no such object.
type Objects interface {
	ConfigMap(ctx context.Context, namespace, name string) (*core.ConfigMap, error)
	Secret(ctx context.Context, namespace, name string) (*core.Secret, error)
	// Services are all services of the cluster that have been seen.
	Services(ctx context.Context) ([]*core.Service, error)
}

// ErrNotFound says that an object does not exist.
var ErrNotFound = errors.New("not found")

// EnvVar is one environment variable as the container gets it.
type EnvVar struct{ Name, Value string }

// Env computes a container's environment: the variables of services first,
// then envFrom, then env, the later winning over the earlier.
func (p *Preparer) Env(ctx context.Context, pod *core.Pod, c *core.Container, ips []string) ([]EnvVar, error) {
	e := environment{values: map[string]string{}}
	services, err := p.Objects.Services(ctx)
	if err != nil {
		return nil, err
	}
	links := pod.Spec.EnableServiceLinks == nil || *pod.Spec.EnableServiceLinks
	e.services = append(e.services, ServiceEnv(services, pod.Namespace, links)...)
	if err := p.envFrom(ctx, pod, c, &e); err != nil {
		return nil, err
	}
	for i := range c.Env {
		if err := p.envVar(ctx, pod, c, &c.Env[i], ips, &e); err != nil {
			return nil, err
		}
	}
	for _, v := range e.services {
		if _, ok := e.values[v.Name]; !ok {
			e.set(v.Name, v.Value)
		}
	}
	var out []EnvVar
	for _, name := range e.order {
		out = append(out, EnvVar{name, e.values[name]})
	}
	return out, nil
}

// environment is a set of variables that keeps their order.
type environment struct {
	values   map[string]string
	order    []string
	services []EnvVar
}

func (e *environment) set(name, value string) {
	if _, ok := e.values[name]; !ok {
		e.order = append(e.order, name)
	}
	e.values[name] = value
}

func (e *environment) lookup(name string) (string, bool) {
	if v, ok := e.values[name]; ok {
		return v, true
	}
	for _, v := range e.services {
		if v.Name == name {
			return v.Value, true
		}
	}
	return "", false
}

func (p *Preparer) envFrom(ctx context.Context, pod *core.Pod, c *core.Container, e *environment) error {
	for i := range c.EnvFrom {
		from := &c.EnvFrom[i]
		data := map[string]string{}
		switch {
		case from.ConfigMapRef != nil:
			cm, err := p.Objects.ConfigMap(ctx, pod.Namespace, from.ConfigMapRef.Name)
			if skip, err := optional(err, from.ConfigMapRef.Optional, "configmap", from.ConfigMapRef.Name); err != nil {
				return err
			} else if skip {
				continue
			}
			data = cm.Data
		case from.SecretRef != nil:
			s, err := p.Objects.Secret(ctx, pod.Namespace, from.SecretRef.Name)
			if skip, err := optional(err, from.SecretRef.Optional, "secret", from.SecretRef.Name); err != nil {
				return err
			} else if skip {
				continue
			}
			for k, v := range s.Data {
				data[k] = string(v)
			}
		}
		for _, k := range sortedKeys(data) {
			if name := from.Prefix + k; name != "" && !strings.Contains(name, "=") {
				e.set(name, data[k])
			}
		}
	}
	return nil
}

// optional turns a missing object into a skip when it may be missing.
func optional(err error, allowed *bool, kind, name string) (skip bool, _ error) {
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, ErrNotFound) && allowed != nil && *allowed:
		return true, nil
	case errors.Is(err, ErrNotFound):
		return false, fmt.Errorf("%s %q not found", kind, name)
	}
	return false, fmt.Errorf("%s %q: %w", kind, name, err)
}

func (p *Preparer) envVar(ctx context.Context, pod *core.Pod, c *core.Container, v *core.EnvVar, ips []string, e *environment) error {
	if v.ValueFrom == nil {
		e.set(v.Name, Expand(v.Value, e.lookup))
		return nil
	}
	switch from := v.ValueFrom; {
	case from.FieldRef != nil:
		value, err := Field(pod, from.FieldRef.FieldPath, ips, p.NodeIPs)
		if err != nil {
			return err
		}
		e.set(v.Name, value)
	case from.ResourceFieldRef != nil:
		value, err := Resource(pod, c, from.ResourceFieldRef, p.Allocatable())
		if err != nil {
			return err
		}
		e.set(v.Name, value)
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		cm, err := p.Objects.ConfigMap(ctx, pod.Namespace, ref.Name)
		if skip, err := optional(err, ref.Optional, "configmap", ref.Name); skip || err != nil {
			return err
		}
		value, ok := cm.Data[ref.Key]
		return e.setKey(v.Name, value, ok, ref.Optional, "ConfigMap", pod.Namespace, ref.Name, ref.Key)
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		s, err := p.Objects.Secret(ctx, pod.Namespace, ref.Name)
		if skip, err := optional(err, ref.Optional, "secret", ref.Name); skip || err != nil {
			return err
		}
		value, ok := s.Data[ref.Key]
		return e.setKey(v.Name, string(value), ok, ref.Optional, "Secret", pod.Namespace, ref.Name, ref.Key)
	}
	return nil
}

func (e *environment) setKey(name, value string, ok bool, optional *bool, kind, namespace, object, key string) error {
	if !ok {
		if optional != nil && *optional {
			return nil
		}
		return fmt.Errorf("couldn't find key %s in %s %s/%s", key, kind, namespace, object)
	}
	e.set(name, value)
	return nil
}

// ServiceEnv are the variables that tell a container where services are: those
// of its namespace when links is true, and always the API server's.
func ServiceEnv(services []*core.Service, namespace string, links bool) []EnvVar {
	var out []EnvVar
	seen := map[string]bool{}
	add := func(s *core.Service) {
		if ip := s.Spec.ClusterIP; ip == "" || ip == "None" || len(s.Spec.Ports) == 0 || seen[s.Name] {
			return
		}
		seen[s.Name] = true
		out = append(out, serviceVars(s)...)
	}
	services = slices.Clone(services)
	slices.SortFunc(services, func(a, b *core.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range services {
		if links && s.Namespace == namespace {
			add(s)
		}
	}
	for _, s := range services {
		if s.Namespace == "default" && s.Name == "kubernetes" {
			add(s)
		}
	}
	return out
}

// serviceVars are NAME_SERVICE_HOST and kin, and those that docker links made.
func serviceVars(s *core.Service) []EnvVar {
	name := strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
	ip := s.Spec.ClusterIP
	port := func(n int32) string { return strconv.Itoa(int(n)) }
	out := []EnvVar{{name + "_SERVICE_HOST", ip}, {name + "_SERVICE_PORT", port(s.Spec.Ports[0].Port)}}
	for _, p := range s.Spec.Ports {
		if p.Name != "" {
			out = append(out, EnvVar{name + "_SERVICE_PORT_" + strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_")), port(p.Port)})
		}
	}
	for i, p := range s.Spec.Ports {
		protocol := string(p.Protocol)
		if protocol == "" {
			protocol = "TCP"
		}
		url := strings.ToLower(protocol) + "://" + net.JoinHostPort(ip, port(p.Port))
		if i == 0 {
			out = append(out, EnvVar{name + "_PORT", url})
		}
		prefix := fmt.Sprintf("%s_PORT_%d_%s", name, p.Port, strings.ToUpper(protocol))
		out = append(out, EnvVar{prefix, url}, EnvVar{prefix + "_PROTO", strings.ToLower(protocol)}, EnvVar{prefix + "_PORT", port(p.Port)}, EnvVar{prefix + "_ADDR", ip})
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
