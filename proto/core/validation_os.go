package core

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	maxGMSASpecKiB       = 64
	maxUserDomainLength  = 256
	maxWindowsUserLength = 104
)

// What accounts of Windows are called: DOMAIN\user or user.
var (
	controlCharacters = regexp.MustCompile(`[[:cntrl:]]+`)
	netBIOSDomain     = regexp.MustCompile(`^[^\\/:\*\?"<>|\.][^\\/:\*\?"<>|]{0,14}$`)
	dnsDomain         = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$`)
	dotsAndSpaces     = regexp.MustCompile(`^[\. ]+$`)
)

// notInUser are the characters that a user's name cannot have.
const notInUser = `"/\:;|=,+*?<>@[]`

func checkWindowsOptions(r *field.Report, o *WindowsSecurityContextOptions, p *field.Path) {
	if o == nil {
		return
	}
	if v := o.GMSACredentialSpecName; v != nil {
		r.Each(p.Child("gmsaCredentialSpecName"), *v, meta.IsDNS1123Subdomain(*v))
	}
	if v, p := o.GMSACredentialSpec, p.Child("gmsaCredentialSpec"); v != nil {
		if *v == "" {
			r.Invalid(p, *v, "gmsaCredentialSpec cannot be an empty string")
		} else if len(*v) > maxGMSASpecKiB*1024 {
			r.Invalid(p, *v, fmt.Sprintf("gmsaCredentialSpec size must be under %d KiB", maxGMSASpecKiB))
		}
	}
	if o.RunAsUserName != nil {
		checkWindowsUser(r, *o.RunAsUserName, p.Child("runAsUserName"))
	}
}

func checkWindowsUser(r *field.Report, name string, p *field.Path) {
	domain, user, hasDomain := strings.Cut(name, `\`)
	switch {
	case name == "":
		r.Invalid(p, name, "runAsUserName cannot be an empty string")
		return
	case controlCharacters.MatchString(name):
		r.Invalid(p, name, "runAsUserName cannot contain control characters")
		return
	case strings.Contains(user, `\`):
		r.Invalid(p, name, "runAsUserName cannot contain more than one backslash")
		return
	case hasDomain:
		if len(domain) > maxUserDomainLength {
			r.Invalid(p, name, fmt.Sprintf("runAsUserName's Domain length must be under %d characters", maxUserDomainLength))
		}
		if !netBIOSDomain.MatchString(domain) && !dnsDomain.MatchString(domain) {
			r.Invalid(p, name, "runAsUserName's Domain doesn't match the NetBios nor the DNS format")
		}
	default:
		user = domain
	}
	if user == "" {
		r.Invalid(p, name, "runAsUserName's User cannot be empty")
	} else if len(user) > maxWindowsUserLength {
		r.Invalid(p, name, fmt.Sprintf("runAsUserName's User length must not be longer than %d characters", maxWindowsUserLength))
	}
	if dotsAndSpaces.MatchString(user) {
		r.Invalid(p, name, "runAsUserName's User cannot contain only periods or spaces")
	}
	if strings.ContainsAny(user, notInUser) {
		r.Invalid(p, name, "runAsUserName's User cannot contain the following characters: "+notInUser)
	}
}

// eachContainer calls f for all containers of a pod, with their places.
func eachContainer(s *PodSpec, p *field.Path, f func(c *EphemeralContainerCommon, p *field.Path)) {
	for i := range s.InitContainers {
		f((*EphemeralContainerCommon)(&s.InitContainers[i]), p.Child("initContainers").Index(i))
	}
	for i := range s.Containers {
		f((*EphemeralContainerCommon)(&s.Containers[i]), p.Child("containers").Index(i))
	}
	for i := range s.EphemeralContainers {
		f(&s.EphemeralContainers[i].EphemeralContainerCommon, p.Child("ephemeralContainers").Index(i))
	}
}

// hostProcess is what a security context says about running on the host itself.
func hostProcess(o *WindowsSecurityContextOptions) *bool {
	if o == nil {
		return nil
	}
	return o.HostProcess
}

// checkHostProcess wants all containers of a pod to run on the host itself, or
// none.
func checkHostProcess(r *field.Report, s *PodSpec, p *field.Path) {
	var ofPod *bool
	if s.SecurityContext != nil {
		ofPod = hostProcess(s.SecurityContext.WindowsOptions)
	}
	all, onHost := 0, 0
	eachContainer(s, p, func(c *EphemeralContainerCommon, p *field.Path) {
		all++
		own := ofPod
		if c.SecurityContext != nil {
			if is := hostProcess(c.SecurityContext.WindowsOptions); is != nil {
				own = is
			}
		}
		if ofPod != nil && *own != *ofPod {
			r.Invalid(p.Child("securityContext", "windowsOptions", "hostProcess"), *own,
				fmt.Sprintf("pod hostProcess value must be identical if both are specified, was %v", *ofPod))
		}
		if own != nil && *own {
			onHost++
		}
	})
	if onHost == 0 {
		return
	}
	if onHost != all {
		r.Invalid(p, "", "If pod contains any hostProcess containers then all containers must be HostProcess containers")
	}
	if !s.HostNetwork {
		r.Invalid(p.Child("hostNetwork"), false, "hostNetwork must be true if pod contains any hostProcess containers")
	}
}

// checkOS refuses what the pod's system does not have.
func checkOS(r *field.Report, s *PodSpec, p *field.Path) {
	switch s.OS.Name {
	case Linux:
		checkLinux(r, s, p)
	case Windows:
		checkWindows(r, s, p)
	case "":
		r.Required(p.Child("os", "name"), "cannot be empty")
	default:
		field.Known(r, p.Child("os"), s.OS.Name, Linux, Windows)
	}
}

func checkLinux(r *field.Report, s *PodSpec, p *field.Path) {
	const why = "windows options cannot be set for a linux pod"
	if s.SecurityContext != nil && s.SecurityContext.WindowsOptions != nil {
		r.Forbidden(p.Child("securityContext", "windowsOptions"), why)
	}
	eachContainer(s, p, func(c *EphemeralContainerCommon, p *field.Path) {
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil {
			r.Forbidden(p.Child("securityContext", "windowsOptions"), why)
		}
	})
}

// setField is a field and whether it is set.
type setField struct {
	name string
	set  bool
}

func forbidOnWindows(r *field.Report, p *field.Path, fields ...setField) {
	for _, f := range fields {
		if f.set {
			r.Forbidden(p.Child(f.name), "cannot be set for a windows pod")
		}
	}
}

func checkWindows(r *field.Report, s *PodSpec, p *field.Path) {
	if c := s.SecurityContext; c != nil {
		q := p.Child("securityContext")
		forbidOnWindows(r, q, setField{"appArmorProfile", c.AppArmorProfile != nil}, setField{"seLinuxOptions", c.SELinuxOptions != nil})
		forbidOnWindows(r, p, setField{"hostUsers", s.HostUsers != nil}, setField{"hostPID", s.HostPID}, setField{"hostIPC", s.HostIPC})
		forbidOnWindows(r, q, setField{"seccompProfile", c.SeccompProfile != nil}, setField{"fsGroup", c.FSGroup != nil},
			setField{"fsGroupChangePolicy", c.FSGroupChangePolicy != nil}, setField{"sysctls", len(c.Sysctls) > 0})
		forbidOnWindows(r, p, setField{"shareProcessNamespace", s.ShareProcessNamespace != nil})
		forbidOnWindows(r, q, setField{"runAsUser", c.RunAsUser != nil},
			setField{"runAsGroup", c.RunAsGroup != nil}, setField{"supplementalGroups", c.SupplementalGroups != nil},
			setField{"supplementalGroupsPolicy", c.SupplementalGroupsPolicy != nil})
	}
	eachContainer(s, p, func(c *EphemeralContainerCommon, p *field.Path) {
		sc := c.SecurityContext
		if sc == nil {
			return
		}
		forbidOnWindows(r, p.Child("securityContext"), setField{"appArmorProfile", sc.AppArmorProfile != nil},
			setField{"seLinuxOptions", sc.SELinuxOptions != nil}, setField{"seccompProfile", sc.SeccompProfile != nil},
			setField{"capabilities", sc.Capabilities != nil}, setField{"readOnlyRootFilesystem", sc.ReadOnlyRootFilesystem != nil},
			setField{"privileged", sc.Privileged != nil}, setField{"allowPrivilegeEscalation", sc.AllowPrivilegeEscalation != nil},
			setField{"procMount", sc.ProcMount != nil}, setField{"runAsUser", sc.RunAsUser != nil}, setField{"runAsGroup", sc.RunAsGroup != nil})
	})
}
