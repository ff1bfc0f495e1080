package core

import (
	"encoding/json"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var dataPath = field.New("data")

// ValidateSecret checks a secret: its keys, its size, and that it holds what
// its type promises. Errors never repeat its contents.
func ValidateSecret(s *Secret) field.ErrorList {
	var r field.Report
	checkMeta(&r, &s.ObjectMeta)
	checkSecretData(&r, s)
	return r.Errors
}

func checkSecretData(r *field.Report, s *Secret) {
	size := 0
	for _, k := range sortedKeys(s.Data) {
		r.Each(dataPath.Key(k), k, meta.IsConfigMapKey(k))
		size += len(s.Data[k])
	}
	if size > MaxSecretSize {
		r.Add(field.TooLong(dataPath, MaxSecretSize))
	}
	need := func(keys ...string) {
		for _, k := range keys {
			if _, ok := s.Data[k]; !ok {
				r.Required(dataPath.Key(k), "")
			}
		}
	}
	switch s.Type {
	case SecretTypeServiceAccountToken:
		if s.Annotations[AnnotationServiceAccountName] == "" {
			r.Required(metadataPath.Child("annotations").Key(AnnotationServiceAccountName), "")
		}
	case SecretTypeDockercfg:
		need(DockerConfigKey)
		checkSecretJSON(r, s.Data, DockerConfigKey)
	case SecretTypeDockerConfigJson:
		need(DockerConfigJSONKey)
		checkSecretJSON(r, s.Data, DockerConfigJSONKey)
	case SecretTypeBasicAuth:
		_, user := s.Data[BasicAuthUsernameKey]
		_, password := s.Data[BasicAuthPasswordKey]
		if !user && !password {
			need(BasicAuthUsernameKey, BasicAuthPasswordKey)
		}
	case SecretTypeSSHAuth:
		if len(s.Data[SSHAuthPrivateKey]) == 0 {
			r.Required(dataPath.Key(SSHAuthPrivateKey), "")
		}
	case SecretTypeTLS:
		need(TLSCertKey, TLSPrivateKeyKey)
	}
}

func checkSecretJSON(r *field.Report, data map[string][]byte, key string) {
	b, ok := data[key]
	if !ok {
		return
	}
	var object map[string]any
	if err := json.Unmarshal(b, &object); err != nil {
		r.Invalid(dataPath.Key(key), "<secret contents redacted>", err.Error())
	}
}

// becauseImmutable refuses a change of an object that is marked immutable.
const becauseImmutable = "field is immutable when `immutable` is set"

// ValidateSecretUpdate checks a change; the type is fixed, and the data too
// once the secret is immutable.
func ValidateSecretUpdate(s, old *Secret) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta)
	meta.ValidateImmutable(&r, s.Type, old.Type, field.New("type"))
	if isTrue(old.Immutable) {
		if !isTrue(s.Immutable) {
			r.Forbidden(field.New("immutable"), becauseImmutable)
		}
		if !meta.Equal(s.Data, old.Data) {
			r.Forbidden(dataPath, becauseImmutable)
		}
	}
	checkSecretData(&r, s)
	return r.Errors
}
