package core

type SecurityContext struct {
	Capabilities             *Capabilities                  `json:"capabilities,omitempty" protobuf:"1"`
	Privileged               *bool                          `json:"privileged,omitempty" protobuf:"2"`
	SELinuxOptions           *SELinuxOptions                `json:"seLinuxOptions,omitempty" protobuf:"3"`
	WindowsOptions           *WindowsSecurityContextOptions `json:"windowsOptions,omitempty" protobuf:"10"`
	RunAsUser                *int64                         `json:"runAsUser,omitempty" protobuf:"4"`
	RunAsGroup               *int64                         `json:"runAsGroup,omitempty" protobuf:"8"`
	RunAsNonRoot             *bool                          `json:"runAsNonRoot,omitempty" protobuf:"5"`
	ReadOnlyRootFilesystem   *bool                          `json:"readOnlyRootFilesystem,omitempty" protobuf:"6"`
	AllowPrivilegeEscalation *bool                          `json:"allowPrivilegeEscalation,omitempty" protobuf:"7"`
	ProcMount                *ProcMountType                 `json:"procMount,omitempty" protobuf:"9"`
	SeccompProfile           *SeccompProfile                `json:"seccompProfile,omitempty" protobuf:"11"`
	AppArmorProfile          *AppArmorProfile               `json:"appArmorProfile,omitempty" protobuf:"12"`
}

type Capabilities struct {
	Add  []Capability `json:"add,omitempty" protobuf:"1" listType:"atomic"`
	Drop []Capability `json:"drop,omitempty" protobuf:"2" listType:"atomic"`
}

type Capability string

type SELinuxOptions struct {
	User  string `json:"user,omitempty" protobuf:"1"`
	Role  string `json:"role,omitempty" protobuf:"2"`
	Type  string `json:"type,omitempty" protobuf:"3"`
	Level string `json:"level,omitempty" protobuf:"4"`
}

type WindowsSecurityContextOptions struct {
	GMSACredentialSpecName *string `json:"gmsaCredentialSpecName,omitempty" protobuf:"1"`
	GMSACredentialSpec     *string `json:"gmsaCredentialSpec,omitempty" protobuf:"2"`
	RunAsUserName          *string `json:"runAsUserName,omitempty" protobuf:"3"`
	HostProcess            *bool   `json:"hostProcess,omitempty" protobuf:"4"`
}

type ProcMountType string

const (
	DefaultProcMount  ProcMountType = "Default"
	UnmaskedProcMount ProcMountType = "Unmasked"
)

type SeccompProfile struct {
	Type             SeccompProfileType `json:"type" protobuf:"1" required:"true"`
	LocalhostProfile *string            `json:"localhostProfile,omitempty" protobuf:"2"`
}

type SeccompProfileType string

const (
	SeccompProfileTypeUnconfined     SeccompProfileType = "Unconfined"
	SeccompProfileTypeRuntimeDefault SeccompProfileType = "RuntimeDefault"
	SeccompProfileTypeLocalhost      SeccompProfileType = "Localhost"
)

type AppArmorProfile struct {
	Type             AppArmorProfileType `json:"type" protobuf:"1" required:"true"`
	LocalhostProfile *string             `json:"localhostProfile,omitempty" protobuf:"2"`
}

type AppArmorProfileType string

const (
	AppArmorProfileTypeUnconfined     AppArmorProfileType = "Unconfined"
	AppArmorProfileTypeRuntimeDefault AppArmorProfileType = "RuntimeDefault"
	AppArmorProfileTypeLocalhost      AppArmorProfileType = "Localhost"
)

type PodSecurityContext struct {
	SELinuxOptions           *SELinuxOptions                `json:"seLinuxOptions,omitempty" protobuf:"1"`
	WindowsOptions           *WindowsSecurityContextOptions `json:"windowsOptions,omitempty" protobuf:"8"`
	RunAsUser                *int64                         `json:"runAsUser,omitempty" protobuf:"2"`
	RunAsGroup               *int64                         `json:"runAsGroup,omitempty" protobuf:"6"`
	RunAsNonRoot             *bool                          `json:"runAsNonRoot,omitempty" protobuf:"3"`
	SupplementalGroups       []int64                        `json:"supplementalGroups,omitempty" protobuf:"4" listType:"atomic"`
	SupplementalGroupsPolicy *SupplementalGroupsPolicy      `json:"supplementalGroupsPolicy,omitempty" protobuf:"12"`
	FSGroup                  *int64                         `json:"fsGroup,omitempty" protobuf:"5"`
	Sysctls                  []Sysctl                       `json:"sysctls,omitempty" protobuf:"7" listType:"atomic"`
	FSGroupChangePolicy      *PodFSGroupChangePolicy        `json:"fsGroupChangePolicy,omitempty" protobuf:"9"`
	SeccompProfile           *SeccompProfile                `json:"seccompProfile,omitempty" protobuf:"10"`
	AppArmorProfile          *AppArmorProfile               `json:"appArmorProfile,omitempty" protobuf:"11"`
	SELinuxChangePolicy      *PodSELinuxChangePolicy        `json:"seLinuxChangePolicy,omitempty" protobuf:"13"`
}

type SupplementalGroupsPolicy string

const (
	SupplementalGroupsPolicyMerge  SupplementalGroupsPolicy = "Merge"
	SupplementalGroupsPolicyStrict SupplementalGroupsPolicy = "Strict"
)

type Sysctl struct {
	Name  string `json:"name" protobuf:"1" required:"true"`
	Value string `json:"value" protobuf:"2" required:"true"`
}

type PodFSGroupChangePolicy string

const (
	FSGroupChangeOnRootMismatch PodFSGroupChangePolicy = "OnRootMismatch"
	FSGroupChangeAlways         PodFSGroupChangePolicy = "Always"
)

type PodSELinuxChangePolicy string

const (
	SELinuxChangePolicyRecursive   PodSELinuxChangePolicy = "Recursive"
	SELinuxChangePolicyMountOption PodSELinuxChangePolicy = "MountOption"
)
