package core

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Warnings tell the writer of a sound object what in it is out of use or does
// not do what it seems to.

// warner collects warnings about things below a path.
type warner struct{ texts []string }

func (w *warner) add(p *field.Path, format string, args ...any) {
	w.texts = append(w.texts, p.String()+": "+fmt.Sprintf(format, args...))
}

// WarnAboutPod says what is to be told about a new pod.
func WarnAboutPod(p *Pod) []string {
	var w warner
	if errs := meta.IsDNS1123Label(p.Name); len(errs) > 0 {
		w.add(metadataPath.Child("name"), "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: %v", errs)
	}
	var quick warner // makes no paths: most pods give no cause
	if quick.pod(field.Nowhere, true, &p.ObjectMeta, &p.Spec); len(quick.texts) > 0 {
		w.pod(nil, true, &p.ObjectMeta, &p.Spec)
	}
	return w.texts
}

// WarnAboutTemplate says what is to be told about the template that a
// controller makes pods of.
func WarnAboutTemplate(p *field.Path, t *PodTemplateSpec) []string {
	var w warner
	w.pod(p, false, &t.ObjectMeta, &t.Spec)
	return w.texts
}

// WarnAboutName says what is to be told about the name of a controller, which
// goes into the names of its pods.
func WarnAboutName(name string) []string {
	errs := meta.IsDNS1123Label(name)
	if len(errs) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: %v", errs)}
}

// oldLabels are labels of nodes that have other names now.
var oldLabels = map[string]string{
	"beta.kubernetes.io/arch":                       `deprecated since v1.14; use "kubernetes.io/arch" instead`,
	"beta.kubernetes.io/os":                         `deprecated since v1.14; use "kubernetes.io/os" instead`,
	"beta.kubernetes.io/instance-type":              `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
	"failure-domain.beta.kubernetes.io/zone":        `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
	"failure-domain.beta.kubernetes.io/region":      `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
	"app.kubernetes.io/created-by":                  "deprecated since v1.9",
	"scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
	"node-role.kubernetes.io/master":                `use "node-role.kubernetes.io/control-plane" instead`,
}

// OldNodeLabel says what is to be told about a label of nodes, if anything.
func OldNodeLabel(key string) string { return oldLabels[key] }

// pod looks at a pod, or at a template below p.
func (w *warner) pod(p *field.Path, isPod bool, m *meta.ObjectMeta, s *PodSpec) {
	spec, annotations := p.Child("spec"), p.Child("metadata", "annotations")
	for _, k := range slices.Sorted(maps.Keys(s.NodeSelector)) {
		if text := oldLabels[k]; text != "" {
			w.add(spec.Child("nodeSelector").Key(k), "%s", text)
		}
	}
	if s.Affinity != nil && s.Affinity.NodeAffinity != nil {
		w.nodeAffinity(s.Affinity.NodeAffinity, spec.Child("affinity", "nodeAffinity"))
	}
	for i := range s.TopologySpreadConstraints {
		c, p := &s.TopologySpreadConstraints[i], spec.Child("topologySpreadConstraints").Index(i)
		if text := oldLabels[c.TopologyKey]; text != "" {
			w.add(p.Child("topologyKey"), "%s is %s", c.TopologyKey, text)
		}
		if c.LabelSelector == nil {
			w.add(p.Child("labelSelector"), "a null labelSelector results in matching no pod")
		}
	}
	for _, a := range [...]struct{ key, text string }{
		{"scheduler.alpha.kubernetes.io/critical-pod", `non-functional in v1.16+; use the "priorityClassName" field instead`},
		{"security.alpha.kubernetes.io/sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
		{"security.alpha.kubernetes.io/unsafe-sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
	} {
		if _, ok := m.Annotations[a.key]; ok {
			w.add(annotations.Key(a.key), "%s", a.text)
		}
	}
	for i := range s.Volumes {
		w.volume(&s.Volumes[i], spec.Child("volumes").Index(i))
	}
	for i := range s.Volumes {
		w.overlaps(&s.Volumes[i])
	}
	w.repeats(s, spec)
	w.profile(m, s, annotations)
	for i := range s.InitContainers {
		w.profiles(&s.InitContainers[i], m, s, isPod, annotations)
		w.container(&s.InitContainers[i], spec.Child("initContainers").Index(i))
	}
	for i := range s.Containers {
		w.profiles(&s.Containers[i], m, s, isPod, annotations)
		w.container(&s.Containers[i], spec.Child("containers").Index(i))
	}
	w.ports(s, spec)
	if g := s.TerminationGracePeriodSeconds; g != nil && *g < 0 {
		w.add(spec.Child("terminationGracePeriodSeconds"), "must be >= 0; negative values are invalid and will be treated as 1")
	}
	if a := s.Affinity; a != nil {
		if a := a.PodAffinity; a != nil {
			w.podAffinity(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, spec.Child("affinity", "podAffinity"))
		}
		if a := a.PodAntiAffinity; a != nil {
			w.podAffinity(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, spec.Child("affinity", "podAntiAffinity"))
		}
	}
}

// podAffinity looks for terms that select no pod.
func (w *warner) podAffinity(required []PodAffinityTerm, preferred []WeightedPodAffinityTerm, p *field.Path) {
	const text = "a null labelSelector results in matching no pod"
	for i := range required {
		if required[i].LabelSelector == nil {
			w.add(p.Child("requiredDuringSchedulingIgnoredDuringExecution").Index(i).Child("labelSelector"), text)
		}
	}
	for i := range preferred {
		if preferred[i].PodAffinityTerm.LabelSelector == nil {
			w.add(p.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i).Child("podAffinityTerm", "labelSelector"), text)
		}
	}
}

func (w *warner) nodeAffinity(a *NodeAffinity, p *field.Path) {
	term := func(t *NodeSelectorTerm, p *field.Path) {
		for i := range t.MatchExpressions {
			if key := t.MatchExpressions[i].Key; oldLabels[key] != "" {
				w.add(p.Child("matchExpressions").Index(i).Child("key"), "%s is %s", key, oldLabels[key])
			}
		}
	}
	if r := a.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		for i := range r.NodeSelectorTerms {
			term(&r.NodeSelectorTerms[i], p.Child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").Index(i))
		}
	}
	for i := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		term(&a.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference, p.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i).Child("preference"))
	}
}

// volume looks at kinds of volumes that are out of use.
func (w *warner) volume(v *Volume, p *field.Path) {
	for _, old := range [...]struct {
		there      bool
		name, text string
	}{
		{v.PhotonPersistentDisk != nil, "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
		{v.GitRepo != nil, "gitRepo", "deprecated in v1.11"},
		{v.ScaleIO != nil, "scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
		{v.Flocker != nil, "flocker", "deprecated in v1.22, non-functional in v1.25+"},
		{v.StorageOS != nil, "storageOS", "deprecated in v1.22, non-functional in v1.25+"},
		{v.Quobyte != nil, "quobyte", "deprecated in v1.22, non-functional in v1.25+"},
		{v.Glusterfs != nil, "glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
		{v.CephFS != nil, "cephfs", "deprecated in v1.28, non-functional in v1.31+"},
		{v.RBD != nil, "rbd", "deprecated in v1.28, non-functional in v1.31+"},
	} {
		if old.there {
			w.add(p.Child(old.name), "%s", old.text)
		}
	}
	if e := v.Ephemeral; e != nil && e.VolumeClaimTemplate != nil {
		w.claim(&e.VolumeClaimTemplate.Spec, p.Child("ephemeral", "volumeClaimTemplate", "spec"))
	}
}

func (w *warner) claim(s *PersistentVolumeClaimSpec, p *field.Path) {
	w.fraction(s.Resources.Requests, ResourceStorage, p.Child("resources", "requests"))
}

// fraction looks at an amount of bytes, which has no parts.
func (w *warner) fraction(l ResourceList, name ResourceName, p *field.Path) {
	if q, ok := l[name]; ok && q.MilliValue()%1000 != 0 && q.Cmp(quantity.FromMilli(q.MilliValue())) == 0 {
		w.add(p.Key(string(name)), "fractional byte value %q is invalid, must be an integer", q.String())
	}
}

// repeats looks at entries of lists that hide others, and at empty ones.
func (w *warner) repeats(s *PodSpec, spec *field.Path) {
	for i := range s.HostAliases {
		for j := range i {
			if ip := s.HostAliases[i].IP; s.HostAliases[j].IP == ip {
				w.add(spec.Child("hostAliases").Index(i).Child("ip"), "duplicate ip %q", ip)
				break
			}
		}
	}
	secrets := spec.Child("imagePullSecrets")
	for i := range s.ImagePullSecrets {
		for j := range i {
			if name := s.ImagePullSecrets[i].Name; s.ImagePullSecrets[j].Name == name {
				w.add(secrets.Index(i).Child("name"), "duplicate name %q", name)
				break
			}
		}
	}
	for i := range s.ImagePullSecrets {
		if name := s.ImagePullSecrets[i].Name; name == "" {
			w.add(secrets.Index(i).Child("name"), "invalid empty name %q", name)
		}
	}
}

// Annotations that have become fields, of a pod and of a container.
const (
	podSeccomp             = "seccomp.security.alpha.kubernetes.io/pod"
	containerSeccompPrefix = "container.seccomp.security.alpha.kubernetes.io/"

	useSeccompField  = `non-functional in v1.27+; use the "seccompProfile" field instead`
	useAppArmorField = `deprecated since v1.30; use the "appArmorProfile" field instead`
)

// profile looks for a pod's annotation that has become a field.
func (w *warner) profile(m *meta.ObjectMeta, s *PodSpec, p *field.Path) {
	if _, ok := m.Annotations[podSeccomp]; ok && (s.SecurityContext == nil || s.SecurityContext.SeccompProfile == nil) {
		w.add(p.Key(podSeccomp), useSeccompField)
	}
}

// profiles looks for a container's annotations that have become fields.
func (w *warner) profiles(c *Container, m *meta.ObjectMeta, s *PodSpec, isPod bool, p *field.Path) {
	if len(m.Annotations) == 0 {
		return
	}
	if key := AnnotationAppArmorPrefix + c.Name; !isPod && appArmorByAnnotation(m, s, c.Name, c.SecurityContext) {
		w.add(p.Key(key), useAppArmorField)
	}
	if key := containerSeccompPrefix + c.Name; c.SecurityContext == nil || c.SecurityContext.SeccompProfile == nil {
		if _, ok := m.Annotations[key]; ok {
			w.add(p.Key(key), useSeccompField)
		}
	}
}

// WarnAboutAppArmor says which annotations of a new pod should be fields. It is
// asked before SyncAppArmor makes all of them both.
func WarnAboutAppArmor(p *Pod) []string {
	if !annotatesAppArmor(&p.ObjectMeta) || p.Spec.OS != nil && p.Spec.OS.Name == Windows {
		return nil
	}
	var w warner
	eachContainer(&p.Spec, field.Nowhere, func(c *EphemeralContainerCommon, _ *field.Path) {
		if appArmorByAnnotation(&p.ObjectMeta, &p.Spec, c.Name, c.SecurityContext) {
			w.add(metadataPath.Child("annotations").Key(AnnotationAppArmorPrefix+c.Name), useAppArmorField)
		}
	})
	return w.texts
}

// appArmorByAnnotation reports whether it is an annotation alone that names a
// container's profile.
func appArmorByAnnotation(m *meta.ObjectMeta, s *PodSpec, name string, own *SecurityContext) bool {
	text, ok := m.Annotations[AnnotationAppArmorPrefix+name]
	if !ok || own != nil && own.AppArmorProfile != nil {
		return false
	}
	return s.SecurityContext == nil || s.SecurityContext.AppArmorProfile == nil || !meta.Equal(s.SecurityContext.AppArmorProfile, appArmorField(text))
}
