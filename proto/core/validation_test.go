package core

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Error texts that several tables repeat.
const (
	labelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
		"(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
	subdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
		`(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
	dns1035Rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character " +
		"(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
	labelValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
		"(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)

// expect compares all errors, word by word.
func expect(t *testing.T, got field.ErrorList, want ...string) {
	t.Helper()
	var texts []string
	for _, e := range got {
		texts = append(texts, e.Error())
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(texts, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func objectMeta(name string) meta.ObjectMeta {
	return meta.ObjectMeta{Name: name, Namespace: "default", UID: "u-1", ResourceVersion: "1"}
}

// newPod is the smallest sound pod, with its defaults.
func newPod() *Pod {
	p := &Pod{ObjectMeta: objectMeta("p"), Spec: PodSpec{Containers: []Container{{Name: "c", Image: "nginx:1.22"}}}}
	SetPodDefaults(p)
	return p
}

func TestValidatePod(t *testing.T) {
	hour := int64(3600)
	for _, tc := range []struct {
		name   string
		change func(p *Pod, c *Container)
		want   []string
	}{
		{"sound", func(p *Pod, c *Container) {}, nil},
		{"no name", func(p *Pod, c *Container) { p.Name = "" }, []string{"metadata.name: Required value: name or generateName is required"}},
		{"bad name", func(p *Pod, c *Container) { p.Name = "P_1" }, []string{`metadata.name: Invalid value: "P_1": ` + subdomainRule}},
		{"bad generateName", func(p *Pod, c *Container) { p.GenerateName = "P-" }, []string{`metadata.generateName: Invalid value: "P-": ` + subdomainRule}},
		{"good generateName", func(p *Pod, c *Container) { p.GenerateName = "web-" }, nil},
		{"no namespace", func(p *Pod, c *Container) { p.Namespace = "" }, []string{"metadata.namespace: Required value"}},
		{"bad label", func(p *Pod, c *Container) { p.Labels = map[string]string{"a": "b c"} }, []string{`metadata.labels: Invalid value: "b c": ` + labelValueRule}},
		{"large annotations", func(p *Pod, c *Container) { p.Annotations = map[string]string{"a": strings.Repeat("x", 262144)} },
			[]string{"metadata.annotations: Too long: may not be more than 262144 bytes"}},
		{"bad finalizer", func(p *Pod, c *Container) { p.Finalizers = []string{"mine"} },
			[]string{`metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified`}},
		{"two controllers", func(p *Pod, c *Container) {
			yes := true
			p.OwnerReferences = []meta.OwnerReference{{APIVersion: "v1", Kind: "A", Name: "a", UID: "1", Controller: &yes}, {APIVersion: "v1", Kind: "B", Name: "b", UID: "2", Controller: &yes}}
		}, []string{`metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"A","name":"a","uid":"1","controller":true},{"apiVersion":"v1","kind":"B","name":"b","uid":"2","controller":true}]: ` +
			`Only one reference can have Controller set to true. Found "true" in references for A/a and B/b`}},
		{"no containers", func(p *Pod, c *Container) { p.Spec.Containers = nil }, []string{"spec.containers: Required value"}},
		{"no image", func(p *Pod, c *Container) { c.Image = "" }, []string{"spec.containers[0].image: Required value"}},
		{"image with space", func(p *Pod, c *Container) { c.Image = "nginx " }, []string{`spec.containers[0].image: Invalid value: "nginx ": must not have leading or trailing whitespace`}},
		{"no container name", func(p *Pod, c *Container) { c.Name = "" }, []string{"spec.containers[0].name: Required value"}},
		{"bad container name", func(p *Pod, c *Container) { c.Name = "C" }, []string{`spec.containers[0].name: Invalid value: "C": ` + labelRule}},
		{"dotted container name", func(p *Pod, c *Container) { c.Name = "a.b" }, []string{`spec.containers[0].name: Invalid value: "a.b": must not contain dots`}},
		{"same container names", func(p *Pod, c *Container) { p.Spec.Containers = append(p.Spec.Containers, *c) }, []string{`spec.containers[1].name: Duplicate value: "c"`}},
		{"same name as init container", func(p *Pod, c *Container) { p.Spec.InitContainers = append(p.Spec.InitContainers, *c) }, []string{`spec.initContainers[0].name: Duplicate value: "c"`}},
		{"restart policy", func(p *Pod, c *Container) { p.Spec.RestartPolicy = "Perhaps" },
			[]string{`spec.restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "OnFailure", "Never"`}},
		{"dns policy", func(p *Pod, c *Container) { p.Spec.DNSPolicy = "Mine" },
			[]string{`spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"`}},
		{"dns none", func(p *Pod, c *Container) { p.Spec.DNSPolicy = DNSNone }, []string{"spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"}},
		{"pull policy", func(p *Pod, c *Container) { c.ImagePullPolicy = "Sometimes" },
			[]string{`spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`}},
		{"ports", func(p *Pod, c *Container) {
			c.Ports = []ContainerPort{
				{Name: "web", ContainerPort: 80, Protocol: "TCP"},
				{Name: "web", ContainerPort: 81, Protocol: "TCP"},
				{Name: "Bad_", ContainerPort: 0, Protocol: "tcp"},
				{ContainerPort: 70000, HostPort: 8080, Protocol: "TCP"},
				{ContainerPort: 83, HostPort: 8080, Protocol: "TCP"},
			}
		}, []string{
			`spec.containers[0].ports[1].name: Duplicate value: "web"`,
			`spec.containers[0].ports[2].name: Invalid value: "Bad_": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
			`spec.containers[0].ports[2].containerPort: Required value`,
			`spec.containers[0].ports[2].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`,
			`spec.containers[0].ports[3].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
			`spec.containers[0].ports[4].hostPort: Duplicate value: "TCP//8080"`,
		}},
		{"host network", func(p *Pod, c *Container) {
			p.Spec.HostNetwork = true
			c.Ports = []ContainerPort{{ContainerPort: 80, HostPort: 81, Protocol: "TCP"}}
		}, []string{"spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true"}},
		{"env", func(p *Pod, c *Container) {
			c.Env = []EnvVar{{Name: ""}, {Name: "a=b"}, {Name: "A", Value: "x", ValueFrom: &EnvVarSource{FieldRef: &ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}}},
				{Name: "B", ValueFrom: &EnvVarSource{}}, {Name: "C", ValueFrom: &EnvVarSource{FieldRef: &ObjectFieldSelector{APIVersion: "v1", FieldPath: "spec.secret"}}},
				{Name: "D", ValueFrom: &EnvVarSource{SecretKeyRef: &SecretKeySelector{LocalObjectReference: LocalObjectReference{Name: "s"}}}},
				{Name: "E", ValueFrom: &EnvVarSource{FieldRef: &ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.labels['app']"}}}}
		}, []string{
			"spec.containers[0].env[0].name: Required value",
			`spec.containers[0].env[1].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
			"spec.containers[0].env[2].valueFrom: Invalid value: \"\": may not be specified when `value` is not empty",
			"spec.containers[0].env[3].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
			`spec.containers[0].env[4].valueFrom.fieldRef.fieldPath: Invalid value: "spec.secret": error converting fieldPath: field label not supported: spec.secret`,
			"spec.containers[0].env[5].valueFrom.secretKeyRef.key: Required value",
		}},
		{"probe", func(p *Pod, c *Container) {
			c.LivenessProbe = &Probe{ProbeHandler: ProbeHandler{HTTPGet: &HTTPGetAction{Path: "/", Scheme: "HTTP"}, TCPSocket: &TCPSocketAction{Port: meta.FromInt(1)}}, SuccessThreshold: 2, PeriodSeconds: -1}
			c.ReadinessProbe = &Probe{SuccessThreshold: 1, TerminationGracePeriodSeconds: &hour}
		}, []string{
			"spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
			"spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
			"spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
			"spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
			"spec.containers[0].readinessProbe: Required value: must specify a handler type",
			"spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 3600: must not be set for readinessProbes",
		}},
		{"requests above limits", func(p *Pod, c *Container) {
			c.Resources = ResourceRequirements{
				Limits:   ResourceList{"cpu": quantity.MustParse("100m"), "memory": quantity.MustParse("1Gi")},
				Requests: ResourceList{"cpu": quantity.MustParse("1"), "memory": quantity.MustParse("-1"), "gpu": quantity.MustParse("1"), "example.com/gpu": quantity.MustParse("1")},
			}
		}, []string{
			"spec.containers[0].resources.requests: Invalid value: \"1\": must be less than or equal to cpu limit of 100m",
			"spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources",
			`spec.containers[0].resources.requests[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified`,
			`spec.containers[0].resources.requests[gpu]: Invalid value: gpu: must be a standard resource for containers`,
			`spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
		}},
		{"volumes", func(p *Pod, c *Container) {
			p.Spec.Volumes = []Volume{
				{Name: "a", VolumeSource: VolumeSource{EmptyDir: &EmptyDirVolumeSource{}}},
				{Name: "a", VolumeSource: VolumeSource{EmptyDir: &EmptyDirVolumeSource{}}},
				{Name: "b", VolumeSource: VolumeSource{EmptyDir: &EmptyDirVolumeSource{}, HostPath: &HostPathVolumeSource{Path: "/"}}},
				{Name: "d"},
				{Name: "e", VolumeSource: VolumeSource{HostPath: &HostPathVolumeSource{Path: "/a/../b"}}},
				{Name: "f", VolumeSource: VolumeSource{Secret: &SecretVolumeSource{}}},
				{Name: "g", VolumeSource: VolumeSource{ConfigMap: &ConfigMapVolumeSource{LocalObjectReference: LocalObjectReference{Name: "m"}, Items: []KeyToPath{{Key: "k", Path: "/abs"}}}}},
			}
			c.VolumeMounts = []VolumeMount{{Name: "a", MountPath: "/x"}, {Name: "a", MountPath: "/x"}, {Name: "gone", MountPath: "/y"}, {Name: "a"}}
		}, []string{
			`spec.volumes[1].name: Duplicate value: "a"`,
			"spec.volumes[2].hostPath: Forbidden: may not specify more than 1 volume type",
			"spec.volumes[3]: Required value: must specify a volume type",
			`spec.volumes[4].hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
			"spec.volumes[5].secret.secretName: Required value",
			`spec.volumes[6].configMap.items[0].path: Invalid value: "/abs": must be a relative path`,
			`spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique`,
			`spec.containers[0].volumeMounts[2].name: Not found: "gone"`,
			"spec.containers[0].volumeMounts[3].mountPath: Required value",
		}},
		{"init container with probe", func(p *Pod, c *Container) {
			i := *c
			i.Name = "i"
			i.ReadinessProbe = &Probe{}
			p.Spec.InitContainers = []Container{i}
		}, []string{"spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"}},
		{"tolerations", func(p *Pod, c *Container) {
			p.Spec.Tolerations = []Toleration{{Operator: "Equal"}, {Key: "a", Operator: "Exists", Value: "b"}, {Key: "a", Operator: "Near"}, {Key: "a", TolerationSeconds: &hour, Effect: "NoSchedule"}}
		}, []string{
			"spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
			"spec.tolerations[1].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'",
			`spec.tolerations[2].operator: Unsupported value: "Near": supported values: "Equal", "Exists"`,
			"spec.tolerations[3].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set",
		}},
		{"affinity", func(p *Pod, c *Container) {
			p.Spec.Affinity = &Affinity{
				NodeAffinity:    &NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &NodeSelector{}},
				PodAntiAffinity: &PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []WeightedPodAffinityTerm{{Weight: 101, PodAffinityTerm: PodAffinityTerm{TopologyKey: "zone"}}}},
			}
		}, []string{
			"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term",
			"spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100",
		}},
		{"spread", func(p *Pod, c *Container) {
			one := TopologySpreadConstraint{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: DoNotSchedule}
			p.Spec.TopologySpreadConstraints = []TopologySpreadConstraint{one, one, {WhenUnsatisfiable: "Never"}}
		}, []string{
			`spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"`,
			"spec.topologySpreadConstraints[2].maxSkew: Invalid value: 0: must be greater than zero",
			"spec.topologySpreadConstraints[2].topologyKey: Required value: can not be empty",
			`spec.topologySpreadConstraints[2].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"`,
		}},
		{"security", func(p *Pod, c *Container) {
			yes, no, id := true, false, int64(-1)
			p.Spec.SecurityContext.RunAsUser = &id
			c.SecurityContext = &SecurityContext{Privileged: &yes, AllowPrivilegeEscalation: &no}
		}, []string{
			"spec.containers[0].securityContext: Invalid value: {\"privileged\":true,\"allowPrivilegeEscalation\":false}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
			"spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
		}},
		{"gated and bound", func(p *Pod, c *Container) {
			p.Spec.NodeName = "n"
			p.Spec.SchedulingGates = []PodSchedulingGate{{Name: "a"}, {Name: "a"}}
		}, []string{
			`spec.schedulingGates[1]: Duplicate value: "a"`,
			"spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
		}},
		{"ephemeral container", func(p *Pod, c *Container) {
			p.Spec.EphemeralContainers = []EphemeralContainer{{EphemeralContainerCommon: EphemeralContainerCommon{Name: "e", Image: "i", ImagePullPolicy: "Never",
				TerminationMessagePolicy: "File", Ports: []ContainerPort{{ContainerPort: 1, Protocol: "TCP"}}}, TargetContainerName: "x"}}
		}, []string{
			`spec.ephemeralContainers[0].targetContainerName: Not found: "x"`,
			"spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
			"spec.ephemeralContainers: Forbidden: cannot be set on create",
		}},
		{"deadline", func(p *Pod, c *Container) { zero := int64(0); p.Spec.ActiveDeadlineSeconds = &zero },
			[]string{"spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"}},
		{"node name", func(p *Pod, c *Container) { p.Spec.NodeName = "Node_1" }, []string{`spec.nodeName: Invalid value: "Node_1": ` + subdomainRule}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPod()
			tc.change(p, &p.Spec.Containers[0])
			expect(t, ValidatePod(p), tc.want...)
		})
	}
}

func TestValidatePodUpdate(t *testing.T) {
	minute := int64(60)
	for _, tc := range []struct {
		name   string
		change func(p, old *Pod)
		want   []string
	}{
		{"nothing", func(p, old *Pod) {}, nil},
		{"image", func(p, old *Pod) { p.Spec.Containers[0].Image = "nginx:1.23" }, nil},
		{"labels", func(p, old *Pod) { p.Labels = map[string]string{"a": "b"} }, nil},
		{"empty instead of absent", func(p, old *Pod) { p.Spec.Volumes = []Volume{} }, nil},
		{"toleration added", func(p, old *Pod) { p.Spec.Tolerations = []Toleration{{Operator: "Exists"}} }, nil},
		{"toleration removed", func(p, old *Pod) { old.Spec.Tolerations = []Toleration{{Operator: "Exists"}} },
			[]string{"spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"}},
		{"deadline set", func(p, old *Pod) { p.Spec.ActiveDeadlineSeconds = &minute }, nil},
		{"deadline unset", func(p, old *Pod) { old.Spec.ActiveDeadlineSeconds = &minute },
			[]string{"spec.activeDeadlineSeconds: Invalid value: \"null\": must not update from a positive integer to nil value"}},
		{"container added", func(p, old *Pod) {
			p.Spec.Containers = append(p.Spec.Containers, p.Spec.Containers[0])
			p.Spec.Containers[1].Name = "d"
		}, []string{"spec.containers: Forbidden: pod updates may not add or remove containers"}},
		{"gate added", func(p, old *Pod) { p.Spec.SchedulingGates = []PodSchedulingGate{{Name: "g"}} },
			[]string{"spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'g'"}},
		{"host name", func(p, old *Pod) { p.Spec.Hostname = "h" }, []string{
			"spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`," +
				"`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)" +
				"\n  spec.hostname:\n-   \"\"\n+   \"h\"",
		}},
		{"identity", func(p, old *Pod) { p.UID, p.ResourceVersion = "u-2", "" }, []string{
			`metadata.resourceVersion: Invalid value: "": must be specified for an update`,
			`metadata.uid: Invalid value: "u-2": field is immutable`,
		}},
		{"finalizer on a dying pod", func(p, old *Pod) {
			now := meta.Now()
			p.DeletionTimestamp, old.DeletionTimestamp = &now, &now
			p.Finalizers = []string{"a/b"}
		}, []string{`metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a/b"}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, old := newPod(), newPod()
			tc.change(p, old)
			expect(t, ValidatePodUpdate(p, old), tc.want...)
		})
	}
}

func TestValidatePodStatusUpdate(t *testing.T) {
	p, old := newPod(), newPod()
	p.Spec.RestartPolicy, old.Spec.RestartPolicy = RestartPolicyNever, RestartPolicyNever
	old.Status.ContainerStatuses = []ContainerStatus{{Name: "c", State: ContainerState{Terminated: &ContainerStateTerminated{}}}}
	p.Status.ContainerStatuses = []ContainerStatus{{Name: "c", State: ContainerState{Running: &ContainerStateRunning{}}}}
	p.Status.PodIPs = []PodIP{{IP: "10.0.0.1"}, {IP: "10.0.0.2"}, {IP: "x"}}
	expect(t, ValidatePodStatusUpdate(p, old),
		"status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
		`status.podIPs[2]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
		`status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"10.0.0.1"}, core.PodIP{IP:"10.0.0.2"}, core.PodIP{IP:"x"}}: may specify no more than one IP for each IP family`)
}

func TestValidateBinding(t *testing.T) {
	expect(t, ValidateBinding(&Binding{Target: ObjectReference{Kind: "Node", Name: "n"}}))
	expect(t, ValidateBinding(&Binding{Target: ObjectReference{Kind: "Pod"}}),
		`target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"`, "target.name: Required value")
}

func newController() *ReplicationController {
	c := &ReplicationController{ObjectMeta: objectMeta("rc"), Spec: ReplicationControllerSpec{Template: &PodTemplateSpec{
		ObjectMeta: meta.ObjectMeta{Labels: map[string]string{"name": "nginx"}}, Spec: newPod().Spec}}}
	SetReplicationControllerDefaults(c)
	return c
}

func TestValidateReplicationController(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(s *ReplicationControllerSpec)
		want   []string
	}{
		{"sound", func(s *ReplicationControllerSpec) {}, nil},
		{"negative replicas", func(s *ReplicationControllerSpec) { *s.Replicas = -1 }, []string{"spec.replicas: Invalid value: -1: must be greater than or equal to 0"}},
		{"no selector", func(s *ReplicationControllerSpec) { s.Selector = nil }, []string{"spec.selector: Required value"}},
		{"no template", func(s *ReplicationControllerSpec) { s.Template = nil }, []string{"spec.template: Required value"}},
		{"other labels", func(s *ReplicationControllerSpec) { s.Template.Labels = map[string]string{"name": "foo"} },
			[]string{"spec.template.metadata.labels: Invalid value: map[string]string{\"name\":\"foo\"}: `selector` does not match template `labels`"}},
		{"restart policy", func(s *ReplicationControllerSpec) { s.Template.Spec.RestartPolicy = RestartPolicyNever },
			[]string{`spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`}},
		{"same port names", func(s *ReplicationControllerSpec) {
			s.Template.Spec.Containers[0].Ports = []ContainerPort{{Name: "web", ContainerPort: 80, Protocol: "TCP"}, {Name: "web", ContainerPort: 81, Protocol: "TCP"}}
		}, []string{`spec.template.spec.containers[0].ports[1].name: Duplicate value: "web"`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newController()
			tc.change(&c.Spec)
			expect(t, ValidateReplicationController(c), tc.want...)
			expect(t, ValidateReplicationControllerUpdate(c, newController()), tc.want...)
		})
	}
	c := newController()
	c.Status = ReplicationControllerStatus{Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 2}
	expect(t, ValidateReplicationControllerStatusUpdate(c, newController()),
		"status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas",
		"status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas")
}

func newService() *Service {
	s := &Service{ObjectMeta: objectMeta("web"), Spec: ServiceSpec{Ports: []ServicePort{{Port: 80}}, Selector: map[string]string{"a": "b"}}}
	SetServiceDefaults(s)
	return s
}

func TestValidateService(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(s *Service)
		want   []string
	}{
		{"sound", func(s *Service) {}, nil},
		{"name", func(s *Service) { s.Name = "1web" }, []string{`metadata.name: Invalid value: "1web": ` + dns1035Rule}},
		{"no ports", func(s *Service) { s.Spec.Ports = nil }, []string{"spec.ports: Required value"}},
		{"headless without ports", func(s *Service) {
			s.Spec.Ports, s.Spec.ClusterIP, s.Spec.ClusterIPs = nil, "None", []string{"None"}
		}, nil},
		{"type", func(s *Service) { s.Spec.Type = "Magic" },
			[]string{`spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"`}},
		{"ports", func(s *Service) {
			s.Spec.Ports = []ServicePort{{Port: 0, Protocol: "TCP", TargetPort: meta.FromString("web")}, {Name: "a", Port: 80, Protocol: "X", TargetPort: meta.FromInt(80)}}
		}, []string{
			"spec.ports[0].name: Required value",
			"spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
			`spec.ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"`,
		}},
		{"same ports", func(s *Service) {
			p := ServicePort{Name: "a", Port: 80, Protocol: "TCP", TargetPort: meta.FromInt(80), NodePort: 30001}
			s.Spec.Type, s.Spec.ExternalTrafficPolicy, s.Spec.Ports = ServiceTypeNodePort, "Cluster", []ServicePort{p, p}
		}, []string{
			`spec.ports[1].name: Duplicate value: "a"`,
			"spec.ports[1].nodePort: Duplicate value: 30001",
			`spec.ports[1]: Duplicate value: core.ServicePort{Name:"a", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:80, StrVal:""}, NodePort:30001}`,
		}},
		{"node port of a cluster IP", func(s *Service) { s.Spec.Ports[0].NodePort = 30001 },
			[]string{"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"}},
		{"external name", func(s *Service) {
			s.Spec = ServiceSpec{Type: ServiceTypeExternalName, SessionAffinity: "None", ClusterIP: "10.0.0.1"}
		}, []string{"spec.clusterIPs: Forbidden: may not be set for ExternalName services", "spec.externalName: Required value"}},
		{"cluster IP", func(s *Service) { s.Spec.ClusterIP, s.Spec.ClusterIPs = "x", []string{"x"} },
			[]string{`spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`}},
		{"two cluster IPs", func(s *Service) {
			s.Spec.ClusterIP, s.Spec.ClusterIPs = "10.0.0.1", []string{"10.0.0.1", "10.0.0.2"}
		}, []string{`spec.clusterIPs: Invalid value: []string{"10.0.0.1", "10.0.0.2"}: may specify no more than one IP for each IP family`}},
		{"headless node port", func(s *Service) {
			s.Spec.Type, s.Spec.ExternalTrafficPolicy = ServiceTypeNodePort, "Cluster"
			s.Spec.ClusterIP, s.Spec.ClusterIPs = "None", []string{"None"}
		}, []string{`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`}},
		{"affinity", func(s *Service) { s.Spec.SessionAffinity = ServiceAffinityClientIP },
			[]string{"spec.sessionAffinityConfig: Required value: when session affinity type is ClientIP"}},
		{"external IP", func(s *Service) { s.Spec.ExternalIPs, s.Spec.ExternalTrafficPolicy = []string{"127.0.0.1"}, "Cluster" },
			[]string{`spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`}},
		{"source ranges", func(s *Service) { s.Spec.LoadBalancerSourceRanges = []string{"10.0.0.0"} }, []string{
			"spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
			`spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
		}},
		{"external policy", func(s *Service) { s.Spec.ExternalTrafficPolicy = "Local" },
			[]string{`spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newService()
			tc.change(s)
			expect(t, ValidateService(s), tc.want...)
		})
	}
}

func TestValidateServiceUpdate(t *testing.T) {
	withIP := func(ips ...string) *Service {
		s := newService()
		if len(ips) > 0 {
			s.Spec.ClusterIP, s.Spec.ClusterIPs = ips[0], ips
		}
		return s
	}
	expect(t, ValidateServiceUpdate(withIP("10.0.0.1"), withIP("10.0.0.1")))
	expect(t, ValidateServiceUpdate(withIP("10.0.0.2"), withIP("10.0.0.1")), `spec.clusterIPs[0]: Invalid value: []string{"10.0.0.2"}: may not change once set`)
	expect(t, ValidateServiceUpdate(withIP(), withIP("10.0.0.1")), "spec.clusterIPs[0]: Invalid value: []string{}: primary clusterIP can not be unset")
}

func TestValidateNode(t *testing.T) {
	n := &Node{ObjectMeta: meta.ObjectMeta{Name: "n"}, Spec: NodeSpec{
		PodCIDRs: []string{"10.0.0.0/24", "10.0.1.0"},
		Taints:   []Taint{{Key: "a", Effect: "NoSchedule"}, {Key: "a", Effect: "NoSchedule"}, {Key: "b", Effect: "Never"}},
	}}
	expect(t, ValidateNode(n),
		`metadata.taints[1]: Duplicate value: core.Taint{Key:"a", Value:"", Effect:"NoSchedule", TimeAdded:<nil>}: taints must be unique by key and effect pair`,
		`metadata.taints[2].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
		`spec.podCIDRs[1]: Invalid value: "10.0.1.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
		`spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[1]: <nil> (invalid CIDR address: 10.0.1.0)`,
		`spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0"}: may specify no more than one CIDR for each IP family`)
	old := &Node{ObjectMeta: objectMeta("n"), Spec: NodeSpec{PodCIDRs: []string{"10.0.0.0/24"}, ProviderID: "a"}}
	changed := &Node{ObjectMeta: objectMeta("n"), Spec: NodeSpec{PodCIDRs: []string{"10.0.1.0/24"}, ProviderID: "b"}}
	expect(t, ValidateNodeUpdate(changed, old),
		`spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid`,
		`spec.providerID: Forbidden: node updates may not change providerID except from "" to valid`)
}

func TestValidateNamespace(t *testing.T) {
	expect(t, ValidateNamespace(&Namespace{ObjectMeta: meta.ObjectMeta{Name: "a.b"}}), `metadata.name: Invalid value: "a.b": must not contain dots`)
	n := &Namespace{ObjectMeta: meta.ObjectMeta{Name: "a", Namespace: "b"}, Spec: NamespaceSpec{Finalizers: []FinalizerName{"kubernetes", "mine"}}}
	expect(t, ValidateNamespace(n), "metadata.namespace: Forbidden: not allowed on this type",
		`spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified`)
}

func TestValidateSecret(t *testing.T) {
	s := func(typ SecretType, data map[string][]byte) *Secret {
		return &Secret{ObjectMeta: objectMeta("s"), Type: typ, Data: data}
	}
	expect(t, ValidateSecret(s("Opaque", map[string][]byte{"ok": nil})))
	expect(t, ValidateSecret(s("Opaque", map[string][]byte{"..": nil})), `data[..]: Invalid value: "..": must not be '..'`)
	expect(t, ValidateSecret(s("Opaque", map[string][]byte{"a": make([]byte, 1<<20+1)})), "data: Too long: may not be more than 1048576 bytes")
	expect(t, ValidateSecret(s(SecretTypeTLS, nil)), "data[tls.crt]: Required value", "data[tls.key]: Required value")
	expect(t, ValidateSecret(s(SecretTypeDockerConfigJson, map[string][]byte{".dockerconfigjson": []byte("hunter2")})),
		`data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'h' looking for beginning of value`)
	yes := true
	old, changed := s("Opaque", map[string][]byte{"a": []byte("1")}), s("Mine", map[string][]byte{"a": []byte("2")})
	old.Immutable = &yes
	expect(t, ValidateSecretUpdate(changed, old), `type: Invalid value: "Mine": field is immutable`,
		"immutable: Forbidden: field is immutable when `immutable` is set", "data: Forbidden: field is immutable when `immutable` is set")
}

func TestValidateConfigMap(t *testing.T) {
	c := &ConfigMap{ObjectMeta: objectMeta("c"), Data: map[string]string{"a": "1", "b c": "2"}, BinaryData: map[string][]byte{"a": nil}}
	expect(t, ValidateConfigMap(c), `data[a]: Invalid value: "a": duplicate of key present in binaryData`,
		`data[b c]: Invalid value: "b c": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`)
}

func TestValidateEndpoints(t *testing.T) {
	e := &Endpoints{ObjectMeta: objectMeta("e"), Subsets: []EndpointSubset{{}, {Addresses: []EndpointAddress{{IP: "169.254.1.1"}}, Ports: []EndpointPort{{Port: 1, Protocol: "TCP"}, {Name: "a", Port: 2}}}}}
	expect(t, ValidateEndpoints(e),
		"subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
		`subsets[1].addresses[0].ip: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)`,
		"subsets[1].ports[0].name: Required value",
		"subsets[1].ports[1].protocol: Required value")
}

func TestValidateEvent(t *testing.T) {
	e := &Event{ObjectMeta: objectMeta("e"), InvolvedObject: ObjectReference{Namespace: "other"}}
	expect(t, ValidateEvent(e), `involvedObject.namespace: Invalid value: "other": does not match event.namespace`)
	e.InvolvedObject.Namespace = "default"
	expect(t, ValidateEvent(e))
	e.EventTime = meta.NowMicro()
	e.ReportingController, e.ReportingInstance, e.Action = "kubelet", "n1", "Pulling"
	expect(t, ValidateEvent(e), "reason: Required value")
}

func TestValidateLimitRange(t *testing.T) {
	q := quantity.MustParse
	l := &LimitRange{ObjectMeta: objectMeta("l"), Spec: LimitRangeSpec{Limits: []LimitRangeItem{
		{Type: "Container", Min: ResourceList{"cpu": q("2")}, Max: ResourceList{"cpu": q("1")}},
		{Type: "Pod", Default: ResourceList{"cpu": q("1")}},
		{Type: "Pod"},
		{Type: "PersistentVolumeClaim"},
	}}}
	expect(t, ValidateLimitRange(l),
		`spec.limits[0].min[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:2, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"2", Format:"DecimalSI"}: min value 2 is greater than max value 1`,
		"spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'",
		`spec.limits[2].type: Duplicate value: "Pod"`,
		"spec.limits[3].limits: Required value: either minimum or maximum storage value is required, but neither was provided")
}

func TestValidateResourceQuota(t *testing.T) {
	q := &ResourceQuota{ObjectMeta: objectMeta("q"), Spec: ResourceQuotaSpec{
		Hard:   ResourceList{"pods": quantity.MustParse("1.5"), "requests.cpu": quantity.MustParse("1"), "apples": quantity.MustParse("1")},
		Scopes: []ResourceQuotaScope{ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort},
	}}
	expect(t, ValidateResourceQuota(q),
		`spec.hard[apples]: Invalid value: apples: must be a standard resource type or fully qualified`,
		`spec.hard[apples]: Invalid value: apples: must be a standard resource for quota`,
		`spec.hard[pods]: Invalid value: resource.Quantity{i:resource.int64Amount{value:1500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1500m", Format:"DecimalSI"}: must be an integer`,
		`spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}: unsupported scope applied to resource`,
		`spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}: conflicting scopes`)
}

func TestValidatePersistentVolumeClaim(t *testing.T) {
	claim := func(size string) *PersistentVolumeClaim {
		c := &PersistentVolumeClaim{ObjectMeta: objectMeta("c"), Spec: PersistentVolumeClaimSpec{AccessModes: []PersistentVolumeAccessMode{ReadWriteOnce},
			Resources: VolumeResourceRequirements{Requests: ResourceList{"storage": quantity.MustParse(size)}}}}
		SetPersistentVolumeClaimDefaults(c)
		return c
	}
	expect(t, ValidatePersistentVolumeClaim(claim("1Gi")))
	expect(t, ValidatePersistentVolumeClaim(claim("0")), `spec.resources[storage]: Invalid value: "0": must be greater than zero`)
	expect(t, ValidatePersistentVolumeClaim(&PersistentVolumeClaim{ObjectMeta: objectMeta("c")}),
		"spec.accessModes: Required value: at least 1 access mode is required", "spec.resources[storage]: Required value")
	grown, old := claim("2Gi"), claim("1Gi")
	expect(t, ValidatePersistentVolumeClaimUpdate(grown, old),
		"spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"+
			"\n  spec.resources:\n-   {\"requests\":{\"storage\":\"1Gi\"}}\n+   {\"requests\":{\"storage\":\"2Gi\"}}")
	grown.Status.Phase, old.Status.Phase = ClaimBound, ClaimBound
	expect(t, ValidatePersistentVolumeClaimUpdate(grown, old))
}

func TestValidatePersistentVolume(t *testing.T) {
	v := &PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: "v"}, Spec: PersistentVolumeSpec{AccessModes: []PersistentVolumeAccessMode{"All"}}}
	expect(t, ValidatePersistentVolume(v),
		`spec.accessModes: Unsupported value: "All": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"`,
		"spec.capacity: Required value",
		`spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage"`,
		"spec: Required value: must specify a volume type")
}
