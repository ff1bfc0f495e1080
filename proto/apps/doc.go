// Package apps holds the kinds of apps/v1: Deployment, ReplicaSet,
// StatefulSet, DaemonSet and the revisions of their templates.
package apps
