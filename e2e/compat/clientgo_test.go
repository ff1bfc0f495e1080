package compat

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/retry"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
)

// config is how client-go reaches the bed.
func config(t *testing.T, b *bed.Bed) *rest.Config {
	t.Helper()
	c, err := clientcmd.BuildConfigFromFlags("", b.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	c.QPS, c.Burst = -1, -1
	return c
}

// configMap is an object to work with.
func configMap(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "compat"}},
		Data:       map[string]string{"key": "value"},
	}
}

// next returns the next event of w.
func next(t *testing.T, w watch.Interface) watch.Event {
	t.Helper()
	select {
	case e, ok := <-w.ResultChan():
		if !ok {
			t.Fatal("the watch ended")
		}
		return e
	case <-time.After(30 * time.Second):
		t.Fatal("no event in 30 seconds")
	}
	return watch.Event{}
}

// The typed client in each encoding: every verb, and a watch that sees them.
func TestClientGoTyped(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	for _, contentType := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		t.Run(contentType, func(t *testing.T) {
			c := config(t, b)
			c.ContentType = contentType
			c.AcceptContentTypes = contentType
			client, err := kubernetes.NewForConfig(c)
			if err != nil {
				t.Fatal(err)
			}
			verbs(t, client, map[string]string{runtime.ContentTypeJSON: "typed-json", runtime.ContentTypeProtobuf: "typed-protobuf"}[contentType])
		})
	}
}

func verbs(t *testing.T, client kubernetes.Interface, ns string) {
	ctx := t.Context()
	if _, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	maps := client.CoreV1().ConfigMaps(ns)
	w, err := maps.Watch(ctx, metav1.ListOptions{LabelSelector: "app=compat"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	made, err := maps.Create(ctx, configMap("one"), metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if made.UID == "" || made.ResourceVersion == "" || made.CreationTimestamp.IsZero() || len(made.ManagedFields) == 0 {
		t.Errorf("what was created lacks what a server adds: %+v", made.ObjectMeta)
	}
	if e := next(t, w); e.Type != watch.Added || e.Object.(*corev1.ConfigMap).UID != made.UID {
		t.Errorf("the watch saw %s %v", e.Type, e.Object)
	}
	if _, err := maps.Create(ctx, configMap("one"), metav1.CreateOptions{}); !apierrors.IsAlreadyExists(err) {
		t.Errorf("a second create: %v", err)
	}
	stale := made.DeepCopy()
	made.Data["key"] = "updated"
	updated, err := maps.Update(ctx, made, metav1.UpdateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if e := next(t, w); e.Type != watch.Modified || e.Object.(*corev1.ConfigMap).ResourceVersion != updated.ResourceVersion {
		t.Errorf("the watch saw %s %v", e.Type, e.Object)
	}
	if _, err := maps.Update(ctx, stale, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("a stale update: %v", err)
	}
	if err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		got, err := maps.Get(ctx, "one", metav1.GetOptions{})
		if err != nil {
			return err
		}
		got.Data["more"] = "yes"
		_, err = maps.Update(ctx, got, metav1.UpdateOptions{})
		return err
	}); err != nil {
		t.Error(err)
	}
	for kind, patch := range map[types.PatchType]string{
		types.StrategicMergePatchType: `{"data":{"strategic":"yes"}}`,
		types.MergePatchType:          `{"data":{"merge":"yes"}}`,
		types.JSONPatchType:           `[{"op":"add","path":"/data/json","value":"yes"}]`,
	} {
		if _, err := maps.Patch(ctx, "one", kind, []byte(patch), metav1.PatchOptions{}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	got, err := maps.Get(ctx, "one", metav1.GetOptions{})
	if err != nil || len(got.Data) != 5 {
		t.Errorf("got %v, %v", got.Data, err)
	}
	if _, err := maps.Create(ctx, configMap("dry"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
		t.Error(err)
	}
	if _, err := maps.Get(ctx, "dry", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("a dry run stays: %v", err)
	}
	pages(t, client, ns)
	wrong := types.UID("00000000-0000-0000-0000-000000000000")
	if err := maps.Delete(ctx, "one", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}}); !apierrors.IsConflict(err) {
		t.Errorf("a delete with another's UID: %v", err)
	}
	if err := maps.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
	for {
		e := next(t, w)
		if e.Type == watch.Deleted && e.Object.(*corev1.ConfigMap).Name == "one" {
			break
		}
	}
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "page=yes"}); err != nil {
		t.Error(err)
	}
	if left, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "page=yes"}); err != nil || len(left.Items) != 0 {
		t.Errorf("left after deletecollection: %d, %v", len(left.Items), err)
	}
	scaled(t, client, ns)
}

// pages lists a few objects page by page, consistently.
func pages(t *testing.T, client kubernetes.Interface, ns string) {
	t.Helper()
	ctx := t.Context()
	maps := client.CoreV1().ConfigMaps(ns)
	for i := range 5 {
		cm := configMap(fmt.Sprint("page-", i))
		cm.Labels = map[string]string{"page": "yes"}
		if _, err := maps.Create(ctx, cm, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	options := metav1.ListOptions{Limit: 2, LabelSelector: "page=yes"}
	for page := 0; ; page++ {
		list, err := maps.List(ctx, options)
		if err != nil {
			t.Fatal(err)
		}
		for _, cm := range list.Items {
			names = append(names, cm.Name)
		}
		if options.Continue = list.Continue; options.Continue == "" {
			break
		}
		// What comes between two pages is not in the snapshot.
		cm := configMap(fmt.Sprint("page-9-late-", page))
		cm.Labels = map[string]string{"page": "yes"}
		if _, err := maps.Create(ctx, cm, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"page-0", "page-1", "page-2", "page-3", "page-4"}; !slices.Equal(names, want) {
		t.Errorf("the pages hold %v, not %v", names, want)
	}
}

// scaled uses a scale subresource, whose kind is of another group.
func scaled(t *testing.T, client kubernetes.Interface, ns string) {
	t.Helper()
	ctx := t.Context()
	rcs := client.CoreV1().ReplicationControllers(ns)
	if _, err := rcs.Create(ctx, &corev1.ReplicationController{
		ObjectMeta: metav1.ObjectMeta{Name: "rc"},
		Spec: corev1.ReplicationControllerSpec{Replicas: new(int32), Selector: map[string]string{"a": "b"}, Template: &corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "b"}},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "i"}}}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		scale, err := rcs.GetScale(ctx, "rc", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if scale.Status.Selector != "a=b" {
			t.Errorf("the scale's selector is %q", scale.Status.Selector)
		}
		scale.Spec.Replicas = 1
		_, err = rcs.UpdateScale(ctx, "rc", scale, metav1.UpdateOptions{})
		return err
	}); err != nil {
		t.Error(err)
	}
	if rc, err := rcs.Get(ctx, "rc", metav1.GetOptions{}); err != nil || *rc.Spec.Replicas != 1 {
		t.Errorf("after scaling: %+v, %v", rc.Spec, err)
	}
}

func TestClientGoServerSideApply(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	ctx := t.Context()
	services := client.CoreV1().Services("default")
	port := func(name string, n int32) *applycorev1.ServicePortApplyConfiguration {
		return applycorev1.ServicePort().WithName(name).WithPort(n)
	}
	apply := func(manager string, force bool, ports ...*applycorev1.ServicePortApplyConfiguration) (*corev1.Service, error) {
		return services.Apply(ctx, applycorev1.Service("ssa", "default").
			WithSpec(applycorev1.ServiceSpec().WithClusterIP("None").WithPorts(ports...)), metav1.ApplyOptions{FieldManager: manager, Force: force})
	}
	if _, err := apply("one", false, port("http", 80)); err != nil {
		t.Fatal(err)
	}
	svc, err := apply("two", false, port("https", 443))
	if err != nil || len(svc.Spec.Ports) != 2 {
		t.Fatalf("two managers' ports: %v, %v", svc, err)
	}
	_, err = services.Apply(ctx, applycorev1.Service("ssa", "default").WithSpec(applycorev1.ServiceSpec().
		WithPorts(port("http", 80).WithAppProtocol("h2c"))), metav1.ApplyOptions{FieldManager: "one"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = services.Apply(ctx, applycorev1.Service("ssa", "default").WithSpec(applycorev1.ServiceSpec().
		WithPorts(port("http", 80).WithAppProtocol("other"))), metav1.ApplyOptions{FieldManager: "three"})
	if !apierrors.IsConflict(err) {
		t.Fatalf("another's value: %v", err)
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || len(status.Status().Details.Causes) != 1 ||
		status.Status().Details.Causes[0].Type != metav1.CauseTypeFieldManagerConflict {
		t.Errorf("the conflict's causes: %+v", status)
	}
	// A manager takes its own out of the object and goes on from there.
	live, err := services.Get(ctx, "ssa", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	extracted, err := applycorev1.ExtractService(live, "two")
	if err != nil || len(extracted.Spec.Ports) != 1 || *extracted.Spec.Ports[0].Name != "https" {
		t.Fatalf("two's own: %+v, %v", extracted, err)
	}
	if svc, err = apply("two", false); err != nil || len(svc.Spec.Ports) != 1 {
		t.Errorf("after two gave up its port: %+v, %v", svc.Spec.Ports, err)
	}
}

func TestClientGoDynamicAndMetadata(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	ctx := t.Context()
	secrets := schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	dyn := dynamic.NewForConfigOrDie(config(t, b))
	made, err := dyn.Resource(secrets).Namespace("default").Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"generateName": "dyn-", "labels": map[string]any{"a": "b"}},
		"stringData": map[string]any{"k": "v"}}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if v, _, _ := unstructured.NestedString(made.Object, "data", "k"); v != "dg==" {
		t.Errorf("data is %v", made.Object["data"])
	}
	partial := metadata.NewForConfigOrDie(config(t, b))
	w, err := partial.Resource(secrets).Namespace("default").Watch(ctx, metav1.ListOptions{LabelSelector: "a=b", ResourceVersion: made.GetResourceVersion()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	list, err := partial.Resource(secrets).Namespace("default").List(ctx, metav1.ListOptions{LabelSelector: "a=b"})
	if err != nil || len(list.Items) != 1 || list.Items[0].UID != made.GetUID() {
		t.Errorf("the metadata list: %+v, %v", list, err)
	}
	patched, err := partial.Resource(secrets).Namespace("default").Patch(ctx, made.GetName(), types.MergePatchType, []byte(`{"metadata":{"labels":{"c":"d"}}}`), metav1.PatchOptions{})
	if err != nil || patched.Labels["c"] != "d" {
		t.Errorf("the metadata patch: %+v, %v", patched, err)
	}
	if e := next(t, w); e.Type != watch.Modified || e.Object.(*metav1.PartialObjectMetadata).Labels["c"] != "d" {
		t.Errorf("the metadata watch saw %s %+v", e.Type, e.Object)
	}
	if err := partial.Resource(secrets).Namespace("default").Delete(ctx, made.GetName(), metav1.DeleteOptions{}); err != nil {
		t.Error(err)
	}
}

func TestClientGoDiscovery(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	client := discovery.NewDiscoveryClientForConfigOrDie(config(t, b))
	groups, resources, err := client.ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) < 15 || len(resources) < 15 {
		t.Errorf("found %d groups, %d versions", len(groups), len(resources))
	}
	// The same without the aggregated form, which older clients do not ask for.
	legacy := client.WithLegacy()
	_, old, err := legacy.ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	names := func(lists []*metav1.APIResourceList) (all []string) {
		for _, l := range lists {
			for _, r := range l.APIResources {
				all = append(all, l.GroupVersion+" "+r.Name+" "+fmt.Sprint(r.Namespaced, r.Verbs, r.ShortNames, r.Categories))
			}
		}
		slices.Sort(all)
		return all
	}
	if a, b := names(resources), names(old); !slices.Equal(a, b) {
		t.Errorf("the two kinds of discovery differ:\n%v\n%v", a, b)
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client))
	for _, c := range []struct{ group, kind, resource, scope string }{
		{"apps", "Deployment", "deployments", "namespace"},
		{"", "Node", "nodes", "root"},
		{"networking.k8s.io", "Ingress", "ingresses", "namespace"},
		{"policy", "PodDisruptionBudget", "poddisruptionbudgets", "namespace"},
		{"apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", "root"},
	} {
		m, err := mapper.RESTMapping(schema.GroupKind{Group: c.group, Kind: c.kind})
		if err != nil {
			t.Error(err)
			continue
		}
		if m.Resource.Resource != c.resource || string(m.Scope.Name()) != c.scope {
			t.Errorf("%s is %s, %s", c.kind, m.Resource.Resource, m.Scope.Name())
		}
	}
	if _, err := mapper.RESTMapping(schema.GroupKind{Group: "nosuch", Kind: "Nothing"}); !meta.IsNoMatchError(err) {
		t.Errorf("a kind that is not there: %v", err)
	}
	if v, err := client.ServerVersion(); err != nil || v.Major != "1" || v.Minor != "32" {
		t.Errorf("version: %+v, %v", v, err)
	}
	if doc, err := client.OpenAPISchema(); err != nil || len(doc.GetDefinitions().GetAdditionalProperties()) < 100 {
		t.Errorf("openapi v2: %v", err)
	}
	paths, err := client.OpenAPIV3().Paths()
	if err != nil || paths["apis/apps/v1"] == nil {
		t.Fatalf("openapi v3: %d paths, %v", len(paths), err)
	}
	if body, err := paths["apis/apps/v1"].Schema(runtime.ContentTypeJSON); err != nil || len(body) < 1000 {
		t.Errorf("openapi v3 of apps: %d bytes, %v", len(body), err)
	}
}
