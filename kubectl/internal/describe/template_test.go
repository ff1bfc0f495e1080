package describe

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// TestTemplate: a revision is shown as upstream's kubectl does, tabs and all.
func TestTemplate(t *testing.T) {
	const template = `{"metadata":{"labels":{"app":"web","tier":"front"},"annotations":{"a":"b"}},"spec":{
		"serviceAccountName":"robot","priorityClassName":"urgent","nodeSelector":{"x":"1","y":"2"},
		"initContainers":[{"name":"first","image":"busybox"}],
		"containers":[{"name":"web","image":"nginx","args":["-q"],"volumeMounts":[{"name":"v","mountPath":"/v"}]}],
		"volumes":[{"name":"v","emptyDir":{}},{"name":"c","configMap":{"name":"conf","defaultMode":420}},{"name":"h","hostPath":{"path":"/x","type":""}},
			{"name":"p","persistentVolumeClaim":{"claimName":"data"}},{"name":"s","secret":{"secretName":"key","optional":true}}],
		"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"web"}}}],
		"tolerations":[{"key":"a","operator":"Exists"},{"key":"b","value":"c","effect":"NoSchedule"}]}}`
	const want = "Pod Template:\n" +
		"  Labels:\tapp=web\n\ttier=front\n" +
		"  Annotations:\ta: b\n" +
		"  Service Account:\trobot\n" +
		"  Init Containers:\n   first:\n    Image:\tbusybox\n    Port:\t<none>\n    Host Port:\t<none>\n    Environment:\t<none>\n    Mounts:\t<none>\n" +
		"  Containers:\n   web:\n    Image:\tnginx\n    Port:\t<none>\n    Host Port:\t<none>\n    Args:\n      -q\n" +
		"    Environment:\t<none>\n    Mounts:\n      /v from v (rw)\n" +
		"  Volumes:\n" +
		"   v:\n    Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)\n    Medium:\t\n    SizeLimit:\t<unset>\n" +
		"   c:\n    Type:\tConfigMap (a volume populated by a ConfigMap)\n    Name:\tconf\n    Optional:\tfalse\n" +
		"   h:\n    Type:\tHostPath (bare host directory volume)\n    Path:\t/x\n    HostPathType:\t\n" +
		"   p:\n    Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)\n    ClaimName:\tdata\n    ReadOnly:\tfalse\n" +
		"   s:\n    Type:\tSecret (a volume populated by a Secret)\n    SecretName:\tkey\n    Optional:\ttrue\n" +
		"  Topology Spread Constraints:\tzone:ScheduleAnyway when max skew 1 is exceeded for selector app=web\n" +
		"  Priority Class Name:\turgent\n" +
		"  Node-Selectors:\tx=1\n\ty=2\n" +
		"  Tolerations:\ta op=Exists\n\tb=c:NoSchedule\n"
	var o api.Object
	if err := json.Unmarshal([]byte(template), &o); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Template(&b, o); err != nil || b.String() != want {
		t.Errorf("%v\n%q\nwant\n%q", err, b.String(), want)
	}
}
