package launch

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func TestExpand(t *testing.T) {
	values := map[string]string{"A": "1", "EMPTY": ""}
	lookup := func(n string) (string, bool) { v, ok := values[n]; return v, ok }
	for in, want := range map[string]string{
		"plain": "plain", "$(A)": "1", "x$(A)y$(A)": "x1y1", "$$(A)": "$(A)", "$$$(A)": "$1", "$(B)": "$(B)",
		"$": "$", "$A": "$A", "$(A": "$(A", "$(EMPTY)": "", "$$": "$", "a$": "a$", "$()": "$()",
	} {
		if got := Expand(in, lookup); got != want {
			t.Errorf("Expand(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestServiceEnv(t *testing.T) {
	service := func(ns, name, ip string, ports ...core.ServicePort) *core.Service {
		s := &core.Service{}
		s.Namespace, s.Name, s.Spec.ClusterIP, s.Spec.Ports = ns, name, ip, ports
		return s
	}
	all := []*core.Service{
		service("default", "kubernetes", "10.96.0.1", core.ServicePort{Port: 443, Name: "https"}),
		service("shop", "redis-master", "10.96.0.7", core.ServicePort{Port: 6379, Protocol: "TCP"}),
		service("shop", "headless", "None", core.ServicePort{Port: 1}),
		service("other", "far", "10.96.0.9", core.ServicePort{Port: 1}),
	}
	got := map[string]string{}
	for _, v := range ServiceEnv(all, "shop", true) {
		got[v.Name] = v.Value
	}
	for name, want := range map[string]string{
		"REDIS_MASTER_SERVICE_HOST": "10.96.0.7", "REDIS_MASTER_SERVICE_PORT": "6379", "REDIS_MASTER_PORT": "tcp://10.96.0.7:6379",
		"REDIS_MASTER_PORT_6379_TCP": "tcp://10.96.0.7:6379", "REDIS_MASTER_PORT_6379_TCP_PROTO": "tcp", "REDIS_MASTER_PORT_6379_TCP_PORT": "6379",
		"REDIS_MASTER_PORT_6379_TCP_ADDR": "10.96.0.7", "KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT_HTTPS": "443",
		"HEADLESS_SERVICE_HOST": "", "FAR_SERVICE_HOST": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if vars := ServiceEnv(all, "shop", false); len(vars) != 8 || vars[0].Name != "KUBERNETES_SERVICE_HOST" {
		t.Errorf("without links there are %v, want only those of the API server", vars)
	}
}

func TestResource(t *testing.T) {
	pod := &core.Pod{}
	pod.Spec.Containers = []core.Container{{Name: "c", Resources: core.ResourceRequirements{
		Limits:   core.ResourceList{"cpu": quantity.MustParse("1500m"), "memory": quantity.MustParse("64Mi")},
		Requests: core.ResourceList{"memory": quantity.MustParse("32Mi")},
	}}, {Name: "free"}}
	node := core.ResourceList{"cpu": quantity.MustParse("4"), "memory": quantity.MustParse("8Gi")}
	for _, c := range []struct{ container, resource, divisor, want string }{
		{"c", "limits.cpu", "0", "2"}, {"c", "limits.cpu", "1m", "1500"}, {"c", "requests.cpu", "1m", "1500"},
		{"c", "limits.memory", "0", "67108864"}, {"c", "limits.memory", "1Mi", "64"}, {"c", "requests.memory", "1Mi", "32"},
		{"free", "limits.cpu", "0", "4"}, {"free", "limits.memory", "1Gi", "8"}, {"free", "requests.cpu", "0", "0"},
	} {
		got, err := Resource(pod, nil, &core.ResourceFieldSelector{ContainerName: c.container, Resource: c.resource, Divisor: quantity.MustParse(c.divisor)}, node)
		if err != nil || got != c.want {
			t.Errorf("%s %s by %s is %q, %v; want %q", c.container, c.resource, c.divisor, got, err, c.want)
		}
	}
}
