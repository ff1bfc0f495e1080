package core

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateConfigMap checks keys and size.
func ValidateConfigMap(c *ConfigMap) field.ErrorList {
	var r field.Report
	checkMeta(&r, &c.ObjectMeta)
	checkConfigMapData(&r, c)
	return r.Errors
}

func checkConfigMapData(r *field.Report, c *ConfigMap) {
	size := 0
	for _, k := range sortedKeys(c.Data) {
		r.Each(dataPath.Key(k), k, meta.IsConfigMapKey(k))
		if _, twice := c.BinaryData[k]; twice {
			r.Invalid(dataPath.Key(k), k, "duplicate of key present in binaryData")
		}
		size += len(c.Data[k])
	}
	for _, k := range sortedKeys(c.BinaryData) {
		r.Each(field.New("binaryData").Key(k), k, meta.IsConfigMapKey(k))
		size += len(c.BinaryData[k])
	}
	if size > MaxSecretSize {
		r.Add(field.TooLong(field.New(""), MaxSecretSize))
	}
}

// ValidateConfigMapUpdate checks a change; nothing but metadata may change once
// the map is immutable.
func ValidateConfigMapUpdate(c, old *ConfigMap) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	if isTrue(old.Immutable) {
		if !isTrue(c.Immutable) {
			r.Forbidden(field.New("immutable"), becauseImmutable)
		}
		if !meta.Equal(c.Data, old.Data) {
			r.Forbidden(dataPath, becauseImmutable)
		}
		if !meta.Equal(c.BinaryData, old.BinaryData) {
			r.Forbidden(field.New("binaryData"), becauseImmutable)
		}
	}
	checkConfigMapData(&r, c)
	return r.Errors
}
