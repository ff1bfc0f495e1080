// Package wire holds our two encodings against those of the Go types that
// every other program of this ecosystem is built on. It is a module of its own,
// since nothing else may depend on them.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/pbwire"
	"github.com/pilothouse/pilothouse/proto/scheme"
	admission "k8s.io/api/admission/v1"
	admissionregistration "k8s.io/api/admissionregistration/v1"
	apidiscovery "k8s.io/api/apidiscovery/v2"
	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batch "k8s.io/api/batch/v1"
	certificates "k8s.io/api/certificates/v1"
	coordination "k8s.io/api/coordination/v1"
	upstream "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	flowcontrol "k8s.io/api/flowcontrol/v1"
	networking "k8s.io/api/networking/v1"
	node "k8s.io/api/node/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	scheduling "k8s.io/api/scheduling/v1"
	storage "k8s.io/api/storage/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// groups holds the other side's kinds by group, version and name.
var groups = func() *runtime.Scheme {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admission.AddToScheme, admissionregistration.AddToScheme, apidiscovery.AddToScheme, apiextensions.AddToScheme, apiregistration.AddToScheme,
		apps.AddToScheme, authentication.AddToScheme, authorization.AddToScheme, autoscaling.AddToScheme, autoscalingv2.AddToScheme, batch.AddToScheme,
		certificates.AddToScheme, coordination.AddToScheme, discovery.AddToScheme, events.AddToScheme, flowcontrol.AddToScheme, metrics.AddToScheme, networking.AddToScheme,
		node.AddToScheme, policy.AddToScheme, rbac.AddToScheme, scheduling.AddToScheme, storage.AddToScheme, upstream.AddToScheme,
	} {
		if err := add(all); err != nil {
			panic(err)
		}
	}
	return all
}()

// theirs is an empty value of the other side's type for one of ours, or nil.
func theirs(ours reflect.Type) any {
	if o, ok := unnamed[ours.String()]; ok {
		return reflect.New(reflect.TypeOf(o)).Interface()
	}
	k := scheme.OfType(ours)
	if k == nil {
		return nil
	}
	// A list is known by the kind of its items.
	o, err := groups.New(schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: ours.Name()})
	if err != nil {
		return nil
	}
	return o
}

// unnamed are the other side's types that no group registers, by the package
// and name of ours.
var unnamed = map[string]any{
	"core.PodLogOptions": upstream.PodLogOptions{}, "core.PodExecOptions": upstream.PodExecOptions{}, "core.SerializedReference": upstream.SerializedReference{},
	"meta.Status":                    metav1.Status{},
	"meta.DeleteOptions":             metav1.DeleteOptions{},
	"meta.ListOptions":               metav1.ListOptions{},
	"meta.PatchOptions":              metav1.PatchOptions{},
	"meta.APIResourceList":           metav1.APIResourceList{},
	"meta.APIGroupList":              metav1.APIGroupList{},
	"meta.APIVersions":               metav1.APIVersions{},
	"meta.Condition":                 metav1.Condition{},
	"meta.PartialObjectMetadata":     metav1.PartialObjectMetadata{},
	"meta.PartialObjectMetadataList": metav1.PartialObjectMetadataList{},
	"meta.WatchEvent":                metav1.WatchEvent{},
	"meta.Table":                     metav1.Table{},
}

// ahead are kinds to which the other side has added an experimental part that
// it always writes, empty as it is, and that is not in the contract.
var ahead = map[string]bool{"storage.CSINode": true, "storage.CSINodeList": true}

// message is what the other side's types implement.
type message interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

// eachFilled runs check with many filled values of every kind, and an empty
// one of the other side.
func eachFilled(t *testing.T, check func(t *testing.T, ours, other any)) {
	for _, s := range codectest.Samples() {
		typ := reflect.TypeOf(s).Elem()
		if ahead[typ.String()] {
			continue
		}
		t.Run(typ.String(), func(t *testing.T) {
			if theirs(typ) == nil {
				t.Fatal("theirs has no type for it")
			}
			for seed := range uint64(40) {
				v := reflect.New(typ).Interface()
				codectest.Fill(v, seed)
				forget(reflect.ValueOf(v).Elem())
				if check(t, v, theirs(typ)); t.Failed() {
					t.Fatalf("with seed %d", seed)
				}
			}
		})
	}
}

// forget empties what the other side no longer has.
func forget(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			forget(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			forget(v.Index(i))
		}
	case reflect.Struct:
		if s, ok := v.Addr().Interface().(*core.PodStatus); ok {
			s.NodeAllocatableResourceClaimStatuses = nil
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				forget(v.Field(i))
			}
		}
	}
}

// TestJSON lets the other side read what we write and write it again.
func TestJSON(t *testing.T) {
	eachFilled(t, func(t *testing.T, v, other any) {
		text, err := codec.EncodeJSON(v)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(other); err != nil {
			t.Fatalf("the other side refuses %s: %v", text, err)
		}
		back, err := json.Marshal(other)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(parsed(t, text), parsed(t, back)); d != "" {
			t.Fatalf("(-ours +theirs):\n%s", d)
		}
		again := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		if problems, err := codec.DecodeJSONStrict(back, again); err != nil || len(problems) > 0 {
			t.Fatalf("we refuse what they write: %v %q", err, problems)
		}
	})
}

func parsed(t *testing.T, text []byte) any {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return prune(v)
}

// prune drops what is empty: the two sides differ in which empty fields they
// leave out where the types differ by age.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e = prune(e); e == nil {
				delete(v, k)
			} else {
				v[k] = e
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}

// TestProto compares the bytes of the two sides.
func TestProto(t *testing.T) {
	eachFilled(t, func(t *testing.T, v, other any) {
		ours, ok := v.(pbwire.Message)
		if !ok {
			return // tables
		}
		raw := ours.AppendProto(nil)
		m := other.(message)
		if err := m.Unmarshal(raw); err != nil {
			t.Fatalf("the other side refuses it: %v", err)
		}
		back, err := m.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, back) {
			t.Fatalf("the bytes differ: %s", difference(raw, back))
		}
		again := reflect.New(reflect.TypeOf(v).Elem()).Interface().(pbwire.Message)
		if err := pbwire.Unmarshal(back, again); err != nil {
			t.Fatalf("we refuse what they write: %v", err)
		}
		if !bytes.Equal(raw, again.AppendProto(nil)) {
			t.Fatal("what they write is another object to us")
		}
	})
}

func difference(a, b []byte) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(b []byte) []byte { return b[max(0, min(i-30, len(b))):min(len(b), i+40)] }
	return fmt.Sprintf("from byte %d of %d and %d\nours   %q\ntheirs %q", i, len(a), len(b), cut(a), cut(b))
}

// TestEveryServedKindIsCompared keeps the table above complete.
func TestEveryServedKindIsCompared(t *testing.T) {
	for _, k := range scheme.All() {
		if k.New == nil {
			continue
		}
		if typ := reflect.TypeOf(k.New()).Elem(); theirs(typ) == nil {
			t.Errorf("%s is not compared", typ)
		}
	}
}
