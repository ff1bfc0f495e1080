// Package flowcontrol holds the kinds of flowcontrol.apiserver.k8s.io/v1:
// how requests share the API server when it is busy: FlowSchema and
// PriorityLevelConfiguration.
package flowcontrol
