package core

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// checkContainers checks the containers that a pod runs side by side.
func checkContainers(r *field.Report, spec *field.Path, c *podContext) {
	p, list := spec.Child("containers"), c.spec.Containers
	if len(list) == 0 {
		r.Required(p, "")
		return
	}
	names := map[string]bool{}
	for i := range list {
		ctr, p := &list[i], p.Index(i)
		checkContainer(r, ctr, p, c)
		if names[ctr.Name] {
			r.Duplicate(p.Child("name"), ctr.Name)
		}
		names[ctr.Name] = true
		checkLifecycle(r, ctr.Lifecycle, p.Child("lifecycle"), c)
		checkProbes(r, ctr, p)
		if ctr.RestartPolicy != nil {
			r.Forbidden(p.Child("restartPolicy"), "may not be set for non-init containers")
		}
	}
	checkHostPorts(r, list, p)
}

// checkInitContainers checks the containers that run before the others. One
// with restartPolicy Always is a sidecar and may have all that they have.
func checkInitContainers(r *field.Report, p *field.Path, c *podContext) {
	names := containerNames(c.spec.Containers)
	for i := range c.spec.InitContainers {
		ctr, p := &c.spec.InitContainers[i], p.Index(i)
		checkContainer(r, ctr, p, c)
		if ctr.RestartPolicy != nil && *ctr.RestartPolicy != ContainerRestartPolicyAlways {
			r.Add(field.NotSupported(p.Child("restartPolicy"), *ctr.RestartPolicy, []ContainerRestartPolicy{ContainerRestartPolicyAlways}))
		}
		if names[ctr.Name] {
			r.Duplicate(p.Child("name"), ctr.Name)
		}
		if ctr.Name != "" {
			names[ctr.Name] = true
		}
		checkHostPorts(r, c.spec.InitContainers[i:i+1], p)
		if ctr.RestartPolicy != nil && *ctr.RestartPolicy == ContainerRestartPolicyAlways {
			checkLifecycle(r, ctr.Lifecycle, p.Child("lifecycle"), c)
			checkProbes(r, ctr, p)
		} else {
			forbidProbes(r, ctr, p)
		}
	}
}

// forbidProbes refuses what makes no sense for a container that runs to its
// end.
func forbidProbes(r *field.Report, ctr *Container, p *field.Path) {
	const why = "may not be set for init containers without restartPolicy=Always"
	if ctr.Lifecycle != nil {
		r.Forbidden(p.Child("lifecycle"), why)
	}
	if ctr.LivenessProbe != nil {
		r.Forbidden(p.Child("livenessProbe"), why)
	}
	if ctr.ReadinessProbe != nil {
		r.Forbidden(p.Child("readinessProbe"), why)
	}
	if ctr.StartupProbe != nil {
		r.Forbidden(p.Child("startupProbe"), why)
	}
}

// ephemeralFields are the fields that a debugging container may set: nothing
// that other parts of the system would come to rely on.
var ephemeralFields = []string{"Name", "Image", "Command", "Args", "WorkingDir", "EnvFrom", "Env", "VolumeMounts", "VolumeDevices",
	"TerminationMessagePath", "TerminationMessagePolicy", "ImagePullPolicy", "SecurityContext", "Stdin", "StdinOnce", "TTY"}

// checkEphemeralContainers checks the containers added for debugging.
func checkEphemeralContainers(r *field.Report, p *field.Path, c *podContext) {
	const why = "cannot be set for an Ephemeral Container"
	targets := containerNames(c.spec.Containers, c.spec.InitContainers)
	names := containerNames(c.spec.Containers, c.spec.InitContainers)
	for i := range c.spec.EphemeralContainers {
		e, p := &c.spec.EphemeralContainers[i], p.Index(i)
		ctr := Container(e.EphemeralContainerCommon)
		checkContainer(r, &ctr, p, c)
		checkImageSpace(r, ctr.Image, p.Child("image"))
		if names[e.Name] {
			r.Duplicate(p.Child("name"), e.Name)
		}
		names[e.Name] = true
		if e.TargetContainerName != "" && !targets[e.TargetContainerName] {
			r.NotFound(p.Child("targetContainerName"), e.TargetContainerName)
		}
		v := reflect.ValueOf(e.EphemeralContainerCommon)
		for j := range v.NumField() {
			if f := v.Type().Field(j); !slices.Contains(ephemeralFields, f.Name) && !v.Field(j).IsZero() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				r.Forbidden(p.Child(name), why)
			}
		}
		for j, m := range e.VolumeMounts {
			if m.SubPath != "" {
				r.Forbidden(p.Child("volumeMounts").Index(j).Child("subPath"), why)
			}
			if m.SubPathExpr != "" {
				r.Forbidden(p.Child("volumeMounts").Index(j).Child("subPathExpr"), why)
			}
		}
	}
}

func containerNames(lists ...[]Container) map[string]bool {
	names := map[string]bool{}
	for _, l := range lists {
		for i := range l {
			names[l[i].Name] = true
		}
	}
	return names
}

// checkContainer checks what all kinds of containers have in common.
func checkContainer(r *field.Report, ctr *Container, p *field.Path, c *podContext) {
	if ctr.Name == "" {
		r.Required(p.Child("name"), "")
	} else {
		r.Each(p.Child("name"), ctr.Name, meta.IsDNS1123Label(ctr.Name))
	}
	if ctr.Image == "" {
		r.Required(p.Child("image"), "")
	}
	field.OneOf(r, p.Child("terminationMessagePolicy"), ctr.TerminationMessagePolicy, TerminationMessageReadFile, TerminationMessageFallbackToLogsOnError)
	checkContainerPorts(r, ctr.Ports, p.Child("ports"))
	checkEnv(r, ctr.Env, p.Child("env"))
	checkEnvFrom(r, ctr.EnvFrom, p.Child("envFrom"))
	checkMounts(r, ctr, p.Child("volumeMounts"), c)
	checkDevices(r, ctr, p.Child("volumeDevices"), c)
	field.OneOf(r, p.Child("imagePullPolicy"), ctr.ImagePullPolicy, PullAlways, PullIfNotPresent, PullNever)
	checkResources(r, &ctr.Resources, c.claims, p.Child("resources"))
	checkResizePolicy(r, ctr.ResizePolicy, p.Child("resizePolicy"), c.spec.RestartPolicy)
	checkSecurity(r, ctr.SecurityContext, p.Child("securityContext"))
}

func checkContainerPorts(r *field.Report, ports []ContainerPort, p *field.Path) {
	names := map[string]bool{}
	for i := range ports {
		port, p := &ports[i], p.Index(i)
		if port.Name != "" {
			if bad := meta.IsPortName(port.Name); len(bad) > 0 {
				r.Each(p.Child("name"), port.Name, bad)
			} else if names[port.Name] {
				r.Duplicate(p.Child("name"), port.Name)
			} else {
				names[port.Name] = true
			}
		}
		if port.ContainerPort == 0 {
			r.Required(p.Child("containerPort"), "")
		} else {
			checkPort(r, port.ContainerPort, p.Child("containerPort"))
		}
		if port.HostPort != 0 {
			checkPort(r, port.HostPort, p.Child("hostPort"))
		}
		checkProtocol(r, port.Protocol, p.Child("protocol"))
	}
}

func checkProtocol(r *field.Report, v Protocol, p *field.Path) {
	field.OneOf(r, p, v, ProtocolSCTP, ProtocolTCP, ProtocolUDP)
}

// checkHostPorts refuses two claims on the same port of the host.
func checkHostPorts(r *field.Report, containers []Container, p *field.Path) {
	taken := map[string]bool{}
	for i := range containers {
		for j, port := range containers[i].Ports {
			if port.HostPort == 0 {
				continue
			}
			key := fmt.Sprintf("%s/%s/%d", port.Protocol, port.HostIP, port.HostPort)
			if taken[key] {
				r.Duplicate(p.Index(i).Child("ports").Index(j).Child("hostPort"), key)
			}
			taken[key] = true
		}
	}
}

// checkMounts checks where volumes appear. What is wrong inside of one is told
// at times of the mount and at times, as it always was, of the whole list.
func checkMounts(r *field.Report, ctr *Container, mounts *field.Path, c *podContext) {
	paths := map[string]bool{}
	for i := range ctr.VolumeMounts {
		m, p := &ctr.VolumeMounts[i], mounts.Index(i)
		if m.Name == "" {
			r.Required(p.Child("name"), "")
		}
		source, found := c.volumes[m.Name]
		if !found {
			r.NotFound(p.Child("name"), m.Name)
		}
		if m.MountPath == "" {
			r.Required(p.Child("mountPath"), "")
		}
		if paths[m.MountPath] {
			r.Invalid(p.Child("mountPath"), m.MountPath, "must be unique")
		}
		paths[m.MountPath] = true
		for _, d := range ctr.VolumeDevices {
			if d.Name == m.Name {
				r.Invalid(p.Child("name"), m.Name, "must not already exist in volumeDevices")
				break
			}
		}
		for _, d := range ctr.VolumeDevices {
			if d.DevicePath == m.MountPath {
				r.Invalid(p.Child("mountPath"), m.MountPath, "must not already exist as a path in volumeDevices")
				break
			}
		}
		checkSubPath(r, m, source, p, mounts)
		checkPropagation(r, m, ctr.SecurityContext, mounts)
	}
}

func checkSubPath(r *field.Report, m *VolumeMount, source *VolumeSource, p, mounts *field.Path) {
	if m.SubPath != "" {
		checkDescending(r, m.SubPath, mounts.Child("subPath"))
	}
	if m.SubPathExpr == "" {
		return
	}
	if m.SubPath != "" {
		r.Invalid(p.Child("subPathExpr"), m.SubPathExpr, "subPathExpr and subPath are mutually exclusive")
	}
	if source != nil && source.Image != nil {
		r.Invalid(p.Child("subPathExpr"), m.SubPathExpr, "not allowed in image volume sources")
	}
	checkDescending(r, m.SubPathExpr, mounts.Child("subPathExpr"))
}

func checkPropagation(r *field.Report, m *VolumeMount, s *SecurityContext, mounts *field.Path) {
	if v := m.MountPropagation; v != nil {
		q := mounts.Child("mountPropagation")
		field.Known(r, q, *v, MountPropagationBidirectional, MountPropagationHostToContainer, MountPropagationNone)
		if *v == MountPropagationBidirectional && (s == nil || !isTrue(s.Privileged)) {
			r.Forbidden(q, "Bidirectional mount propagation is available only to privileged containers")
		}
	}
	v := m.RecursiveReadOnly
	if v == nil || *v == RecursiveReadOnlyDisabled {
		return
	}
	q := mounts.Child("recursiveReadOnly")
	if *v != RecursiveReadOnlyEnabled && *v != RecursiveReadOnlyIfPossible {
		field.Known(r, q, *v, RecursiveReadOnlyDisabled, RecursiveReadOnlyEnabled, RecursiveReadOnlyIfPossible)
		return
	}
	if !m.ReadOnly {
		r.Forbidden(q, "may only be specified when readOnly is true")
	}
	if m.MountPropagation != nil && *m.MountPropagation != MountPropagationNone {
		r.Forbidden(q, "may only be specified when mountPropagation is None or not specified")
	}
}

func checkDevices(r *field.Report, ctr *Container, devices *field.Path, c *podContext) {
	if len(ctr.VolumeDevices) == 0 {
		return
	}
	names, paths := map[string]bool{}, map[string]bool{}
	for i := range ctr.VolumeDevices {
		d, p := &ctr.VolumeDevices[i], devices.Index(i)
		if d.Name == "" {
			r.Required(p.Child("name"), "")
		}
		if names[d.Name] {
			r.Invalid(p.Child("name"), d.Name, "must be unique")
		}
		names[d.Name] = d.Name != ""
		if source, found := c.volumes[d.Name]; !found {
			r.NotFound(p.Child("name"), d.Name)
		} else if source.PersistentVolumeClaim == nil && source.Ephemeral == nil {
			r.Invalid(p.Child("name"), d.Name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")
		}
		if d.DevicePath == "" {
			r.Required(p.Child("devicePath"), "")
		}
		if paths[d.DevicePath] {
			r.Invalid(p.Child("devicePath"), d.DevicePath, "must be unique")
		}
		if slices.Contains(strings.Split(d.DevicePath, "/"), "..") {
			r.Invalid(p.Child("devicePath"), d.DevicePath, "can not contain backsteps ('..')")
		} else {
			paths[d.DevicePath] = true
		}
		for _, m := range ctr.VolumeMounts {
			if m.Name == d.Name {
				r.Invalid(p.Child("name"), d.Name, "must not already exist in volumeMounts")
				break
			}
		}
		for _, m := range ctr.VolumeMounts {
			if m.MountPath == d.DevicePath {
				r.Invalid(p.Child("devicePath"), d.DevicePath, "must not already exist as a path in volumeMounts")
				break
			}
		}
	}
}

func checkResizePolicy(r *field.Report, policies []ContainerResizePolicy, p *field.Path, restart RestartPolicy) {
	seen := map[ResourceName]bool{}
	for i, policy := range policies {
		if seen[policy.ResourceName] {
			r.Duplicate(p.Index(i), policy.ResourceName)
		}
		seen[policy.ResourceName] = true
		field.OneOf(r, p, policy.ResourceName, ResourceCPU, ResourceMemory)
		field.OneOf(r, p, policy.RestartPolicy, NotRequired, RestartContainer)
		if restart == RestartPolicyNever && policy.RestartPolicy != NotRequired {
			r.Invalid(p, policy.RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")
		}
	}
}
