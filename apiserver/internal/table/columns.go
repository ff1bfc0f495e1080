package table

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// printers are by group and kind.
var printers = map[string]*Printer{
	"/Pod": printer(columns("Name", "Ready", "Status", "Restarts", "Age",
		"+IP", "+Node", "+Nominated Node", "+Readiness Gates"), podCells),
	"/PodTemplate": printer(columns("Name", "Containers", "Images", "Pod Labels"), podTemplateCells),
	"/ReplicationController": printer(columns("Name", "Desired#", "Current#", "Ready#", "Age",
		"+Containers", "+Images", "+Selector"), controllerCells),
	"/Service":                       printer(columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "+Selector"), serviceCells),
	"/Endpoints":                     printer(columns("Name", "Endpoints", "Age"), endpointsCells),
	"discovery.k8s.io/EndpointSlice": printer(columns("Name", "AddressType", "Ports", "Endpoints", "Age"), sliceCells),
	"/Node": printer(columns("Name", "Status", "Roles", "Age", "Version",
		"+Internal-IP", "+External-IP", "+OS-Image", "+Kernel-Version", "+Container-Runtime"), nodeCells),
	"/Namespace":          printer(columns("Name", "Status", "Age"), namespaceCells),
	"/Event":              printer(eventColumns, eventCells),
	"events.k8s.io/Event": printer(eventColumns, newEventCells),
	"/Secret":             printer(columns("Name", "Type", "Data", "Age"), secretCells),
	"/ConfigMap":          printer(columns("Name", "Data", "Age"), configMapCells),
	"/ServiceAccount":     printer(columns("Name", "Secrets", "Age"), accountCells),
	"/PersistentVolume": printer(columns("Name", "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim",
		"StorageClass", "VolumeAttributesClass", "Reason", "Age", "+VolumeMode"), volumeCells),
	"/PersistentVolumeClaim": printer(columns("Name", "Status", "Volume", "Capacity", "Access Modes",
		"StorageClass", "VolumeAttributesClass", "Age", "+VolumeMode"), claimCells),
	"/LimitRange":             printer(columns("Name", "Created At@"), limitCells),
	"/ResourceQuota":          printer(columns("Name", "Age", "Request", "Limit"), quotaCells),
	"/ComponentStatus":        printer(columns("Name", "Status", "Message", "Error"), componentCells),
	"apps/ControllerRevision": printer(columns("Name", "Controller", "Revision", "Age"), revisionCells),
	"apps/DaemonSet": printer(columns("Name", "Desired#", "Current#", "Ready#", "Up-to-date#", "Available#", "Node Selector", "Age",
		"+Containers", "+Images", "+Selector"), daemonSetCells),
	"apps/Deployment":  printer(columns("Name", "Ready", "Up-to-date", "Available", "Age", "+Containers", "+Images", "+Selector"), deploymentCells),
	"apps/ReplicaSet":  printer(columns("Name", "Desired#", "Current#", "Ready#", "Age", "+Containers", "+Images", "+Selector"), replicaSetCells),
	"apps/StatefulSet": printer(columns("Name", "Ready", "Age", "+Containers", "+Images"), statefulSetCells),
	"autoscaling/HorizontalPodAutoscaler": {Columns: columns("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"),
		Cells: autoscalerCells},
	"batch/CronJob": printer(columns("Name", "Schedule", "Timezone", "Suspend?", "Active#", "Last Schedule", "Age",
		"+Containers", "+Images", "+Selector"), cronJobCells),
	"batch/Job":                       printer(columns("Name", "Status", "Completions", "Duration", "Age", "+Containers", "+Images", "+Selector"), jobCells),
	"node.k8s.io/RuntimeClass":        printer(columns("Name", "Handler", "Age"), runtimeClassCells),
	"policy/PodDisruptionBudget":      printer(columns("Name", "Min Available", "Max Unavailable", "Allowed Disruptions#", "Age"), budgetCells),
	"scheduling.k8s.io/PriorityClass": printer(columns("Name", "Value#", "Global-Default?", "Age", "PreemptionPolicy"), priorityClassCells),
	"coordination.k8s.io/Lease":       printer(columns("Name", "Holder", "Age"), leaseCells),
}

var eventColumns = func() []meta.TableColumnDefinition {
	c := columns("Last Seen", "Type", "Reason", "Object", "+Subobject", "+Source", "Message", "+First Seen", "+Count", "+Name")
	return c
}()
