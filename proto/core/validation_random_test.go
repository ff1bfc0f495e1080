package core

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// fill sets v and all below it to anything: sound values, nonsense, nothing.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	if depth > 12 || r.IntN(4) == 0 {
		return
	}
	words := []string{"", "a", "A_b", "..", "/x", "None", "10.0.0.1", "::1", "a.b/c", "metadata.labels['a']", "TCP", "Always", "ClientIP", "cpu", "hugepages-2Mi", "example.com/gpu",
		"ExternalName", "LoadBalancer", "NodePort", "Container", "kubernetes.io/tls", "kubernetes.io/dockercfg", "In", "Exists", "Gt", "Localhost", "metadata.name", "Equal", "Local"}
	switch v.Interface().(type) {
	case quantity.Quantity:
		texts := []string{"0", "1", "-1", "0.1", "1.5", "1Gi", "9E", "123456789012345678901234567890", "1e-9"}
		v.Set(reflect.ValueOf(quantity.MustParse(texts[r.IntN(len(texts))])))
		return
	case meta.Time:
		v.Set(reflect.ValueOf(meta.NewTime(time.Unix(r.Int64N(1<<32), 0))))
		return
	case meta.MicroTime:
		v.Set(reflect.ValueOf(meta.NewMicroTime(time.Unix(r.Int64N(1<<32), 0))))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(r, v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, depth+1)
			fill(r, value, depth+1)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(words[r.IntN(len(words))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt([]int64{-1, 0, 1, 80, 30001, 1 << 30}[r.IntN(6)])
	case reflect.Uint8:
		v.SetUint(uint64(r.IntN(256)))
	}
}

// survives runs a kind's defaults and validation over random objects. Nothing
// that a client can send may make them panic, and defaults must come to rest
// at once, or every update would look like a change.
func survives[T any](t *testing.T, defaults func(*T), create func(*T) field.ErrorList, updates ...func(a, b *T) field.ErrorList) {
	t.Helper()
	name := reflect.TypeFor[T]().Name()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		a, b := new(T), new(T)
		fill(r, reflect.ValueOf(a).Elem(), 0)
		fill(r, reflect.ValueOf(b).Elem(), 0)
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%s, seed %d: panic: %v", name, seed, p)
				}
			}()
			create(a)
			for _, update := range updates {
				update(a, b).Text()
			}
			if defaults == nil {
				return
			}
			defaults(a)
			once := reflect.ValueOf(a).MethodByName("DeepCopy").Call(nil)[0].Interface()
			defaults(a)
			if !meta.Equal(a, once) {
				t.Errorf("%s, seed %d: defaults change what they have filled", name, seed)
			}
			create(a).Text()
		}()
	}
}

func TestNothingMakesValidationPanic(t *testing.T) {
	survives(t, SetPodDefaults, ValidatePod, ValidatePodUpdate, ValidatePodStatusUpdate, ValidatePodEphemeralContainersUpdate)
	survives(t, SetReplicationControllerDefaults, ValidateReplicationController, ValidateReplicationControllerUpdate, ValidateReplicationControllerStatusUpdate)
	survives(t, SetPodTemplateDefaults, ValidatePodTemplate, ValidatePodTemplateUpdate)
	survives(t, SetServiceDefaults, ValidateService, ValidateServiceUpdate, ValidateServiceStatusUpdate)
	survives(t, SetNodeDefaults, ValidateNode, ValidateNodeUpdate, ValidateNodeStatusUpdate)
	survives(t, SetNamespaceDefaults, ValidateNamespace, ValidateNamespaceUpdate, ValidateNamespaceStatusUpdate, ValidateNamespaceFinalizeUpdate)
	survives(t, SetSecretDefaults, ValidateSecret, ValidateSecretUpdate)
	survives(t, SetConfigMapDefaults, ValidateConfigMap, ValidateConfigMapUpdate)
	survives(t, SetServiceAccountDefaults, ValidateServiceAccount, ValidateServiceAccountUpdate)
	survives(t, SetEndpointsDefaults, ValidateEndpoints, ValidateEndpointsUpdate)
	survives(t, SetEventDefaults, ValidateEvent, ValidateEventUpdate)
	survives(t, SetLimitRangeDefaults, ValidateLimitRange, ValidateLimitRangeUpdate)
	survives(t, SetResourceQuotaDefaults, ValidateResourceQuota, ValidateResourceQuotaUpdate, ValidateResourceQuotaStatusUpdate)
	survives(t, SetPersistentVolumeDefaults, ValidatePersistentVolume, ValidatePersistentVolumeUpdate, ValidatePersistentVolumeStatusUpdate)
	survives(t, SetPersistentVolumeClaimDefaults, ValidatePersistentVolumeClaim, ValidatePersistentVolumeClaimUpdate, ValidatePersistentVolumeClaimStatusUpdate)
	survives(t, nil, ValidateBinding)
	survives(t, nil, ValidatePodLogOptions)
}
