package core

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// equalJSON compares what clients would see.
func equalJSON(t *testing.T, got any, want string) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

func TestSetPodDefaults(t *testing.T) {
	p := &Pod{Spec: PodSpec{
		HostNetwork: true,
		Volumes:     []Volume{{Name: "v"}, {Name: "s", VolumeSource: VolumeSource{Secret: &SecretVolumeSource{SecretName: "x"}}}},
		Containers: []Container{{Name: "c", Image: "nginx", Ports: []ContainerPort{{ContainerPort: 80}},
			ReadinessProbe: &Probe{ProbeHandler: ProbeHandler{HTTPGet: &HTTPGetAction{Port: meta.FromInt(80)}}},
			Resources:      ResourceRequirements{Limits: ResourceList{"cpu": quantity.MustParse("0.1")}}}},
	}}
	const want = `{"volumes":[{"name":"v","emptyDir":{}},{"name":"s","secret":{"secretName":"x","defaultMode":420}}],` +
		`"containers":[{"name":"c","image":"nginx","ports":[{"hostPort":80,"containerPort":80,"protocol":"TCP"}],` +
		`"resources":{"limits":{"cpu":"100m"},"requests":{"cpu":"100m"}},` +
		`"readinessProbe":{"httpGet":{"path":"/","port":80,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},` +
		`"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"Always"}],` +
		`"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","hostNetwork":true,"securityContext":{},` +
		`"schedulerName":"default-scheduler","enableServiceLinks":true}`
	SetPodDefaults(p)
	equalJSON(t, p.Spec, want)
	SetPodDefaults(p)
	equalJSON(t, p.Spec, want)
}

func TestTemplateDefaultsLeaveThePodToThePod(t *testing.T) {
	s := &PodTemplateSpec{Spec: PodSpec{HostNetwork: true, Containers: []Container{{Ports: []ContainerPort{{ContainerPort: 80}},
		Resources: ResourceRequirements{Limits: ResourceList{"cpu": quantity.MustParse("1")}}}}}}
	SetPodTemplateSpecDefaults(s)
	c := s.Spec.Containers[0]
	if c.Ports[0].HostPort != 0 || c.Resources.Requests != nil || s.Spec.EnableServiceLinks != nil {
		t.Errorf("the template was filled like a pod: %+v", s.Spec)
	}
}

func TestDefaultPullPolicy(t *testing.T) {
	for image, want := range map[string]PullPolicy{
		"nginx":                  PullAlways,
		"nginx:latest":           PullAlways,
		"nginx:1.22":             PullIfNotPresent,
		"host:5000/nginx":        PullAlways,
		"host:5000/nginx:1":      PullIfNotPresent,
		"host/a/b:latest":        PullAlways,
		"nginx@sha256:0123":      PullIfNotPresent,
		"nginx:latest@sha256:01": PullIfNotPresent,
		"A b/!":                  PullIfNotPresent,
		"Nginx":                  PullIfNotPresent,
		"Host/nginx":             PullAlways,
		"x/a__b---c.d/e":         PullAlways,
		"a..b":                   PullIfNotPresent,
		"a//b":                   PullIfNotPresent,
		"[fe80::1]:5000/a":       PullAlways,
		"host:x/nginx":           PullIfNotPresent,
		"nginx:-":                PullIfNotPresent,
		strings.Repeat("x", 238): PullIfNotPresent,
		strings.Repeat("x", 237): PullAlways,
		strings.Repeat("0", 64):  PullIfNotPresent,
		"nginx:latest@sha256:" + strings.Repeat("0", 64): PullAlways,
		"nginx@sha256:" + strings.Repeat("0", 64):        PullIfNotPresent,
	} {
		if got := defaultPullPolicy(image); got != want {
			t.Errorf("%s: got %s, want %s", image, got, want)
		}
	}
}

func TestSetServiceDefaults(t *testing.T) {
	s := &Service{Spec: ServiceSpec{Type: ServiceTypeNodePort, SessionAffinity: ServiceAffinityClientIP, ClusterIP: "None", Ports: []ServicePort{{Port: 80}, {Port: 81, TargetPort: meta.FromString("web")}}}}
	SetServiceDefaults(s)
	equalJSON(t, s.Spec, `{"ports":[{"protocol":"TCP","port":80,"targetPort":80},{"protocol":"TCP","port":81,"targetPort":"web"}],"clusterIP":"None","clusterIPs":["None"],`+
		`"type":"NodePort","sessionAffinity":"ClientIP","externalTrafficPolicy":"Cluster","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},"internalTrafficPolicy":"Cluster"}`)
}

func TestSetReplicationControllerDefaults(t *testing.T) {
	c := &ReplicationController{Spec: ReplicationControllerSpec{Template: &PodTemplateSpec{ObjectMeta: meta.ObjectMeta{Labels: map[string]string{"a": "b"}}}}}
	SetReplicationControllerDefaults(c)
	if *c.Spec.Replicas != 1 || c.Spec.Selector["a"] != "b" || c.Labels["a"] != "b" {
		t.Errorf("got %d replicas, selector %v, labels %v", *c.Spec.Replicas, c.Spec.Selector, c.Labels)
	}
	c.Labels["x"] = "y"
	if len(c.Spec.Template.Labels) != 1 || len(c.Spec.Selector) != 1 {
		t.Error("labels, selector and template share one map")
	}
}

func TestSetLimitRangeDefaults(t *testing.T) {
	q := quantity.MustParse
	l := &LimitRange{Spec: LimitRangeSpec{Limits: []LimitRangeItem{{Type: "Container", Max: ResourceList{"cpu": q("2")}, Min: ResourceList{"memory": q("1Mi")}}}}}
	SetLimitRangeDefaults(l)
	equalJSON(t, l.Spec.Limits[0], `{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"},"default":{"cpu":"2"},"defaultRequest":{"cpu":"2","memory":"1Mi"}}`)
}

func TestSetSecretDefaults(t *testing.T) {
	s := &Secret{Data: map[string][]byte{"a": []byte("1")}, StringData: map[string]string{"a": "2", "b": "3"}}
	SetSecretDefaults(s)
	if s.Type != SecretTypeOpaque || string(s.Data["a"]) != "2" || string(s.Data["b"]) != "3" || s.StringData != nil {
		t.Errorf("got %+v", s)
	}
}

// TestAddressesAgree: podIP and podIPs say the same, whichever was written.
func TestAddressesAgree(t *testing.T) {
	tests := map[string]struct {
		ip   string
		ips  []PodIP
		want []PodIP
	}{
		"none":         {},
		"podIP alone":  {"10.0.0.1", nil, []PodIP{{IP: "10.0.0.1"}}},
		"podIPs alone": {"", []PodIP{{IP: "10.0.0.1"}, {IP: "fd00::1"}}, []PodIP{{IP: "10.0.0.1"}, {IP: "fd00::1"}}},
		"both":         {"10.0.0.1", []PodIP{{IP: "10.0.0.1"}, {IP: "fd00::1"}}, []PodIP{{IP: "10.0.0.1"}, {IP: "fd00::1"}}},
		"at odds":      {"10.0.0.2", []PodIP{{IP: "10.0.0.1"}, {IP: "fd00::1"}}, []PodIP{{IP: "10.0.0.2"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := &Pod{Status: PodStatus{PodIP: tt.ip, PodIPs: tt.ips}}
			SetPodDefaults(p)
			first := ""
			if len(tt.want) > 0 {
				first = tt.want[0].IP
			}
			if !reflect.DeepEqual(p.Status.PodIPs, tt.want) || p.Status.PodIP != first {
				t.Errorf("podIP %q, podIPs %v, want %v", p.Status.PodIP, p.Status.PodIPs, tt.want)
			}
		})
	}
}
