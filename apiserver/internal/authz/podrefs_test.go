package authz

import (
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

func TestPodNames(t *testing.T) {
	const text = `{"metadata":{"name":"p"},"spec":{"serviceAccountName":"sa","imagePullSecrets":[{"name":"pull"}],
"volumes":[{"name":"a","secret":{"secretName":"s1"}},{"name":"b","configMap":{"name":"c1"}},{"name":"c","persistentVolumeClaim":{"claimName":"d1"}},
 {"name":"e","ephemeral":{"volumeClaimTemplate":{"spec":{}}}},{"name":"f","projected":{"sources":[{"secret":{"name":"s2"}},{"configMap":{"name":"c2"}}]}},
 {"name":"g","csi":{"driver":"x","nodePublishSecretRef":{"name":"s3"}}},{"name":"h","azureFile":{"secretName":"s4","shareName":"x"}},{"name":"i","rbd":{"secretRef":{"name":"s5"}}}],
"initContainers":[{"name":"i","envFrom":[{"secretRef":{"name":"s6"}}]}],
"containers":[{"name":"c","envFrom":[{"configMapRef":{"name":"c3"}}],"env":[{"name":"x","valueFrom":{"secretKeyRef":{"name":"s7","key":"k"}}},{"name":"y","valueFrom":{"configMapKeyRef":{"name":"c4","key":"k"}}}]}],
"ephemeralContainers":[{"name":"d","envFrom":[{"secretRef":{"name":"s8"}}]}]}}`
	p := &core.Pod{}
	if err := codec.DecodeJSON([]byte(text), p); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range podNames(p) {
		got[r.resource] = append(got[r.resource], r.name)
	}
	for resource, want := range map[string][]string{
		"serviceaccounts": {"sa"}, "configmaps": {"c1", "c2", "c3", "c4"}, "persistentvolumeclaims": {"d1", "p-e"},
		"secrets": {"pull", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"},
	} {
		slices.Sort(got[resource])
		if !slices.Equal(got[resource], want) {
			t.Errorf("%s: %v, want %v", resource, got[resource], want)
		}
	}
	p.Annotations = map[string]string{core.AnnotationMirrorPod: "x"}
	if refs := podNames(p); refs != nil {
		t.Errorf("the copy of a static pod names %v", refs)
	}
	if !Names(p)["secrets"] || Names(p)["pods"] {
		t.Errorf("%v", Names(p))
	}
}
