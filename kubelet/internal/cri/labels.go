package cri

// Labels on sandboxes and containers: what the pod is. Those that upstream
// writes carry its names, so that crictl and log collectors find them.
const (
	LabelPodName       = "io.kubernetes.pod.name"
	LabelPodNamespace  = "io.kubernetes.pod.namespace"
	LabelPodUID        = "io.kubernetes.pod.uid"
	LabelContainerName = "io.kubernetes.container.name"
)

// Annotations on containers: what the kubelet must still know after a restart.
const (
	AnnotationHash             = "io.kubernetes.container.hash"
	AnnotationRestartCount     = "io.kubernetes.container.restartCount"
	AnnotationTerminationPath  = "io.kubernetes.container.terminationMessagePath"
	AnnotationTerminationKind  = "io.kubernetes.container.terminationMessagePolicy"
	AnnotationGracePeriod      = "io.kubernetes.pod.terminationGracePeriod"
	AnnotationMessageHostPath  = "pilothouse.io/termination-message-file"
	AnnotationBackoffSeconds   = "pilothouse.io/restart-backoff-seconds" // the pause before the restart that follows this run
	AnnotationCreatedForUID    = "pilothouse.io/pod-uid"
	AnnotationPodConfigSource  = "kubernetes.io/config.source"
	AnnotationAtMostOnce       = "pilothouse.io/at-most-one" // on a sandbox: a node that is cut off must stop it
	AnnotationStaticPodMirror  = "kubernetes.io/config.mirror"
	AnnotationStaticConfigHash = "kubernetes.io/config.hash"
)
