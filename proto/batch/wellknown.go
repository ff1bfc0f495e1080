package batch

// Labels that tie pods to their job, and annotations of cron jobs' work. The
// short names are those of the first jobs; selectors of old jobs use them.
const (
	// LabelJobName names the job on each of its pods.
	LabelJobName = "batch.kubernetes.io/job-name"
	// LabelControllerUID is the job's uid on each of its pods; the job's
	// selector asks for it.
	LabelControllerUID = "batch.kubernetes.io/controller-uid"
	// LegacyLabelJobName is the older form of LabelJobName.
	LegacyLabelJobName = "job-name"
	// LegacyLabelControllerUID is the older form of LabelControllerUID.
	LegacyLabelControllerUID = "controller-uid"
	// FinalizerJobTracking keeps a finished pod until its job has counted it.
	FinalizerJobTracking = "batch.kubernetes.io/job-tracking"
)
