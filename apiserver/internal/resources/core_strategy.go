package resources

import (
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The functions named new... drop what a client may not set on a new object;
// those named keep...Status carry the status over on an update, those named
// keep...Spec everything else on an update of the status.

func newNamespace(n *core.Namespace) {
	n.Status = core.NamespaceStatus{Phase: core.NamespaceActive}
	if !slices.Contains(n.Spec.Finalizers, core.FinalizerKubernetes) {
		n.Spec.Finalizers = append(n.Spec.Finalizers, core.FinalizerKubernetes)
	}
}

func keepNamespaceStatus(n, old *core.Namespace) {
	n.Spec.Finalizers = old.Spec.Finalizers
	n.Status = old.Status
}

func keepNamespaceSpec(n, old *core.Namespace) { keepMetaButOwn(n, old); n.Spec = old.Spec }

// finalizeSubresource is how the namespace controller says that a namespace is
// empty.
func finalizeSubresource() Subresource {
	s := part("finalize", func(n, old *core.Namespace) {
		keepMetaButOwn(n, old)
		n.Status = old.Status
	}, core.ValidateNamespaceFinalizeUpdate)
	s.Verbs = []string{"update"}
	return s
}

// newNode drops what kubelets no longer read.
func newNode(n *core.Node) { n.Spec.ConfigSource, n.Status.Config = nil, nil }

func keepNodeStatus(n, old *core.Node) {
	n.Status = old.Status
	if old.Spec.ConfigSource == nil {
		n.Spec.ConfigSource = nil
	}
}

// newAccount leaves of references to secrets their names.
func newAccount(a *core.ServiceAccount) {
	for i := range a.Secrets {
		a.Secrets[i] = core.ObjectReference{Name: a.Secrets[i].Name}
	}
}

func keepAccount(a, _ *core.ServiceAccount) { newAccount(a) }

func keepNodeSpec(n, old *core.Node) {
	keepMetaButOwn(n, old)
	n.Spec = old.Spec
	if old.Status.Config == nil {
		n.Status.Config = nil
	}
}

func newClaim(c *core.PersistentVolumeClaim) {
	c.Status = core.PersistentVolumeClaimStatus{Phase: core.ClaimPending}
	core.AgreeOnDataSource(&c.Spec, nil)
}

func keepClaimStatus(c, old *core.PersistentVolumeClaim) {
	c.Status = old.Status
	core.AgreeOnDataSource(&c.Spec, &old.Spec)
}

func keepClaimSpec(c, old *core.PersistentVolumeClaim) { keepMetaButOwn(c, old); c.Spec = old.Spec }

func newVolume(v *core.PersistentVolume) {
	now := meta.Now()
	v.Status = core.PersistentVolumeStatus{Phase: core.VolumePending, LastPhaseTransitionTime: &now}
}

func keepVolumeStatus(v, old *core.PersistentVolume) { v.Status = old.Status }

// keepVolumeSpec notes when the phase changed, unless the writer says so itself.
func keepVolumeSpec(v, old *core.PersistentVolume) {
	keepMetaButOwn(v, old)
	v.Spec = old.Spec
	said, before := v.Status.LastPhaseTransitionTime, old.Status.LastPhaseTransitionTime
	if v.Status.Phase != old.Status.Phase && (said == nil || before != nil && said.Equal(before.Time)) {
		now := meta.Now()
		v.Status.LastPhaseTransitionTime = &now
	}
}

func newPod(p *core.Pod) {
	p.Status = core.PodStatus{Phase: core.PodPending, QOSClass: core.QOSClassOf(&p.Spec)}
	core.SyncAppArmor(p)
	narrowAffinity(p)
	if g := p.Spec.TerminationGracePeriodSeconds; g != nil && *g < 0 {
		*g = 1
	}
	if len(p.Spec.SchedulingGates) > 0 {
		p.Status.Conditions = []core.PodCondition{{Type: core.PodScheduled, Status: core.ConditionFalse, LastTransitionTime: meta.Now(),
			Reason: core.PodReasonSchedulingGated, Message: "Scheduling is blocked due to non-empty scheduling gates"}}
	}
}

func keepPodStatus(p, old *core.Pod) { p.Status = old.Status }

func keepPodSpec(p, old *core.Pod) {
	keepMetaButOwn(p, old)
	p.OwnerReferences = old.OwnerReferences
	p.Spec = old.Spec
	if p.Status.QOSClass == "" {
		p.Status.QOSClass = old.Status.QOSClass
	}
}

// keepAllButEphemeral lets ephemeral containers alone change.
func keepAllButEphemeral(p, old *core.Pod) {
	next := p.Spec.EphemeralContainers
	keepMeta(p, old)
	old = old.DeepCopy()
	p.Spec, p.Status = old.Spec, old.Status
	p.Spec.EphemeralContainers = next
}

// keepAllButSizes lets the resources of containers alone change.
func keepAllButSizes(p, old *core.Pod) {
	keepMeta(p, old)
	core.ResizePod(p, old)
}

func newPodTemplate(t *core.PodTemplate) { t.Generation = 1 }

func keepPodTemplateGeneration(t, old *core.PodTemplate) {
	bump(&t.ObjectMeta, &old.ObjectMeta, t.Template, old.Template)
}

func newController(c *core.ReplicationController) {
	c.Status = core.ReplicationControllerStatus{}
	c.Generation = 1
}

func keepControllerStatus(c, old *core.ReplicationController) {
	c.Status = old.Status
	bump(&c.ObjectMeta, &old.ObjectMeta, c.Spec, old.Spec)
}

func keepControllerSpec(c, old *core.ReplicationController) {
	keepMetaButOwn(c, old)
	c.Spec = old.Spec
}

func newQuota(q *core.ResourceQuota) { q.Status = core.ResourceQuotaStatus{} }

func keepQuotaStatus(q, old *core.ResourceQuota) { q.Status = old.Status }

func keepQuotaSpec(q, old *core.ResourceQuota) { keepMetaButOwn(q, old); q.Spec = old.Spec }

func newService(s *core.Service) {
	s.Status = core.ServiceStatus{}
	dropUnused(s)
}

// dropUnused takes away a policy about traffic where there is none.
func dropUnused(s *core.Service) {
	if p := s.Spec.InternalTrafficPolicy; s.Spec.Type == core.ServiceTypeExternalName && p != nil &&
		(*p == core.ServiceInternalTrafficPolicyCluster || *p == core.ServiceInternalTrafficPolicyLocal) {
		s.Spec.InternalTrafficPolicy = nil
	}
}

// keepServiceStatus also keeps what was allocated when the update leaves it
// out and the type still needs it.
func keepServiceStatus(s, old *core.Service) {
	s.Status = old.Status
	dropUnused(s)
	dropForType(s, old)
	if s.Spec.Type == core.ServiceTypeExternalName || old.Spec.Type == core.ServiceTypeExternalName {
		return
	}
	if s.Spec.ClusterIP != "" && s.Spec.ClusterIP != old.Spec.ClusterIP && slices.Equal(s.Spec.ClusterIPs, old.Spec.ClusterIPs) {
		// Who changes the one field means both; validation then says no.
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	if s.Spec.ClusterIP == "" {
		s.Spec.ClusterIP = old.Spec.ClusterIP
	}
	if len(s.Spec.ClusterIPs) == 0 && s.Spec.ClusterIP == old.Spec.ClusterIP {
		s.Spec.ClusterIPs = old.Spec.ClusterIPs
	}
	if len(s.Spec.IPFamilies) == 0 {
		s.Spec.IPFamilies = old.Spec.IPFamilies
	}
	if s.Spec.IPFamilyPolicy == nil {
		s.Spec.IPFamilyPolicy = old.Spec.IPFamilyPolicy
	}
	keepNodePorts(s, old)
}

// dropForType takes away what the old type needed and the new one must not
// have, where the update leaves it as it was.
func dropForType(s, old *core.Service) {
	outside := func(s *core.Service) bool {
		t := s.Spec.Type
		return t == core.ServiceTypeNodePort || t == core.ServiceTypeLoadBalancer || t == core.ServiceTypeClusterIP && len(s.Spec.ExternalIPs) > 0
	}
	if s.Spec.Type == core.ServiceTypeExternalName && old.Spec.Type != core.ServiceTypeExternalName {
		if s.Spec.ClusterIP == old.Spec.ClusterIP && slices.Equal(s.Spec.ClusterIPs, old.Spec.ClusterIPs) {
			s.Spec.ClusterIP, s.Spec.ClusterIPs = "", nil
		}
		if slices.Equal(s.Spec.IPFamilies, old.Spec.IPFamilies) {
			s.Spec.IPFamilies = nil
		}
		if meta.Equal(s.Spec.IPFamilyPolicy, old.Spec.IPFamilyPolicy) {
			s.Spec.IPFamilyPolicy = nil
		}
		if meta.Equal(s.Spec.InternalTrafficPolicy, old.Spec.InternalTrafficPolicy) {
			s.Spec.InternalTrafficPolicy = nil
		}
	}
	if core.WantsNodePorts(&old.Spec) && !core.WantsNodePorts(&s.Spec) {
		dropNodePorts(s, old)
	}
	if outside(old) && !outside(s) && s.Spec.ExternalTrafficPolicy == old.Spec.ExternalTrafficPolicy {
		s.Spec.ExternalTrafficPolicy = ""
	}
	if core.NeedsHealthCheck(&old.Spec) && !core.NeedsHealthCheck(&s.Spec) && s.Spec.HealthCheckNodePort == old.Spec.HealthCheckNodePort {
		s.Spec.HealthCheckNodePort = 0
	}
	if old.Spec.Type == core.ServiceTypeLoadBalancer && s.Spec.Type != core.ServiceTypeLoadBalancer {
		s.Spec.AllocateLoadBalancerNodePorts, s.Spec.LoadBalancerClass = nil, nil
		s.Status.LoadBalancer = core.LoadBalancerStatus{}
	}
}

// dropNodePorts takes away what is for traffic from outside.
func dropNodePorts(s, old *core.Service) {
	had := map[int32]bool{}
	for _, p := range old.Spec.Ports {
		had[p.NodePort] = true
	}
	for i := range s.Spec.Ports {
		if had[s.Spec.Ports[i].NodePort] {
			s.Spec.Ports[i].NodePort = 0
		}
	}
}

// keepNodePorts gives ports without a node port the one that the port of their
// name had.
func keepNodePorts(s, old *core.Service) {
	if s.Spec.HealthCheckNodePort == 0 && core.NeedsHealthCheck(&s.Spec) && core.NeedsHealthCheck(&old.Spec) {
		s.Spec.HealthCheckNodePort = old.Spec.HealthCheckNodePort
	}
	if !core.WantsNodePorts(&s.Spec) || !core.WantsNodePorts(&old.Spec) {
		return
	}
	used, had := map[int32]bool{}, map[string]int32{}
	for i := range s.Spec.Ports {
		used[s.Spec.Ports[i].NodePort] = true
	}
	for _, o := range old.Spec.Ports {
		had[o.Name] = o.NodePort
	}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		if port := had[p.Name]; p.NodePort == 0 && !used[port] {
			p.NodePort = port
			used[port] = true
		}
	}
}

// validateService looks at addresses and families first, as those are given before
// the rest is looked at.
func validateService(s *core.Service) field.ErrorList {
	if errs := checkAddresses(s); len(errs) > 0 {
		return errs
	}
	return core.ValidateService(s)
}

func validateServiceUpdate(s, old *core.Service) field.ErrorList {
	if errs := checkAddresses(s); len(errs) > 0 {
		return errs
	}
	return core.ValidateServiceUpdate(s, old)
}

func checkAddresses(s *core.Service) field.ErrorList {
	if errs := core.CheckServiceAddresses(s); len(errs) > 0 {
		return errs
	}
	return checkFamilies(s)
}

// checkFamilies refuses what needs a family that this cluster does not have. A
// service without a selector may ask for one all the same when it is headless.
func checkFamilies(s *core.Service) (errs field.ErrorList) {
	if s.Spec.Type == core.ServiceTypeExternalName || s.Spec.ClusterIP == core.ClusterIPNone && len(s.Spec.Selector) == 0 {
		return nil
	}
	spec := field.New("spec")
	if p := s.Spec.IPFamilyPolicy; p != nil && *p == core.IPFamilyPolicyRequireDualStack {
		errs = append(errs, field.Invalid(spec.Child("ipFamilyPolicy"), *p, "this cluster is not configured for dual-stack services"))
	}
	for i, f := range s.Spec.IPFamilies {
		if f != core.IPv4Protocol {
			errs = append(errs, field.Invalid(spec.Child("ipFamilies").Index(i), f, "not configured on this cluster"))
		}
	}
	return errs
}

func keepServiceSpec(s, old *core.Service) { keepMetaButOwn(s, old); s.Spec = old.Spec }

// keepMeta carries all metadata over but the version that the client knows.
func keepMeta(o, old meta.Object) {
	m, rv := o.GetObjectMeta(), o.GetObjectMeta().ResourceVersion
	*m = *old.GetObjectMeta()
	m.ResourceVersion = rv
}

// keepMetaButOwn is keepMeta for status updates, which may change what is the
// users' own as well: labels, annotations, finalizers and owners.
func keepMetaButOwn(o, old meta.Object) {
	m := o.GetObjectMeta()
	labels, annotations, finalizers, owners := m.Labels, m.Annotations, m.Finalizers, m.OwnerReferences
	keepMeta(o, old)
	m.Labels, m.Annotations, m.Finalizers, m.OwnerReferences = labels, annotations, finalizers, owners
}

// nameLimitRange gives a limit range that came without a name one that nothing
// else has.
func nameLimitRange(l *core.LimitRange) {
	if l.Name == "" {
		var b [16]byte
		rand.Read(b[:])
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // a random UUID
		l.Name = fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	}
}
