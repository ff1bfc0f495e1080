package core

type PullPolicy string

const (
	PullAlways       PullPolicy = "Always"
	PullNever        PullPolicy = "Never"
	PullIfNotPresent PullPolicy = "IfNotPresent"
)

type Container struct {
	Name                     string                   `json:"name" protobuf:"1" required:"true"`
	Image                    string                   `json:"image,omitempty" protobuf:"2"`
	Command                  []string                 `json:"command,omitempty" protobuf:"3" listType:"atomic"`
	Args                     []string                 `json:"args,omitempty" protobuf:"4" listType:"atomic"`
	WorkingDir               string                   `json:"workingDir,omitempty" protobuf:"5"`
	Ports                    []ContainerPort          `json:"ports,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"containerPort" listType:"map" listMapKey:"containerPort,protocol"`
	EnvFrom                  []EnvFromSource          `json:"envFrom,omitempty" protobuf:"19" listType:"atomic"`
	Env                      []EnvVar                 `json:"env,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Resources                ResourceRequirements     `json:"resources,omitempty" protobuf:"8"`
	ResizePolicy             []ContainerResizePolicy  `json:"resizePolicy,omitempty" protobuf:"23" listType:"atomic"`
	RestartPolicy            *ContainerRestartPolicy  `json:"restartPolicy,omitempty" protobuf:"24"`
	RestartPolicyRules       []ContainerRestartRule   `json:"restartPolicyRules,omitempty" protobuf:"25" listType:"atomic"`
	VolumeMounts             []VolumeMount            `json:"volumeMounts,omitempty" protobuf:"9" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	VolumeDevices            []VolumeDevice           `json:"volumeDevices,omitempty" protobuf:"21" patchStrategy:"merge" patchMergeKey:"devicePath" listType:"map" listMapKey:"devicePath"`
	LivenessProbe            *Probe                   `json:"livenessProbe,omitempty" protobuf:"10"`
	ReadinessProbe           *Probe                   `json:"readinessProbe,omitempty" protobuf:"11"`
	StartupProbe             *Probe                   `json:"startupProbe,omitempty" protobuf:"22"`
	Lifecycle                *Lifecycle               `json:"lifecycle,omitempty" protobuf:"12"`
	TerminationMessagePath   string                   `json:"terminationMessagePath,omitempty" protobuf:"13"`
	TerminationMessagePolicy TerminationMessagePolicy `json:"terminationMessagePolicy,omitempty" protobuf:"20"`
	ImagePullPolicy          PullPolicy               `json:"imagePullPolicy,omitempty" protobuf:"14"`
	SecurityContext          *SecurityContext         `json:"securityContext,omitempty" protobuf:"15"`
	Stdin                    bool                     `json:"stdin,omitempty" protobuf:"16"`
	StdinOnce                bool                     `json:"stdinOnce,omitempty" protobuf:"17"`
	TTY                      bool                     `json:"tty,omitempty" protobuf:"18"`
}

type ContainerPort struct {
	Name          string   `json:"name,omitempty" protobuf:"1"`
	HostPort      int32    `json:"hostPort,omitempty" protobuf:"2"`
	ContainerPort int32    `json:"containerPort" protobuf:"3" required:"true"`
	Protocol      Protocol `json:"protocol,omitempty" protobuf:"4"`
	HostIP        string   `json:"hostIP,omitempty" protobuf:"5"`
}

type Protocol string

const (
	ProtocolTCP  Protocol = "TCP"
	ProtocolUDP  Protocol = "UDP"
	ProtocolSCTP Protocol = "SCTP"
)

type EnvFromSource struct {
	Prefix       string              `json:"prefix,omitempty" protobuf:"1"`
	ConfigMapRef *ConfigMapEnvSource `json:"configMapRef,omitempty" protobuf:"2"`
	SecretRef    *SecretEnvSource    `json:"secretRef,omitempty" protobuf:"3"`
}

type ConfigMapEnvSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Optional             *bool `json:"optional,omitempty" protobuf:"2"`
}

type SecretEnvSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Optional             *bool `json:"optional,omitempty" protobuf:"2"`
}

type EnvVar struct {
	Name      string        `json:"name" protobuf:"1" required:"true"`
	Value     string        `json:"value,omitempty" protobuf:"2"`
	ValueFrom *EnvVarSource `json:"valueFrom,omitempty" protobuf:"3"`
}

type EnvVarSource struct {
	FieldRef         *ObjectFieldSelector   `json:"fieldRef,omitempty" protobuf:"1"`
	ResourceFieldRef *ResourceFieldSelector `json:"resourceFieldRef,omitempty" protobuf:"2"`
	ConfigMapKeyRef  *ConfigMapKeySelector  `json:"configMapKeyRef,omitempty" protobuf:"3"`
	SecretKeyRef     *SecretKeySelector     `json:"secretKeyRef,omitempty" protobuf:"4"`
	FileKeyRef       *FileKeySelector       `json:"fileKeyRef,omitempty" protobuf:"5"`
}

// +mapType=atomic
type ConfigMapKeySelector struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Key                  string `json:"key" protobuf:"2" required:"true"`
	Optional             *bool  `json:"optional,omitempty" protobuf:"3"`
}

// +mapType=atomic
type SecretKeySelector struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Key                  string `json:"key" protobuf:"2" required:"true"`
	Optional             *bool  `json:"optional,omitempty" protobuf:"3"`
}

// +mapType=atomic
type FileKeySelector struct {
	VolumeName string `json:"volumeName" protobuf:"1" required:"true"`
	Path       string `json:"path" protobuf:"2" required:"true"`
	Key        string `json:"key" protobuf:"3" required:"true"`
	Optional   *bool  `json:"optional,omitempty" protobuf:"4"`
}

type ContainerResizePolicy struct {
	ResourceName  ResourceName                `json:"resourceName" protobuf:"1" required:"true"`
	RestartPolicy ResourceResizeRestartPolicy `json:"restartPolicy" protobuf:"2" required:"true"`
}

type ResourceResizeRestartPolicy string

const (
	NotRequired      ResourceResizeRestartPolicy = "NotRequired"
	RestartContainer ResourceResizeRestartPolicy = "RestartContainer"
)

type ContainerRestartPolicy string

const (
	ContainerRestartPolicyAlways    ContainerRestartPolicy = "Always"
	ContainerRestartPolicyNever     ContainerRestartPolicy = "Never"
	ContainerRestartPolicyOnFailure ContainerRestartPolicy = "OnFailure"
)

type ContainerRestartRule struct {
	Action    ContainerRestartRuleAction       `json:"action,omitempty" protobuf:"1" required:"true"`
	ExitCodes *ContainerRestartRuleOnExitCodes `json:"exitCodes,omitempty" protobuf:"2"`
}

type ContainerRestartRuleAction string

const (
	ContainerRestartRuleActionRestart              ContainerRestartRuleAction = "Restart"
	ContainerRestartRuleActionRestartAllContainers ContainerRestartRuleAction = "RestartAllContainers"
)

type ContainerRestartRuleOnExitCodes struct {
	Operator ContainerRestartRuleOnExitCodesOperator `json:"operator,omitempty" protobuf:"1" required:"true"`
	Values   []int32                                 `json:"values,omitempty" protobuf:"2" listType:"set"`
}

type ContainerRestartRuleOnExitCodesOperator string

const (
	ContainerRestartRuleOnExitCodesOpIn    ContainerRestartRuleOnExitCodesOperator = "In"
	ContainerRestartRuleOnExitCodesOpNotIn ContainerRestartRuleOnExitCodesOperator = "NotIn"
)

type VolumeMount struct {
	Name              string                 `json:"name" protobuf:"1" required:"true"`
	ReadOnly          bool                   `json:"readOnly,omitempty" protobuf:"2"`
	RecursiveReadOnly *RecursiveReadOnlyMode `json:"recursiveReadOnly,omitempty" protobuf:"7"`
	MountPath         string                 `json:"mountPath" protobuf:"3" required:"true"`
	SubPath           string                 `json:"subPath,omitempty" protobuf:"4"`
	MountPropagation  *MountPropagationMode  `json:"mountPropagation,omitempty" protobuf:"5"`
	SubPathExpr       string                 `json:"subPathExpr,omitempty" protobuf:"6"`
}

type RecursiveReadOnlyMode string

const (
	RecursiveReadOnlyDisabled   RecursiveReadOnlyMode = "Disabled"
	RecursiveReadOnlyIfPossible RecursiveReadOnlyMode = "IfPossible"
	RecursiveReadOnlyEnabled    RecursiveReadOnlyMode = "Enabled"
)

type MountPropagationMode string

const (
	MountPropagationNone            MountPropagationMode = "None"
	MountPropagationHostToContainer MountPropagationMode = "HostToContainer"
	MountPropagationBidirectional   MountPropagationMode = "Bidirectional"
)

type VolumeDevice struct {
	Name       string `json:"name" protobuf:"1" required:"true"`
	DevicePath string `json:"devicePath" protobuf:"2" required:"true"`
}

type TerminationMessagePolicy string

const (
	TerminationMessageReadFile              TerminationMessagePolicy = "File"
	TerminationMessageFallbackToLogsOnError TerminationMessagePolicy = "FallbackToLogsOnError"
)

type EphemeralContainer struct {
	EphemeralContainerCommon `json:",inline" protobuf:"1"`
	TargetContainerName      string `json:"targetContainerName,omitempty" protobuf:"2"`
}

type EphemeralContainerCommon struct {
	Name                     string                   `json:"name" protobuf:"1" required:"true"`
	Image                    string                   `json:"image,omitempty" protobuf:"2"`
	Command                  []string                 `json:"command,omitempty" protobuf:"3" listType:"atomic"`
	Args                     []string                 `json:"args,omitempty" protobuf:"4" listType:"atomic"`
	WorkingDir               string                   `json:"workingDir,omitempty" protobuf:"5"`
	Ports                    []ContainerPort          `json:"ports,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"containerPort" listType:"map" listMapKey:"containerPort,protocol"`
	EnvFrom                  []EnvFromSource          `json:"envFrom,omitempty" protobuf:"19" listType:"atomic"`
	Env                      []EnvVar                 `json:"env,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Resources                ResourceRequirements     `json:"resources,omitempty" protobuf:"8"`
	ResizePolicy             []ContainerResizePolicy  `json:"resizePolicy,omitempty" protobuf:"23" listType:"atomic"`
	RestartPolicy            *ContainerRestartPolicy  `json:"restartPolicy,omitempty" protobuf:"24"`
	RestartPolicyRules       []ContainerRestartRule   `json:"restartPolicyRules,omitempty" protobuf:"25" listType:"atomic"`
	VolumeMounts             []VolumeMount            `json:"volumeMounts,omitempty" protobuf:"9" patchStrategy:"merge" patchMergeKey:"mountPath" listType:"map" listMapKey:"mountPath"`
	VolumeDevices            []VolumeDevice           `json:"volumeDevices,omitempty" protobuf:"21" patchStrategy:"merge" patchMergeKey:"devicePath" listType:"map" listMapKey:"devicePath"`
	LivenessProbe            *Probe                   `json:"livenessProbe,omitempty" protobuf:"10"`
	ReadinessProbe           *Probe                   `json:"readinessProbe,omitempty" protobuf:"11"`
	StartupProbe             *Probe                   `json:"startupProbe,omitempty" protobuf:"22"`
	Lifecycle                *Lifecycle               `json:"lifecycle,omitempty" protobuf:"12"`
	TerminationMessagePath   string                   `json:"terminationMessagePath,omitempty" protobuf:"13"`
	TerminationMessagePolicy TerminationMessagePolicy `json:"terminationMessagePolicy,omitempty" protobuf:"20"`
	ImagePullPolicy          PullPolicy               `json:"imagePullPolicy,omitempty" protobuf:"14"`
	SecurityContext          *SecurityContext         `json:"securityContext,omitempty" protobuf:"15"`
	Stdin                    bool                     `json:"stdin,omitempty" protobuf:"16"`
	StdinOnce                bool                     `json:"stdinOnce,omitempty" protobuf:"17"`
	TTY                      bool                     `json:"tty,omitempty" protobuf:"18"`
}
