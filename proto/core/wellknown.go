package core

// Namespaces that every cluster has.
const (
	// NamespaceAll stands for every namespace in lists and watches.
	NamespaceAll = ""
	// NamespaceDefault takes the objects whose author names no namespace.
	NamespaceDefault = "default"
	// NamespaceSystem holds the cluster's own parts.
	NamespaceSystem = "kube-system"
	// NamespacePublic holds what everyone may read.
	NamespacePublic = "kube-public"
	// NamespaceNodeLease holds one Lease per node: its heartbeat.
	NamespaceNodeLease = "kube-node-lease"
)

// The types of events.
const (
	// EventTypeNormal reports what went as meant.
	EventTypeNormal = "Normal"
	// EventTypeWarning reports what someone may have to look at.
	EventTypeWarning = "Warning"
)

// Labels that the system sets or reads.
const (
	// LabelHostname is the node's host name, one value per node.
	LabelHostname = "kubernetes.io/hostname"
	// LabelOSStable is the node's operating system, as Go names it.
	LabelOSStable = "kubernetes.io/os"
	// LabelArchStable is the node's CPU architecture, as Go names it.
	LabelArchStable = "kubernetes.io/arch"
	// LabelTopologyZone is the failure zone of a node or volume.
	LabelTopologyZone = "topology.kubernetes.io/zone"
	// LabelTopologyRegion is the region that holds the zone.
	LabelTopologyRegion = "topology.kubernetes.io/region"
	// LabelFailureDomainBetaZone is the old name of LabelTopologyZone.
	LabelFailureDomainBetaZone = "failure-domain.beta.kubernetes.io/zone"
	// LabelFailureDomainBetaRegion is the old name of LabelTopologyRegion.
	LabelFailureDomainBetaRegion = "failure-domain.beta.kubernetes.io/region"
	// LabelInstanceTypeStable is the kind of machine that a node is.
	LabelInstanceTypeStable = "node.kubernetes.io/instance-type"
	// LabelInstanceType is the old name of LabelInstanceTypeStable.
	LabelInstanceType = "beta.kubernetes.io/instance-type"
	// LabelNodeExcludeBalancers keeps a node out of external load balancers.
	LabelNodeExcludeBalancers = "node.kubernetes.io/exclude-from-external-load-balancers"
	// LabelNodeRolePrefix begins the labels that kubectl shows as roles.
	LabelNodeRolePrefix = "node-role.kubernetes.io/"
	// LabelNodeRole is an older label whose value is the role.
	LabelNodeRole = "kubernetes.io/role"
	// LabelNamespaceNodeRestriction is a prefix that kubelets may not set.
	LabelNamespaceNodeRestriction = "node-restriction.kubernetes.io"
	// LabelMetadataName is put on every namespace: its own name, so that
	// selectors can name it.
	LabelMetadataName = "kubernetes.io/metadata.name"
	// LabelHeadlessService marks Endpoints and EndpointSlices of a Service
	// without cluster IP.
	LabelHeadlessService = "service.kubernetes.io/headless"
	// LabelServiceProxyName leaves a Service to another proxy than kube-proxy.
	LabelServiceProxyName = "service.kubernetes.io/service-proxy-name"
)

// Taints that the node lifecycle controller and the kubelet put on nodes.
const (
	// TaintNodeNotReady: the kubelet says that the node is not ready.
	TaintNodeNotReady = "node.kubernetes.io/not-ready"
	// TaintNodeUnreachable: the kubelet has not been heard of.
	TaintNodeUnreachable = "node.kubernetes.io/unreachable"
	// TaintNodeUnschedulable: the node is cordoned.
	TaintNodeUnschedulable = "node.kubernetes.io/unschedulable"
	// TaintNodeMemoryPressure: memory runs out.
	TaintNodeMemoryPressure = "node.kubernetes.io/memory-pressure"
	// TaintNodeDiskPressure: disk space runs out.
	TaintNodeDiskPressure = "node.kubernetes.io/disk-pressure"
	// TaintNodePIDPressure: process ids run out.
	TaintNodePIDPressure = "node.kubernetes.io/pid-pressure"
	// TaintNodeNetworkUnavailable: the pod network is not set up.
	TaintNodeNetworkUnavailable = "node.kubernetes.io/network-unavailable"
	// TaintNodeOutOfService: an operator says that the node is down for good,
	// so its pods may be removed by force.
	TaintNodeOutOfService = "node.kubernetes.io/out-of-service"
)

// Annotations that the system sets or reads.
const (
	// AnnotationLastApplied is the manifest that kubectl apply sent last.
	AnnotationLastApplied = "kubectl.kubernetes.io/last-applied-configuration"
	// AnnotationDefaultContainer names the container that kubectl logs and
	// exec mean when none is given.
	AnnotationDefaultContainer = "kubectl.kubernetes.io/default-container"
	// AnnotationRestartedAt is set on a template by kubectl rollout restart.
	AnnotationRestartedAt = "kubectl.kubernetes.io/restartedAt"
	// AnnotationMirrorPod marks the API object of a pod that a kubelet runs
	// from a manifest of its own.
	AnnotationMirrorPod = "kubernetes.io/config.mirror"
	// AnnotationConfigSource says where a kubelet found a pod: api, file, http.
	AnnotationConfigSource = "kubernetes.io/config.source"
	// AnnotationConfigHash identifies the manifest of a pod from a file or URL.
	AnnotationConfigHash = "kubernetes.io/config.hash"
	// AnnotationConfigSeen is the time at which the kubelet first saw a pod.
	AnnotationConfigSeen = "kubernetes.io/config.seen"
	// AnnotationPodDeletionCost orders the pods of a controller when it scales
	// down: the cheapest goes first.
	AnnotationPodDeletionCost = "controller.kubernetes.io/pod-deletion-cost"
	// AnnotationEndpointsLastChange is the time of the change that caused a
	// write of Endpoints; latency is measured by it.
	AnnotationEndpointsLastChange = "endpoints.kubernetes.io/last-change-trigger-time"
	// AnnotationEndpointsOverCapacity marks Endpoints cut at 1000 addresses.
	AnnotationEndpointsOverCapacity = "endpoints.kubernetes.io/over-capacity"
	// AnnotationLoadBalancerSourceRanges is the old form of
	// spec.loadBalancerSourceRanges.
	AnnotationLoadBalancerSourceRanges = "service.beta.kubernetes.io/load-balancer-source-ranges"
	// AnnotationTopologyMode asks for zone hints on endpoints.
	AnnotationTopologyMode = "service.kubernetes.io/topology-mode"
	// AnnotationStorageClass is the old form of spec.storageClassName.
	AnnotationStorageClass = "volume.beta.kubernetes.io/storage-class"
	// AnnotationServiceAccountName names the account that a token Secret is of.
	AnnotationServiceAccountName = "kubernetes.io/service-account.name"
	// AnnotationServiceAccountUID is the uid of that account.
	AnnotationServiceAccountUID = "kubernetes.io/service-account.uid"
)

// Keys of the data of Secrets and ConfigMaps with a fixed meaning.
const (
	// ServiceAccountTokenKey holds the bearer token.
	ServiceAccountTokenKey = "token"
	// ServiceAccountNamespaceKey holds the namespace of the account.
	ServiceAccountNamespaceKey = "namespace"
	// ServiceAccountRootCAKey holds the cluster's CA certificate.
	ServiceAccountRootCAKey = "ca.crt"
	// DockerConfigKey holds a .dockercfg file.
	DockerConfigKey = ".dockercfg"
	// DockerConfigJSONKey holds a ~/.docker/config.json file.
	DockerConfigJSONKey = ".dockerconfigjson"
	// BasicAuthUsernameKey holds the user's name.
	BasicAuthUsernameKey = "username"
	// BasicAuthPasswordKey holds the password.
	BasicAuthPasswordKey = "password"
	// SSHAuthPrivateKey holds the private key.
	SSHAuthPrivateKey = "ssh-privatekey"
	// TLSCertKey holds a PEM certificate chain.
	TLSCertKey = "tls.crt"
	// TLSPrivateKeyKey holds the PEM private key.
	TLSPrivateKeyKey = "tls.key"
	// MaxSecretSize bounds the data of a Secret or ConfigMap, in bytes.
	MaxSecretSize = 1 << 20
)

// Defaults and fixed values of fields.
const (
	// ClusterIPNone as spec.clusterIP makes a Service headless.
	ClusterIPNone = "None"
	// DefaultClientIPSeconds is how long ClientIP affinity lasts: 3 hours.
	DefaultClientIPSeconds = 10800
	// DefaultSchedulerName is the scheduler of pods that name none.
	DefaultSchedulerName = "default-scheduler"
	// DefaultTerminationGraceSeconds is how long a pod may take to stop.
	DefaultTerminationGraceSeconds = 30
	// DefaultTerminationMessagePath is the file a container may leave its last
	// words in.
	DefaultTerminationMessagePath = "/dev/termination-log"
	// DefaultVolumeFileMode is the mode of files in volumes made from objects.
	DefaultVolumeFileMode = 0o644
	// DefaultServiceAccountTokenSeconds is the life of a projected token.
	DefaultServiceAccountTokenSeconds = 3600
	// DefaultServiceAccountName is the account of pods that name none.
	DefaultServiceAccountName = "default"
)

// Prefixes that make resource names.
const (
	// ResourceRequestsPrefix counts requests of a resource in a quota.
	ResourceRequestsPrefix = "requests."
	// ResourceLimitsPrefix counts limits of a resource in a quota.
	ResourceLimitsPrefix = "limits."
	// ResourceCountPrefix counts objects in a quota: count/widgets.example.com.
	ResourceCountPrefix = "count/"
	// ResourceHugePagesPrefix is followed by a page size.
	ResourceHugePagesPrefix = "hugepages-"
	// ResourceAttachableVolumesPrefix is followed by a volume plugin.
	ResourceAttachableVolumesPrefix = "attachable-volumes-"
	// ResourceDefaultNamespacePrefix is what an unprefixed resource belongs to.
	ResourceDefaultNamespacePrefix = "kubernetes.io/"
)

// Reasons of pod conditions.
const (
	// PodReasonUnschedulable: no node fits the pod.
	PodReasonUnschedulable = "Unschedulable"
	// PodReasonSchedulingGated: a scheduling gate holds the pod back.
	PodReasonSchedulingGated = "SchedulingGated"
	// PodReasonSchedulerError: the scheduler itself failed.
	PodReasonSchedulerError = "SchedulerError"
	// PodReasonTerminationByKubelet: the kubelet evicted the pod.
	PodReasonTerminationByKubelet = "TerminationByKubelet"
	// PodReasonPreemptionByScheduler: a pod of higher priority took its place.
	PodReasonPreemptionByScheduler = "PreemptionByScheduler"
	// PodReasonNodeLost: the pod's node has not been heard of.
	PodReasonNodeLost = "NodeLost"
)

// Values of spec.trafficDistribution of a Service.
const (
	// TrafficPreferClose prefers endpoints in the client's zone.
	TrafficPreferClose = "PreferClose"
	// TrafficPreferSameZone is the newer name of PreferClose.
	TrafficPreferSameZone = "PreferSameZone"
	// TrafficPreferSameNode prefers endpoints on the client's node.
	TrafficPreferSameNode = "PreferSameNode"
)

// Values of the log stream that PodLogOptions asks for.
const (
	// LogStreamStdout is standard output.
	LogStreamStdout = "Stdout"
	// LogStreamStderr is standard error.
	LogStreamStderr = "Stderr"
	// LogStreamAll is both, interleaved; the default.
	LogStreamAll = "All"
)

// Names in the query and headers of exec, attach and port-forward.
const (
	// ExecStdinParam asks for standard input.
	ExecStdinParam = "input"
	// ExecStdoutParam asks for standard output.
	ExecStdoutParam = "output"
	// ExecStderrParam asks for standard error.
	ExecStderrParam = "error"
	// ExecTTYParam asks for a terminal.
	ExecTTYParam = "tty"
	// ExecCommandParam is one word of the command; it repeats.
	ExecCommandParam = "command"
	// StreamType is the header that says what a stream carries.
	StreamType = "streamType"
	// StreamTypeStdin carries standard input.
	StreamTypeStdin = "stdin"
	// StreamTypeStdout carries standard output.
	StreamTypeStdout = "stdout"
	// StreamTypeStderr carries standard error.
	StreamTypeStderr = "stderr"
	// StreamTypeData carries the bytes of a forwarded port.
	StreamTypeData = "data"
	// StreamTypeError carries the final error, or nothing.
	StreamTypeError = "error"
	// StreamTypeResize carries terminal sizes.
	StreamTypeResize = "resize"
	// PortHeader is the port that a stream is forwarded to.
	PortHeader = "port"
	// PortForwardRequestIDHeader pairs the data and error streams of one
	// connection.
	PortForwardRequestIDHeader = "requestID"
)

// Names about volumes.
const (
	// FinalizerClaimProtection keeps a claim while pods use it.
	FinalizerClaimProtection = "kubernetes.io/pvc-protection"
	// FinalizerVolumeProtection keeps a volume while it is bound to a claim.
	FinalizerVolumeProtection = "kubernetes.io/pv-protection"
	// AnnotationDefaultStorageClass makes a class, with the value "true", that of
	// claims that name none.
	AnnotationDefaultStorageClass = "storageclass.kubernetes.io/is-default-class"
	// AnnotationDefaultStorageClassBeta is its older name.
	AnnotationDefaultStorageClassBeta = "storageclass.beta.kubernetes.io/is-default-class"
	// AnnotationBindCompleted is on a claim once everything about its binding has
	// been written.
	AnnotationBindCompleted = "pv.kubernetes.io/bind-completed"
	// AnnotationBoundByController says, on a claim or volume, that the binder
	// and no user chose the other one; so it may be undone.
	AnnotationBoundByController = "pv.kubernetes.io/bound-by-controller"
	// AnnotationProvisionedBy names the provisioner that made a volume, and so
	// must remove it.
	AnnotationProvisionedBy = "pv.kubernetes.io/provisioned-by"
	// AnnotationStorageProvisioner asks the provisioner of that name for a volume
	// for the claim.
	AnnotationStorageProvisioner = "volume.kubernetes.io/storage-provisioner"
	// AnnotationStorageProvisionerBeta is its older name; provisioners read both.
	AnnotationStorageProvisionerBeta = "volume.beta.kubernetes.io/storage-provisioner"
	// AnnotationSelectedNode is the node for which a claim's volume is to be made:
	// the scheduler wants to put the first pod there that uses it.
	AnnotationSelectedNode = "volume.kubernetes.io/selected-node"
	// ProvisionerNone is the provisioner of classes whose volumes are all made by
	// hand.
	ProvisionerNone = "kubernetes.io/no-provisioner"
)
