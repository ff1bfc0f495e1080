package core

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Before there was a field for it, an annotation for each container named its
// AppArmor profile. A pod has both.
const (
	AnnotationAppArmorPrefix = "container.apparmor.security.beta.kubernetes.io/"

	appArmorDefault    = "runtime/default"
	appArmorUnconfined = "unconfined"
	appArmorLocal      = "localhost/"
)

// SyncAppArmor gives a new pod the annotation for each field that is set, and
// the field for each annotation. A sound annotation is heard before the field of
// the whole pod.
func SyncAppArmor(p *Pod) {
	if p.Spec.OS != nil && p.Spec.OS.Name == Windows {
		return
	}
	var ofPod *AppArmorProfile
	if p.Spec.SecurityContext != nil {
		ofPod = p.Spec.SecurityContext.AppArmorProfile
	}
	if ofPod == nil && !hasAppArmor(p) {
		return
	}
	eachContainer(&p.Spec, field.Nowhere, func(c *EphemeralContainerCommon, _ *field.Path) {
		key := AnnotationAppArmorPrefix + c.Name
		text, annotated := p.Annotations[key]
		profile := ofPod
		own := c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil
		if own {
			profile = c.SecurityContext.AppArmorProfile
		}
		if !annotated {
			if text := appArmorAnnotation(profile); text != "" {
				if p.Annotations == nil {
					p.Annotations = map[string]string{}
				}
				p.Annotations[key] = text
			}
			return
		}
		said := appArmorField(text)
		if own || said == nil || meta.Equal(said, ofPod) {
			return
		}
		if c.SecurityContext == nil {
			c.SecurityContext = &SecurityContext{}
		}
		c.SecurityContext.AppArmorProfile = said
	})
}

// hasAppArmor reports whether anything in a pod speaks of a container's profile.
func hasAppArmor(p *Pod) bool {
	found := annotatesAppArmor(&p.ObjectMeta)
	eachContainer(&p.Spec, field.Nowhere, func(c *EphemeralContainerCommon, _ *field.Path) {
		found = found || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil
	})
	return found
}

// appArmorAnnotation is a profile in an annotation's words; none for one that is
// not sound.
func appArmorAnnotation(a *AppArmorProfile) string {
	switch {
	case a == nil:
	case a.Type == AppArmorProfileTypeRuntimeDefault:
		return appArmorDefault
	case a.Type == AppArmorProfileTypeUnconfined:
		return appArmorUnconfined
	case a.Type == AppArmorProfileTypeLocalhost && a.LocalhostProfile != nil:
		return appArmorLocal + *a.LocalhostProfile
	}
	return ""
}

// appArmorField is the profile that an annotation names; nil for none.
func appArmorField(text string) *AppArmorProfile {
	name, local := strings.CutPrefix(text, appArmorLocal)
	switch {
	case text == appArmorDefault:
		return &AppArmorProfile{Type: AppArmorProfileTypeRuntimeDefault}
	case text == appArmorUnconfined:
		return &AppArmorProfile{Type: AppArmorProfileTypeUnconfined}
	case local && name != "" && strings.TrimSpace(name) == name:
		return &AppArmorProfile{Type: AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	}
	return nil
}

// annotatesAppArmor reports whether an annotation names a container's profile.
func annotatesAppArmor(m *meta.ObjectMeta) bool {
	for k := range m.Annotations {
		if strings.HasPrefix(k, AnnotationAppArmorPrefix) {
			return true
		}
	}
	return false
}

// checkAppArmorAnnotations wants annotations to name containers of the pod, and
// profiles.
func checkAppArmorAnnotations(r *field.Report, m *meta.ObjectMeta, s *PodSpec, p *field.Path) {
	if !annotatesAppArmor(m) {
		return
	}
	for _, k := range sortedKeys(m.Annotations) {
		name, ok := strings.CutPrefix(k, AnnotationAppArmorPrefix)
		if !ok {
			continue
		}
		found := false
		eachContainer(s, field.Nowhere, func(c *EphemeralContainerCommon, _ *field.Path) { found = found || c.Name == name })
		if !found {
			r.Invalid(p.Key(k), name, "container not found")
		}
		if v := m.Annotations[k]; v != "" && v != appArmorDefault && v != appArmorUnconfined && !strings.HasPrefix(v, appArmorLocal) {
			r.Invalid(p.Key(k), v, `invalid AppArmor profile name: "`+v+`"`)
		}
	}
}

// checkAppArmorAgrees wants what is new to say the same in annotations and
// fields.
func checkAppArmorAgrees(r *field.Report, m *meta.ObjectMeta, s *PodSpec, p *field.Path) {
	if !annotatesAppArmor(m) || s.OS != nil && s.OS.Name == Windows {
		return
	}
	eachContainer(s, p, func(c *EphemeralContainerCommon, p *field.Path) {
		var a *AppArmorProfile
		if c.SecurityContext != nil {
			a = c.SecurityContext.AppArmorProfile
		}
		if a == nil && s.SecurityContext != nil {
			a = s.SecurityContext.AppArmorProfile
		}
		if a == nil {
			return
		}
		said, annotated := m.Annotations[AnnotationAppArmorPrefix+c.Name]
		if !annotated {
			return
		}
		const kind, profile = "apparmor type in annotation and field must match", "apparmor profile in annotation and field must match"
		p = p.Child("securityContext", "appArmorProfile")
		switch name, local := strings.CutPrefix(said, appArmorLocal); {
		case a.Type == AppArmorProfileTypeRuntimeDefault && said != appArmorDefault,
			a.Type == AppArmorProfileTypeUnconfined && said != appArmorUnconfined,
			a.Type == AppArmorProfileTypeLocalhost && !local:
			r.Forbidden(p.Child("type"), kind)
		case a.Type == AppArmorProfileTypeLocalhost && (a.LocalhostProfile == nil || *a.LocalhostProfile != name):
			r.Forbidden(p.Child("localhostProfile"), profile)
		}
	})
}
