package core

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
)

// sysctlName is a sysctl with dots or slashes between its parts.
var sysctlName = regexp.MustCompile(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`)

const sysctlMaxLength = 253

// checkPodSecurity checks what a pod's containers share.
func checkPodSecurity(r *field.Report, s *PodSpec, p *field.Path) {
	c := s.SecurityContext
	if c == nil {
		return
	}
	checkID(r, c.FSGroup, p.Child("fsGroup"))
	checkID(r, c.RunAsUser, p.Child("runAsUser"))
	checkID(r, c.RunAsGroup, p.Child("runAsGroup"))
	for i := range c.SupplementalGroups {
		checkID(r, &c.SupplementalGroups[i], p.Child("supplementalGroups").Index(i))
	}
	if isTrue(s.ShareProcessNamespace) && s.HostPID {
		r.Invalid(p.Child("shareProcessNamespace"), true, "ShareProcessNamespace and HostPID cannot both be enabled")
	}
	checkSysctls(r, s, p.Child("sysctls"))
	if v := c.FSGroupChangePolicy; v != nil {
		field.Known(r, p.Child("fsGroupChangePolicy"), *v, FSGroupChangeAlways, FSGroupChangeOnRootMismatch)
	}
	if v := c.SupplementalGroupsPolicy; v != nil {
		field.Known(r, p.Child("supplementalGroupsPolicy"), *v, SupplementalGroupsPolicyMerge, SupplementalGroupsPolicyStrict)
	}
	if v := c.SELinuxChangePolicy; v != nil {
		field.Known(r, p.Child("seLinuxChangePolicy"), *v, SELinuxChangePolicyMountOption, SELinuxChangePolicyRecursive)
	}
	checkSeccomp(r, c.SeccompProfile, p.Child("seccompProfile"))
	checkAppArmor(r, c.AppArmorProfile, p.Child("appArmorProfile"))
	checkWindowsOptions(r, c.WindowsOptions, p.Child("windowsOptions"))
}

func checkSysctls(r *field.Report, s *PodSpec, p *field.Path) {
	seen := map[string]bool{}
	for i, c := range s.SecurityContext.Sysctls {
		p := p.Index(i).Child("name")
		switch {
		case c.Name == "":
			r.Required(p, "")
		case len(c.Name) > sysctlMaxLength || !sysctlName.MatchString(c.Name):
			r.Invalid(p, c.Name, fmt.Sprintf("must have at most %d characters and match regex %s", sysctlMaxLength, sysctlName))
		case seen[c.Name]:
			r.Duplicate(p, c.Name)
		}
		seen[c.Name] = true
		name := strings.ReplaceAll(c.Name, "/", ".")
		if s.HostNetwork && strings.HasPrefix(name, "net.") {
			r.Invalid(p, c.Name, "may not be specified when 'hostNetwork' is true")
		}
		if s.HostIPC && (strings.HasPrefix(name, "kernel.shm") || strings.HasPrefix(name, "kernel.msg") || name == "kernel.sem" || strings.HasPrefix(name, "fs.mqueue.")) {
			r.Invalid(p, c.Name, "may not be specified when 'hostIPC' is true")
		}
	}
}

// checkSecurity checks the settings of one container.
func checkSecurity(r *field.Report, c *SecurityContext, p *field.Path) {
	if c == nil {
		return
	}
	checkID(r, c.RunAsUser, p.Child("runAsUser"))
	checkID(r, c.RunAsGroup, p.Child("runAsGroup"))
	if c.ProcMount != nil {
		field.OneOf(r, p.Child("procMount"), *c.ProcMount, DefaultProcMount, UnmaskedProcMount)
	}
	checkSeccomp(r, c.SeccompProfile, p.Child("seccompProfile"))
	checkAppArmor(r, c.AppArmorProfile, p.Child("appArmorProfile"))
	if c.AllowPrivilegeEscalation != nil && !*c.AllowPrivilegeEscalation {
		if isTrue(c.Privileged) {
			r.Invalid(p, c, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
		}
		if c.Capabilities != nil && slices.Contains(c.Capabilities.Add, "CAP_SYS_ADMIN") {
			r.Invalid(p, c, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN")
		}
	}
	checkWindowsOptions(r, c.WindowsOptions, p.Child("windowsOptions"))
}

func checkSeccomp(r *field.Report, s *SeccompProfile, p *field.Path) {
	if s == nil {
		return
	}
	if s.Type == "" {
		r.Required(p.Child("type"), "type is required when seccompProfile is set")
	} else {
		field.OneOf(r, p.Child("type"), s.Type, SeccompProfileTypeLocalhost, SeccompProfileTypeRuntimeDefault, SeccompProfileTypeUnconfined)
	}
	p = p.Child("localhostProfile")
	switch {
	case s.Type != SeccompProfileTypeLocalhost && s.LocalhostProfile != nil:
		r.Invalid(p, s, "can only be set when seccomp type is Localhost")
	case s.Type != SeccompProfileTypeLocalhost:
	case s.LocalhostProfile == nil:
		r.Required(p, "must be set when seccomp type is Localhost")
	default:
		checkDescending(r, *s.LocalhostProfile, p)
	}
}

// appArmorMaxLength is the longest path of a profile.
const appArmorMaxLength = 4095

func checkAppArmor(r *field.Report, a *AppArmorProfile, p *field.Path) {
	if a == nil {
		return
	}
	name := p.Child("localhostProfile")
	switch a.Type {
	case AppArmorProfileTypeLocalhost:
		const wanted = "must be set when AppArmor type is Localhost"
		if a.LocalhostProfile == nil {
			r.Required(name, wanted)
			return
		}
		v := *a.LocalhostProfile
		if strings.TrimSpace(v) != v {
			r.Invalid(name, v, "must not be padded with whitespace")
		} else if v == "" {
			r.Required(name, wanted)
		}
		if len(v) > appArmorMaxLength {
			r.Add(field.TooLong(name, appArmorMaxLength))
		}
	case AppArmorProfileTypeRuntimeDefault, AppArmorProfileTypeUnconfined:
		if a.LocalhostProfile != nil {
			r.Invalid(name, a.LocalhostProfile, "can only be set when AppArmor type is Localhost")
		}
	case "":
		r.Required(p.Child("type"), "type is required when appArmorProfile is set")
	default:
		field.Known(r, p.Child("type"), a.Type, AppArmorProfileTypeLocalhost, AppArmorProfileTypeRuntimeDefault, AppArmorProfileTypeUnconfined)
	}
}
