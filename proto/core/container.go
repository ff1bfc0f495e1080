package core

// PullPolicy says when an image is fetched: Always, IfNotPresent, or Never.
//
// +enum
type PullPolicy string

// The values of PullPolicy.
const (
	PullAlways       PullPolicy = "Always"
	PullNever        PullPolicy = "Never"
	PullIfNotPresent PullPolicy = "IfNotPresent"
)

// Container is one program of a pod, run from an image. The containers of a
// pod share its network and can share volumes.
type Container struct {
	// The name, a DNS label, unique in the pod. It cannot be changed.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The image to run, such as nginx:1.22 or
	// registry.example.com/team/app@sha256:... It may be left out in a
	// template that another program completes.
	Image string `json:"image,omitempty" protobuf:"2"`
	// The program and its first arguments, instead of the image's entry
	// point; no shell takes part. $(NAME) is replaced by the environment
	// variable NAME, and $$(NAME) stands for itself.
	Command []string `json:"command,omitempty" protobuf:"3" listType:"atomic"`
	// The arguments, instead of the image's own; variables are replaced as in
	// command.
	Args []string `json:"args,omitempty" protobuf:"4" listType:"atomic"`
	// The directory the program starts in, instead of the image's own.
	WorkingDir string `json:"workingDir,omitempty" protobuf:"5"`
	// The ports that the container serves. Listing them informs; a port that
	// is not listed can be reached all the same.
	Ports []ContainerPort `json:"ports,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"containerPort" listType:"map" listMapKey:"containerPort,protocol"`
	// ConfigMaps and Secrets whose every key becomes an environment variable.
	// Where names repeat, later sources win, and env wins over all.
	EnvFrom []EnvFromSource `json:"envFrom,omitempty" protobuf:"19" listType:"atomic"`
	// Environment variables, in the order in which they may refer to each
	// other.
	Env []EnvVar `json:"env,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// How much of the node's resources the container needs and may use.
	Resources ResourceRequirements `json:"resources,omitempty" protobuf:"8"`
	// What happens to the container when its resources are changed while it
	// runs.
	ResizePolicy []ContainerResizePolicy `json:"resizePolicy,omitempty" protobuf:"23" listType:"atomic"`
	// Whether the container is restarted when it ends, when that differs from
	// the pod. Always on an init container makes it a sidecar: it starts in
	// its turn and runs as long as the pod.
	RestartPolicy *ContainerRestartPolicy `json:"restartPolicy,omitempty" protobuf:"24"`
	// Exceptions from restartPolicy by exit code; the first that fits
	// decides.
	RestartPolicyRules []ContainerRestartRule `json:"restartPolicyRules,omitempty" protobuf:"25" listType:"atomic"`
	// Where the pod's volumes appear in the container's file system.
	VolumeMounts []VolumeMount `json:"volumeMounts,omitempty" protobuf:"9" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	// Where the pod's raw block volumes appear as devices.
	VolumeDevices []VolumeDevice `json:"volumeDevices,omitempty" protobuf:"21" patchStrategy:"merge" patchMergeKey:"devicePath" listType:"map" listMapKey:"devicePath"`
	// Checks whether the container still works; when it fails, the container
	// is restarted.
	LivenessProbe *Probe `json:"livenessProbe,omitempty" protobuf:"10"`
	// Checks whether the container can serve; when it fails, the pod gets no
	// traffic from services.
	ReadinessProbe *Probe `json:"readinessProbe,omitempty" protobuf:"11"`
	// Checks whether the container has started; the other probes wait for it.
	// When it fails, the container is restarted.
	StartupProbe *Probe `json:"startupProbe,omitempty" protobuf:"22"`
	// What to do right after the start and right before the end.
	Lifecycle *Lifecycle `json:"lifecycle,omitempty" protobuf:"12"`
	// The file from which the container's last words are read into its
	// status. Default: /dev/termination-log.
	TerminationMessagePath string `json:"terminationMessagePath,omitempty" protobuf:"13"`
	// Where the last words come from: File (the default), or
	// FallbackToLogsOnError to take the end of the log when the file is empty
	// and the container failed.
	TerminationMessagePolicy TerminationMessagePolicy `json:"terminationMessagePolicy,omitempty" protobuf:"20"`
	// When the image is fetched: Always, IfNotPresent or Never. Default:
	// Always for the tag latest or no tag, else IfNotPresent.
	ImagePullPolicy PullPolicy `json:"imagePullPolicy,omitempty" protobuf:"14"`
	// Which rights the container has on the node. It wins over the pod's.
	SecurityContext *SecurityContext `json:"securityContext,omitempty" protobuf:"15"`
	// Whether standard input is kept open for someone to attach to.
	Stdin bool `json:"stdin,omitempty" protobuf:"16"`
	// Whether standard input ends for good when the first client that
	// attached goes.
	StdinOnce bool `json:"stdinOnce,omitempty" protobuf:"17"`
	// Whether the container gets a terminal. Needs stdin.
	TTY bool `json:"tty,omitempty" protobuf:"18"`
}

// ContainerPort is a port that a container serves.
type ContainerPort struct {
	// A name that services and probes can use: at most 15 lower case letters,
	// digits and hyphens, unique in the pod.
	Name string `json:"name,omitempty" protobuf:"1"`
	// The same port of the node, to reach the container by. Two pods that
	// want one cannot share a node.
	HostPort int32 `json:"hostPort,omitempty" protobuf:"2"`
	// The number, 1 to 65535.
	ContainerPort int32 `json:"containerPort" protobuf:"3" required:"true"`
	// TCP (the default), UDP or SCTP.
	Protocol Protocol `json:"protocol,omitempty" protobuf:"4"`
	// The address of the node that hostPort is bound to; all, if unset.
	HostIP string `json:"hostIP,omitempty" protobuf:"5"`
}

// Protocol is a transport protocol.
//
// +enum
type Protocol string

// The values of Protocol.
const (
	ProtocolTCP  Protocol = "TCP"
	ProtocolUDP  Protocol = "UDP"
	ProtocolSCTP Protocol = "SCTP"
)

// EnvFromSource is a ConfigMap or a Secret whose keys become environment
// variables.
type EnvFromSource struct {
	// What is put before each key.
	Prefix string `json:"prefix,omitempty" protobuf:"1"`
	// The ConfigMap to take.
	ConfigMapRef *ConfigMapEnvSource `json:"configMapRef,omitempty" protobuf:"2"`
	// The Secret to take.
	SecretRef *SecretEnvSource `json:"secretRef,omitempty" protobuf:"3"`
}

// ConfigMapEnvSource names a ConfigMap.
type ConfigMapEnvSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// Whether it may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"2"`
}

// SecretEnvSource names a Secret.
type SecretEnvSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// Whether it may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"2"`
}

// EnvVar is one environment variable.
type EnvVar struct {
	// The name: printable ASCII without '='.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The value. $(NAME) is replaced by a variable defined before, and
	// $$(NAME) stands for itself.
	Value string `json:"value,omitempty" protobuf:"2"`
	// Where the value comes from. Not together with value.
	ValueFrom *EnvVarSource `json:"valueFrom,omitempty" protobuf:"3"`
}

// EnvVarSource is where the value of a variable comes from. Exactly one is
// set.
type EnvVarSource struct {
	// A field of the pod: metadata.name, metadata.namespace, metadata.uid,
	// metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName,
	// spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP or
	// status.podIPs.
	FieldRef *ObjectFieldSelector `json:"fieldRef,omitempty" protobuf:"1"`
	// A limit or request of a container: limits.cpu, limits.memory,
	// limits.ephemeral-storage, requests.cpu, requests.memory or
	// requests.ephemeral-storage.
	ResourceFieldRef *ResourceFieldSelector `json:"resourceFieldRef,omitempty" protobuf:"2"`
	// A key of a ConfigMap.
	ConfigMapKeyRef *ConfigMapKeySelector `json:"configMapKeyRef,omitempty" protobuf:"3"`
	// A key of a Secret.
	SecretKeyRef *SecretKeySelector `json:"secretKeyRef,omitempty" protobuf:"4"`
	// A variable in a file of an emptyDir volume.
	FileKeyRef *FileKeySelector `json:"fileKeyRef,omitempty" protobuf:"5"`
}

// ConfigMapKeySelector names one key of a ConfigMap in the pod's namespace.
//
// +mapType=atomic
type ConfigMapKeySelector struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// The key.
	Key string `json:"key" protobuf:"2" required:"true"`
	// Whether map and key may be missing; the variable is then not set.
	Optional *bool `json:"optional,omitempty" protobuf:"3"`
}

// SecretKeySelector names one key of a Secret in the pod's namespace.
//
// +mapType=atomic
type SecretKeySelector struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// The key.
	Key string `json:"key" protobuf:"2" required:"true"`
	// Whether secret and key may be missing; the variable is then not set.
	Optional *bool `json:"optional,omitempty" protobuf:"3"`
}

// FileKeySelector names one variable in a file of lines NAME=VALUE.
//
// +mapType=atomic
type FileKeySelector struct {
	// The volume that holds the file.
	VolumeName string `json:"volumeName" protobuf:"1" required:"true"`
	// The file's path in the volume; relative, without '..'.
	Path string `json:"path" protobuf:"2" required:"true"`
	// The variable's name.
	Key string `json:"key" protobuf:"3" required:"true"`
	// Whether file and variable may be missing; the variable is then not set.
	Optional *bool `json:"optional,omitempty" protobuf:"4"`
}

// ContainerResizePolicy says whether a resource can change while a container
// runs.
type ContainerResizePolicy struct {
	// The resource: cpu or memory.
	ResourceName ResourceName `json:"resourceName" protobuf:"1" required:"true"`
	// NotRequired, or RestartContainer.
	RestartPolicy ResourceResizeRestartPolicy `json:"restartPolicy" protobuf:"2" required:"true"`
}

// ResourceResizeRestartPolicy says whether a container must be restarted to
// take a new amount.
type ResourceResizeRestartPolicy string

// The values of ResourceResizeRestartPolicy.
const (
	NotRequired      ResourceResizeRestartPolicy = "NotRequired"
	RestartContainer ResourceResizeRestartPolicy = "RestartContainer"
)

// ContainerRestartPolicy says when a container is restarted: Always, Never,
// or OnFailure.
type ContainerRestartPolicy string

// The values of ContainerRestartPolicy.
const (
	ContainerRestartPolicyAlways    ContainerRestartPolicy = "Always"
	ContainerRestartPolicyNever     ContainerRestartPolicy = "Never"
	ContainerRestartPolicyOnFailure ContainerRestartPolicy = "OnFailure"
)

// ContainerRestartRule is an exception from a container's restart policy.
type ContainerRestartRule struct {
	// What to do when the rule fits: Restart, or RestartAllContainers.
	Action ContainerRestartRuleAction `json:"action,omitempty" protobuf:"1" required:"true"`
	// The exit codes that the rule is for.
	ExitCodes *ContainerRestartRuleOnExitCodes `json:"exitCodes,omitempty" protobuf:"2"`
}

// ContainerRestartRuleAction is what a restart rule does.
type ContainerRestartRuleAction string

// The values of ContainerRestartRuleAction.
const (
	ContainerRestartRuleActionRestart              ContainerRestartRuleAction = "Restart"
	ContainerRestartRuleActionRestartAllContainers ContainerRestartRuleAction = "RestartAllContainers"
)

// ContainerRestartRuleOnExitCodes tells exit codes from others.
type ContainerRestartRuleOnExitCodes struct {
	// In fits the values, NotIn all others.
	Operator ContainerRestartRuleOnExitCodesOperator `json:"operator,omitempty" protobuf:"1" required:"true"`
	// The exit codes, at most 255 of them.
	Values []int32 `json:"values,omitempty" protobuf:"2" listType:"set"`
}

// ContainerRestartRuleOnExitCodesOperator compares an exit code with a set.
type ContainerRestartRuleOnExitCodesOperator string

// The values of ContainerRestartRuleOnExitCodesOperator.
const (
	ContainerRestartRuleOnExitCodesOpIn    ContainerRestartRuleOnExitCodesOperator = "In"
	ContainerRestartRuleOnExitCodesOpNotIn ContainerRestartRuleOnExitCodesOperator = "NotIn"
)

// VolumeMount puts a volume of the pod into a container's file system.
type VolumeMount struct {
	// The volume's name.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Whether the container can only read it.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"2"`
	// Whether mounts below it are read-only too: Disabled (the default),
	// IfPossible or Enabled.
	RecursiveReadOnly *RecursiveReadOnlyMode `json:"recursiveReadOnly,omitempty" protobuf:"7"`
	// Where it appears in the container. Unique in the container.
	MountPath string `json:"mountPath" protobuf:"3" required:"true"`
	// The directory or file of the volume to mount, instead of its root.
	SubPath string `json:"subPath,omitempty" protobuf:"4"`
	// Whether mounts made below it on one side appear on the other: None (the
	// default), HostToContainer or Bidirectional (privileged containers
	// only).
	MountPropagation *MountPropagationMode `json:"mountPropagation,omitempty" protobuf:"5"`
	// As subPath, with $(NAME) replaced by environment variables. Not
	// together with subPath.
	SubPathExpr string `json:"subPathExpr,omitempty" protobuf:"6"`
}

// RecursiveReadOnlyMode says whether read-only goes for mounts below a mount.
type RecursiveReadOnlyMode string

// The values of RecursiveReadOnlyMode.
const (
	RecursiveReadOnlyDisabled   RecursiveReadOnlyMode = "Disabled"
	RecursiveReadOnlyIfPossible RecursiveReadOnlyMode = "IfPossible"
	RecursiveReadOnlyEnabled    RecursiveReadOnlyMode = "Enabled"
)

// MountPropagationMode says which way new mounts travel between node and
// container.
//
// +enum
type MountPropagationMode string

// The values of MountPropagationMode.
const (
	MountPropagationNone            MountPropagationMode = "None"
	MountPropagationHostToContainer MountPropagationMode = "HostToContainer"
	MountPropagationBidirectional   MountPropagationMode = "Bidirectional"
)

// VolumeDevice puts a raw block volume into a container as a device.
type VolumeDevice struct {
	// The name of a volume made of a claim.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The path of the device in the container.
	DevicePath string `json:"devicePath" protobuf:"2" required:"true"`
}

// TerminationMessagePolicy says where a container's last words come from.
//
// +enum
type TerminationMessagePolicy string

// The values of TerminationMessagePolicy.
const (
	TerminationMessageReadFile              TerminationMessagePolicy = "File"
	TerminationMessageFallbackToLogsOnError TerminationMessagePolicy = "FallbackToLogsOnError"
)

// EphemeralContainer is a container that is added to a running pod to look
// into it. It is never restarted and nothing is promised to it.
type EphemeralContainer struct {
	EphemeralContainerCommon `json:",inline" protobuf:"1"`
	// The container whose processes it can see. Unset, it sees its own.
	TargetContainerName string `json:"targetContainerName,omitempty" protobuf:"2"`
}

// EphemeralContainerCommon is what an ephemeral container shares with others.
// Ports, probes, lifecycle and resources cannot be set.
type EphemeralContainerCommon struct {
	// The name, a DNS label, unique in the pod. It cannot be changed.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The image to run, such as nginx:1.22 or
	// registry.example.com/team/app@sha256:... It may be left out in a
	// template that another program completes.
	Image string `json:"image,omitempty" protobuf:"2"`
	// The program and its first arguments, instead of the image's entry
	// point; no shell takes part. $(NAME) is replaced by the environment
	// variable NAME, and $$(NAME) stands for itself.
	Command []string `json:"command,omitempty" protobuf:"3" listType:"atomic"`
	// The arguments, instead of the image's own; variables are replaced as in
	// command.
	Args []string `json:"args,omitempty" protobuf:"4" listType:"atomic"`
	// The directory the program starts in, instead of the image's own.
	WorkingDir string `json:"workingDir,omitempty" protobuf:"5"`
	// The ports that the container serves. Listing them informs; a port that
	// is not listed can be reached all the same.
	Ports []ContainerPort `json:"ports,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"containerPort" listType:"map" listMapKey:"containerPort,protocol"`
	// ConfigMaps and Secrets whose every key becomes an environment variable.
	// Where names repeat, later sources win, and env wins over all.
	EnvFrom []EnvFromSource `json:"envFrom,omitempty" protobuf:"19" listType:"atomic"`
	// Environment variables, in the order in which they may refer to each
	// other.
	Env []EnvVar `json:"env,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// How much of the node's resources the container needs and may use.
	Resources ResourceRequirements `json:"resources,omitempty" protobuf:"8"`
	// What happens to the container when its resources are changed while it
	// runs.
	ResizePolicy []ContainerResizePolicy `json:"resizePolicy,omitempty" protobuf:"23" listType:"atomic"`
	// Whether the container is restarted when it ends, when that differs from
	// the pod. Always on an init container makes it a sidecar: it starts in
	// its turn and runs as long as the pod.
	RestartPolicy *ContainerRestartPolicy `json:"restartPolicy,omitempty" protobuf:"24"`
	// Exceptions from restartPolicy by exit code; the first that fits
	// decides.
	RestartPolicyRules []ContainerRestartRule `json:"restartPolicyRules,omitempty" protobuf:"25" listType:"atomic"`
	// Where the pod's volumes appear in the container's file system.
	VolumeMounts []VolumeMount `json:"volumeMounts,omitempty" protobuf:"9" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	// Where the pod's raw block volumes appear as devices.
	VolumeDevices []VolumeDevice `json:"volumeDevices,omitempty" protobuf:"21" patchStrategy:"merge" patchMergeKey:"devicePath" listType:"map" listMapKey:"devicePath"`
	// Checks whether the container still works; when it fails, the container
	// is restarted.
	LivenessProbe *Probe `json:"livenessProbe,omitempty" protobuf:"10"`
	// Checks whether the container can serve; when it fails, the pod gets no
	// traffic from services.
	ReadinessProbe *Probe `json:"readinessProbe,omitempty" protobuf:"11"`
	// Checks whether the container has started; the other probes wait for it.
	// When it fails, the container is restarted.
	StartupProbe *Probe `json:"startupProbe,omitempty" protobuf:"22"`
	// What to do right after the start and right before the end.
	Lifecycle *Lifecycle `json:"lifecycle,omitempty" protobuf:"12"`
	// The file from which the container's last words are read into its
	// status. Default: /dev/termination-log.
	TerminationMessagePath string `json:"terminationMessagePath,omitempty" protobuf:"13"`
	// Where the last words come from: File (the default), or
	// FallbackToLogsOnError to take the end of the log when the file is empty
	// and the container failed.
	TerminationMessagePolicy TerminationMessagePolicy `json:"terminationMessagePolicy,omitempty" protobuf:"20"`
	// When the image is fetched: Always, IfNotPresent or Never. Default:
	// Always for the tag latest or no tag, else IfNotPresent.
	ImagePullPolicy PullPolicy `json:"imagePullPolicy,omitempty" protobuf:"14"`
	// Which rights the container has on the node. It wins over the pod's.
	SecurityContext *SecurityContext `json:"securityContext,omitempty" protobuf:"15"`
	// Whether standard input is kept open for someone to attach to.
	Stdin bool `json:"stdin,omitempty" protobuf:"16"`
	// Whether standard input ends for good when the first client that
	// attached goes.
	StdinOnce bool `json:"stdinOnce,omitempty" protobuf:"17"`
	// Whether the container gets a terminal. Needs stdin.
	TTY bool `json:"tty,omitempty" protobuf:"18"`
}
