package compat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
)

// eventually fails the test when f is not true in time.
func eventually(t *testing.T, within time.Duration, what string, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for !f() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", within, what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// follower is an informer of the config maps of one namespace and what it saw.
type follower struct {
	informer cache.SharedIndexInformer
	mu       sync.Mutex
	seen     map[string]string // name -> value of data.n
	adds     map[string]int
}

func follow(t *testing.T, client kubernetes.Interface) *follower {
	t.Helper()
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace("default"))
	f := &follower{informer: factory.Core().V1().ConfigMaps().Informer(), seen: map[string]string{}, adds: map[string]int{}}
	set := func(o any) {
		cm := o.(*corev1.ConfigMap)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.seen[cm.Name] = cm.Data["n"]
	}
	if _, err := f.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(o any) {
			set(o)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.adds[o.(*corev1.ConfigMap).Name]++
		},
		UpdateFunc: func(_, o any) { set(o) },
		DeleteFunc: func(o any) {
			if d, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = d.Obj
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.seen, o.(*corev1.ConfigMap).Name)
		},
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	factory.Start(ctx.Done())
	t.Cleanup(func() { cancel(); factory.Shutdown() })
	if !cache.WaitForCacheSync(t.Context().Done(), f.informer.HasSynced) {
		t.Fatal("the informer does not synchronise")
	}
	return f
}

func (f *follower) has(name, n string) func() bool {
	return func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		got, ok := f.seen[name]
		return ok && got == n
	}
}

func (f *follower) lost(name string) func() bool {
	return func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		_, ok := f.seen[name]
		return !ok
	}
}

func put(t *testing.T, client kubernetes.Interface, name, n string) string {
	t.Helper()
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"n": n}}
	made, err := client.CoreV1().ConfigMaps("default").Update(t.Context(), cm, metav1.UpdateOptions{})
	if err != nil {
		made, err = client.CoreV1().ConfigMaps("default").Create(t.Context(), cm, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return made.ResourceVersion
}

// rootCA waits for the object that every namespace is given some time after it
// was made, so that it is not taken for a change.
func rootCA(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	w, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=kube-root-ca.crt"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	if e := next(t, w); e.Type != "ADDED" {
		t.Fatalf("%s %v", e.Type, e.Object)
	}
}

// An informer stays right while the server is killed, restarted and the history
// that it stood on is compacted away. The list comes in a stream, as client-go
// asks for it by default.
func TestClientGoInformerOverRestartAndCompaction(t *testing.T) {
	b := bed.Start(t, bed.Config{Etcd: true})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	for i := range 20 {
		put(t, client, fmt.Sprint("before-", i), "1")
	}
	f := follow(t, client)
	for i := range 20 {
		if !f.has(fmt.Sprint("before-", i), "1")() {
			eventually(t, 10*time.Second, "all that was there before", f.has(fmt.Sprint("before-", i), "1"))
		}
	}
	put(t, client, "before-0", "2")
	eventually(t, 10*time.Second, "an update", f.has("before-0", "2"))

	b.RestartServer(t, syscall.SIGKILL)
	put(t, client, "before-0", "3")
	eventually(t, 60*time.Second, "an update after a kill", f.has("before-0", "3"))

	// While nobody listens, things change and their history goes.
	b.StopServer(syscall.SIGTERM)
	second := b.Second(t)
	other := kubernetes.NewForConfigOrDie(config(t, second))
	if err := other.CoreV1().ConfigMaps("default").Delete(t.Context(), "before-1", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	revision := put(t, other, "meanwhile", "1")
	compact(t, b.Etcd, revision)
	b.StartServer(t)
	eventually(t, 60*time.Second, "what was made while the server was away", f.has("meanwhile", "1"))
	eventually(t, 60*time.Second, "the loss of what was deleted while the server was away", f.lost("before-1"))
	put(t, client, "before-0", "4")
	eventually(t, 10*time.Second, "an update at the end", f.has("before-0", "4"))
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, n := range f.adds {
		if n != 1 {
			t.Errorf("%s was added %d times", name, n)
		}
	}
}

// compact throws away etcd's history before revision.
func compact(t *testing.T, etcd, revision string) {
	t.Helper()
	if _, err := strconv.Atoi(revision); err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(map[string]any{"revision": revision, "physical": true})
	resp, err := http.Post(etcd+"/v3/kv/compaction", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("compaction: %s", resp.Status)
	}
}

// A watch that asks for its initial events gets each object once, then a
// bookmark that says so, then what changes.
func TestClientGoWatchList(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	for i := range 10 {
		put(t, client, fmt.Sprint("w-", i), "1")
	}
	rootCA(t, client)
	yes := true
	w, err := client.CoreV1().ConfigMaps("default").Watch(t.Context(), metav1.ListOptions{
		SendInitialEvents: &yes, AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	names := map[string]bool{}
	for {
		e := next(t, w)
		cm := e.Object.(*corev1.ConfigMap)
		if e.Type == "BOOKMARK" {
			if cm.Annotations[metav1.InitialEventsAnnotationKey] != "true" || cm.ResourceVersion == "" {
				t.Errorf("the bookmark is %+v", cm.ObjectMeta)
			}
			break
		}
		if e.Type != "ADDED" || names[cm.Name] {
			t.Errorf("%s %s", e.Type, cm.Name)
		}
		names[cm.Name] = true
	}
	for i := range 10 {
		if !names[fmt.Sprint("w-", i)] {
			t.Errorf("w-%d is missing", i)
		}
	}
	put(t, client, "w-0", "2")
	if e := next(t, w); e.Type != "MODIFIED" || e.Object.(*corev1.ConfigMap).Data["n"] != "2" {
		t.Errorf("afterwards: %s %v", e.Type, e.Object)
	}
}

// Two candidates: one leads; when it gives up the other takes over.
func TestClientGoLeaderElection(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	leading := make(chan string)
	run := func(name string) context.CancelFunc {
		ctx, cancel := context.WithCancel(context.Background())
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, "default", "compat", client.CoreV1(), client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
				Lock: lock, ReleaseOnCancel: true, LeaseDuration: 8 * time.Second, RenewDeadline: 5 * time.Second, RetryPeriod: time.Second,
				Callbacks: leaderelection.LeaderCallbacks{
					OnStartedLeading: func(ctx context.Context) {
						select {
						case leading <- name:
						case <-ctx.Done():
						}
					},
					OnStoppedLeading: func() {}}})
		}()
		stop := func() { cancel(); <-done }
		t.Cleanup(stop)
		return stop
	}
	wait := func(want string) {
		t.Helper()
		select {
		case got := <-leading:
			if got != want {
				t.Fatalf("%s leads", got)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s does not lead", want)
		}
	}
	stop := run("first")
	wait("first")
	run("second")
	b.RestartServer(t, syscall.SIGTERM) // a short pause changes nothing
	stop()
	wait("second")
	lease, err := client.CoordinationV1().Leases("default").Get(t.Context(), "compat", metav1.GetOptions{})
	if err != nil || *lease.Spec.HolderIdentity != "second" || *lease.Spec.LeaseTransitions < 1 {
		t.Errorf("the lease: %+v, %v", lease.Spec, err)
	}
}
