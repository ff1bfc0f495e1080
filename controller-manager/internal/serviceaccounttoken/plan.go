package serviceaccounttoken

import (
	"bytes"

	"github.com/pilothouse/pilothouse/proto/core"
)

// step is what to do next about one secret.
type step struct {
	update *core.Secret
	remove bool
}

// plan decides the next step for a secret that names account, nil when there is
// none of that name. sign makes a token. What is there already stays: a token
// that somebody holds must not change under them.
func plan(s *core.Secret, account *core.ServiceAccount, ca []byte, sign func(*core.Secret, *core.ServiceAccount) (string, error)) (step, error) {
	if s.DeletionTimestamp != nil {
		return step{}, nil
	}
	uid := s.Annotations[core.AnnotationServiceAccountUID]
	if account == nil || uid != "" && uid != string(account.UID) {
		return step{remove: true}, nil // Its token would be good for nothing.
	}
	next := s.DeepCopy()
	if next.Data == nil {
		next.Data = map[string][]byte{}
	}
	changed := uid == ""
	if changed {
		next.Annotations[core.AnnotationServiceAccountUID] = string(account.UID)
	}
	set := func(key string, value []byte) {
		if len(value) > 0 && !bytes.Equal(next.Data[key], value) {
			next.Data[key], changed = value, true
		}
	}
	set(core.ServiceAccountRootCAKey, ca)
	set(core.ServiceAccountNamespaceKey, []byte(s.Namespace))
	if len(next.Data[core.ServiceAccountTokenKey]) == 0 {
		token, err := sign(s, account)
		if err != nil {
			return step{}, err
		}
		set(core.ServiceAccountTokenKey, []byte(token))
	}
	if !changed {
		return step{}, nil
	}
	return step{update: next}, nil
}
