package storage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of a class's parameters.
const (
	maxParameters     = 512
	maxParameterBytes = 256 << 10
)

// ValidateStorageClass checks a class that is created.
func ValidateStorageClass(o *StorageClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkStorageClass(&r, o)
	return r.Errors
}

// ValidateStorageClassUpdate checks a change: volumes have been made by the
// rest.
func ValidateStorageClassUpdate(o, old *StorageClass) field.ErrorList {
	var r field.Report
	checkStorageClass(&r, o)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	keep(&r, "parameters", o.Parameters, old.Parameters)
	keep(&r, "provisioner", o.Provisioner, old.Provisioner)
	keep(&r, "reclaimPolicy", o.ReclaimPolicy, old.ReclaimPolicy)
	meta.ValidateImmutable(&r, o.VolumeBindingMode, old.VolumeBindingMode, field.New("volumeBindingMode"))
	return r.Errors
}

// keep forbids the change of a field.
func keep(r *field.Report, name string, value, old any) {
	if !meta.Equal(value, old) {
		r.Forbidden(field.New(name), "updates to "+name+" are forbidden.")
	}
}

func checkStorageClass(r *field.Report, o *StorageClass) {
	checkProvisioner(r, o.Provisioner, field.New("provisioner"))
	checkParameters(r, o.Parameters, field.New("parameters"))
	policies := []core.PersistentVolumeReclaimPolicy{core.PersistentVolumeReclaimDelete, core.PersistentVolumeReclaimRetain}
	if p := o.ReclaimPolicy; p != nil && *p != "" && !slices.Contains(policies, *p) {
		r.Add(field.NotSupported(field.New("reclaimPolicy"), *p, policies))
	}
	modes := []VolumeBindingMode{VolumeBindingImmediate, VolumeBindingWaitForFirstConsumer}
	if m := o.VolumeBindingMode; m == nil {
		r.Required(field.New("volumeBindingMode"), "")
	} else if !slices.Contains(modes, *m) {
		r.Add(field.NotSupported(field.New("volumeBindingMode"), *m, modes))
	}
	checkTopologies(r, o.AllowedTopologies, field.New("allowedTopologies"))
}

func checkProvisioner(r *field.Report, name string, p *field.Path) {
	if name == "" {
		r.Required(p, "")
		return
	}
	lower := strings.ToLower(name)
	r.Each(p, lower, meta.IsQualifiedName(lower))
}

func checkParameters(r *field.Report, params map[string]string, p *field.Path) {
	if len(params) > maxParameters {
		r.Add(field.TooLong(p, maxParameters))
		return
	}
	size := 0
	for k, v := range params {
		size += len(k) + len(v)
	}
	if _, unnamed := params[""]; unnamed {
		r.Invalid(p, "", "field can not be empty.")
	}
	if size > maxParameterBytes {
		r.Add(field.TooLong(p, maxParameterBytes))
	}
}

// checkTopologies wants labels with values, and no two terms alike.
func checkTopologies(r *field.Report, terms []core.TopologySelectorTerm, list *field.Path) {
	before := map[string]int{} // how often each term was there
	for i := range terms {
		p := list.Index(i).Child("matchLabelExpressions")
		seen := map[string]bool{}
		for j, e := range terms[i].MatchLabelExpressions {
			p := p.Index(j)
			if len(e.Values) == 0 {
				r.Required(p.Child("values"), "")
			}
			values := map[string]bool{}
			for k, v := range e.Values {
				if values[v] {
					r.Duplicate(p.Child("values").Index(k), v)
				}
				values[v] = true
			}
			meta.ValidateLabelKey(r, e.Key, p.Child("key"))
			if seen[e.Key] {
				r.Duplicate(p.Child("key"), e.Key)
			}
			seen[e.Key] = true
		}
		term := fmt.Sprintf("%q", valuesOf(terms[i]))
		told := before[term]
		if len(terms[i].MatchLabelExpressions) == 0 {
			told += len(terms) // an empty term is like each place of a list not yet filled
		}
		for range min(told, maxTold) {
			r.Duplicate(p, "")
		}
		before[term]++
	}
}

// maxTold bounds how often one repetition is told of: once for each earlier one,
// but of very many that would be a great deal.
const maxTold = 10

// valuesOf is a term in which the order of labels and values does not count.
func valuesOf(t core.TopologySelectorTerm) map[string][]string {
	m := map[string][]string{}
	for _, e := range t.MatchLabelExpressions {
		m[e.Key] = slices.Compact(slices.Sorted(slices.Values(e.Values)))
	}
	return m
}

// ValidateVolumeAttributesClass checks a class that is created.
func ValidateVolumeAttributesClass(o *VolumeAttributesClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkAttributes(&r, o)
	return r.Errors
}

// ValidateVolumeAttributesClassUpdate checks a change, which can be one of
// metadata only.
func ValidateVolumeAttributesClassUpdate(o, old *VolumeAttributesClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	keep(&r, "driverName", o.DriverName, old.DriverName)
	keep(&r, "parameters", o.Parameters, old.Parameters)
	checkAttributes(&r, o)
	return r.Errors
}

func checkAttributes(r *field.Report, o *VolumeAttributesClass) {
	checkProvisioner(r, o.DriverName, field.New("driverName"))
	checkParameters(r, o.Parameters, field.New("parameters"))
	if len(o.Parameters) == 0 {
		r.Required(field.New("parameters"), "must contain at least one key/value pair")
	}
}
