package objects

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Tokens asks the API server for the service account tokens of pods and keeps
// each until four fifths of its life are over.
type Tokens struct {
	Accounts client.Resource[*core.ServiceAccount]

	mu   sync.Mutex
	kept map[tokenKey]keptToken
}

type tokenKey struct {
	pod      meta.UID
	account  string
	audience string
	seconds  int64
}

type keptToken struct {
	token string
	renew time.Time
}

// defaultLife is how long a token lives when the pod does not say.
const defaultLife = 3600

// Token is a token for pod as p describes it.
func (t *Tokens) Token(ctx context.Context, pod *core.Pod, p *core.ServiceAccountTokenProjection) (string, error) {
	key := tokenKey{pod: pod.UID, account: pod.Spec.ServiceAccountName, audience: p.Audience, seconds: defaultLife}
	if key.account == "" {
		key.account = "default"
	}
	if p.ExpirationSeconds != nil {
		key.seconds = *p.ExpirationSeconds
	}
	now := time.Now()
	t.mu.Lock()
	k, ok := t.kept[key]
	t.mu.Unlock()
	if ok && now.Before(k.renew) {
		return k.token, nil
	}
	req := &authentication.TokenRequest{}
	req.Spec.ExpirationSeconds = &key.seconds
	req.Spec.BoundObjectRef = &authentication.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID}
	if key.audience != "" {
		req.Spec.Audiences = []string{key.audience}
	}
	var got authentication.TokenRequest
	if err := t.Accounts.CreateSub(ctx, pod.Namespace, key.account, "token", req, &got); err != nil {
		return "", fmt.Errorf("serviceaccounts %q: %w", key.account, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[tokenKey]keptToken{}
	}
	for old, v := range t.kept {
		if now.After(v.renew) {
			delete(t.kept, old)
		}
	}
	life := got.Status.ExpirationTimestamp.Sub(now)
	t.kept[key] = keptToken{got.Status.Token, now.Add(min(life*4/5, 24*time.Hour))}
	return got.Status.Token, nil
}
