package core

// SecurityContext is which rights a container has on its node.
type SecurityContext struct {
	// Privileges beside or below the runtime's default set.
	Capabilities *Capabilities `json:"capabilities,omitempty" protobuf:"1"`
	// Whether the container may do what root on the node may. Default: false.
	Privileged *bool `json:"privileged,omitempty" protobuf:"2"`
	// The SELinux label.
	SELinuxOptions *SELinuxOptions `json:"seLinuxOptions,omitempty" protobuf:"3"`
	// Settings for Windows.
	WindowsOptions *WindowsSecurityContextOptions `json:"windowsOptions,omitempty" protobuf:"10"`
	// The user id of the first process. Default: what the image says.
	RunAsUser *int64 `json:"runAsUser,omitempty" protobuf:"4"`
	// The primary group id of the first process.
	RunAsGroup *int64 `json:"runAsGroup,omitempty" protobuf:"8"`
	// Whether the container is refused if it would run as user 0.
	RunAsNonRoot *bool `json:"runAsNonRoot,omitempty" protobuf:"5"`
	// Whether the container cannot write to its own file system. Default:
	// false.
	ReadOnlyRootFilesystem *bool `json:"readOnlyRootFilesystem,omitempty" protobuf:"6"`
	// Whether a process can gain more privileges than its parent. Always true
	// for privileged containers and those with CAP_SYS_ADMIN.
	AllowPrivilegeEscalation *bool `json:"allowPrivilegeEscalation,omitempty" protobuf:"7"`
	// How much of /proc is hidden: Default or Unmasked.
	ProcMount *ProcMountType `json:"procMount,omitempty" protobuf:"9"`
	// Which system calls are allowed.
	SeccompProfile *SeccompProfile `json:"seccompProfile,omitempty" protobuf:"11"`
	// Which AppArmor profile applies.
	AppArmorProfile *AppArmorProfile `json:"appArmorProfile,omitempty" protobuf:"12"`
}

// Capabilities are added to or taken from the runtime's default set.
type Capabilities struct {
	// Capabilities to add, such as NET_ADMIN.
	Add []Capability `json:"add,omitempty" protobuf:"1" listType:"atomic"`
	// Capabilities to drop; ALL is all.
	Drop []Capability `json:"drop,omitempty" protobuf:"2" listType:"atomic"`
}

// Capability is a Linux capability, without its CAP_ prefix.
type Capability string

// SELinuxOptions is an SELinux label.
type SELinuxOptions struct {
	// The user part.
	User string `json:"user,omitempty" protobuf:"1"`
	// The role part.
	Role string `json:"role,omitempty" protobuf:"2"`
	// The type part.
	Type string `json:"type,omitempty" protobuf:"3"`
	// The level part.
	Level string `json:"level,omitempty" protobuf:"4"`
}

// WindowsSecurityContextOptions are settings for Windows.
type WindowsSecurityContextOptions struct {
	// The name of the GMSA credential spec.
	GMSACredentialSpecName *string `json:"gmsaCredentialSpecName,omitempty" protobuf:"1"`
	// The GMSA credential spec itself.
	GMSACredentialSpec *string `json:"gmsaCredentialSpec,omitempty" protobuf:"2"`
	// The user of the first process: USER or DOMAIN\USER.
	RunAsUserName *string `json:"runAsUserName,omitempty" protobuf:"3"`
	// Whether the container runs on the node itself.
	HostProcess *bool `json:"hostProcess,omitempty" protobuf:"4"`
}

// ProcMountType says how much of /proc a container sees.
//
// +enum
type ProcMountType string

// The values of ProcMountType.
const (
	DefaultProcMount  ProcMountType = "Default"
	UnmaskedProcMount ProcMountType = "Unmasked"
)

// SeccompProfile says which system calls are allowed.
type SeccompProfile struct {
	// RuntimeDefault, Unconfined (all), or Localhost (a file on the node).
	Type SeccompProfileType `json:"type" protobuf:"1" required:"true"`
	// The file, below the kubelet's seccomp folder. Only with Localhost.
	LocalhostProfile *string `json:"localhostProfile,omitempty" protobuf:"2"`
}

// SeccompProfileType is a source of a seccomp profile.
//
// +enum
type SeccompProfileType string

// The values of SeccompProfileType.
const (
	SeccompProfileTypeUnconfined     SeccompProfileType = "Unconfined"
	SeccompProfileTypeRuntimeDefault SeccompProfileType = "RuntimeDefault"
	SeccompProfileTypeLocalhost      SeccompProfileType = "Localhost"
)

// AppArmorProfile says which AppArmor profile applies.
type AppArmorProfile struct {
	// RuntimeDefault, Unconfined (none), or Localhost (one loaded on the
	// node).
	Type AppArmorProfileType `json:"type" protobuf:"1" required:"true"`
	// The profile's name. Only with Localhost.
	LocalhostProfile *string `json:"localhostProfile,omitempty" protobuf:"2"`
}

// AppArmorProfileType is a source of an AppArmor profile.
//
// +enum
type AppArmorProfileType string

// The values of AppArmorProfileType.
const (
	AppArmorProfileTypeUnconfined     AppArmorProfileType = "Unconfined"
	AppArmorProfileTypeRuntimeDefault AppArmorProfileType = "RuntimeDefault"
	AppArmorProfileTypeLocalhost      AppArmorProfileType = "Localhost"
)

// PodSecurityContext is which ids and rights a pod's containers have, unless
// they set their own.
type PodSecurityContext struct {
	// The SELinux label.
	SELinuxOptions *SELinuxOptions `json:"seLinuxOptions,omitempty" protobuf:"1"`
	// Settings for Windows.
	WindowsOptions *WindowsSecurityContextOptions `json:"windowsOptions,omitempty" protobuf:"8"`
	// The user id of the first processes. Default: what the images say.
	RunAsUser *int64 `json:"runAsUser,omitempty" protobuf:"2"`
	// The primary group id of the first processes.
	RunAsGroup *int64 `json:"runAsGroup,omitempty" protobuf:"6"`
	// Whether containers are refused that would run as user 0.
	RunAsNonRoot *bool `json:"runAsNonRoot,omitempty" protobuf:"3"`
	// Further group ids of the first processes.
	SupplementalGroups []int64 `json:"supplementalGroups,omitempty" protobuf:"4" listType:"atomic"`
	// Whether groups of the image count: Merge (the default) or Strict.
	SupplementalGroupsPolicy *SupplementalGroupsPolicy `json:"supplementalGroupsPolicy,omitempty" protobuf:"12"`
	// The group id that owns the volumes; the processes get it as a further
	// group.
	FSGroup *int64 `json:"fsGroup,omitempty" protobuf:"5"`
	// Kernel parameters of the pod's namespaces.
	Sysctls []Sysctl `json:"sysctls,omitempty" protobuf:"7" listType:"atomic"`
	// When the owner of a volume's files is changed: Always (the default) or
	// OnRootMismatch.
	FSGroupChangePolicy *PodFSGroupChangePolicy `json:"fsGroupChangePolicy,omitempty" protobuf:"9"`
	// Which system calls are allowed.
	SeccompProfile *SeccompProfile `json:"seccompProfile,omitempty" protobuf:"10"`
	// Which AppArmor profile applies.
	AppArmorProfile *AppArmorProfile `json:"appArmorProfile,omitempty" protobuf:"11"`
	// How volumes get their SELinux label: MountOption or Recursive.
	SELinuxChangePolicy *PodSELinuxChangePolicy `json:"seLinuxChangePolicy,omitempty" protobuf:"13"`
}

// SupplementalGroupsPolicy says which groups the first processes have.
//
// +enum
type SupplementalGroupsPolicy string

// The values of SupplementalGroupsPolicy.
const (
	SupplementalGroupsPolicyMerge  SupplementalGroupsPolicy = "Merge"
	SupplementalGroupsPolicyStrict SupplementalGroupsPolicy = "Strict"
)

// Sysctl is a kernel parameter.
type Sysctl struct {
	// The parameter, such as net.core.somaxconn.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Its value.
	Value string `json:"value" protobuf:"2" required:"true"`
}

// PodFSGroupChangePolicy says when the owner of a volume's files is changed.
//
// +enum
type PodFSGroupChangePolicy string

// The values of PodFSGroupChangePolicy.
const (
	FSGroupChangeOnRootMismatch PodFSGroupChangePolicy = "OnRootMismatch"
	FSGroupChangeAlways         PodFSGroupChangePolicy = "Always"
)

// PodSELinuxChangePolicy says how volumes get their SELinux label.
type PodSELinuxChangePolicy string

// The values of PodSELinuxChangePolicy.
const (
	SELinuxChangePolicyRecursive   PodSELinuxChangePolicy = "Recursive"
	SELinuxChangePolicyMountOption PodSELinuxChangePolicy = "MountOption"
)
