package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// How names are generated: as the API server does it.
const (
	suffixLetters = "bcdfghjklmnpqrstvwxz2456789"
	suffixLength  = 5
	maxPrefix     = 63 - suffixLength
	maxNames      = 8 // how many names are tried
)

// askAgain is the pause between questions after an object that was sent.
const askAgain = 50 * time.Millisecond

// Create makes an object whose name is to be generated. The name is made up
// here and not by the API server: when the answer is lost, what was sent can
// still be asked for, and is not made twice. An object with nothing to generate
// is created as it is.
func Create[T meta.Object](ctx context.Context, c *client.Client, o T) (T, error) {
	api, m := client.Of[T](c), o.GetObjectMeta()
	if m.Name != "" || m.GenerateName == "" {
		return api.Create(ctx, o)
	}
	for try := 1; ; try++ {
		m.Name = generate(m.GenerateName)
		made, err := api.Create(ctx, o)
		switch {
		case err == nil:
			return made, nil
		case client.IsAlreadyExists(err) && try < maxNames:
			continue
		case !unsure(err):
			return made, err
		}
		return found(ctx, api, o, err)
	}
}

// found is the object that was sent, if it has arrived; otherwise the error is
// what became of the request.
func found[T meta.Object](ctx context.Context, api client.Resource[T], o T, lost error) (T, error) {
	m := o.GetObjectMeta()
	for {
		there, err := api.Get(ctx, m.Namespace, m.Name)
		switch {
		case err == nil && controller(there.GetObjectMeta()) == controller(m):
			return there, nil
		case err == nil, client.IsNotFound(err), ctx.Err() != nil:
			return o, lost
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
		}
	}
}

// unsure says whether err leaves open what became of a request.
func unsure(err error) bool {
	var refused *client.StatusError
	return !errors.As(err, &refused) || refused.Status.Code >= 500
}

func controller(m *meta.ObjectMeta) meta.UID {
	for i := range m.OwnerReferences {
		if r := &m.OwnerReferences[i]; r.Controller != nil && *r.Controller {
			return r.UID
		}
	}
	return ""
}

func generate(prefix string) string {
	if len(prefix) > maxPrefix {
		prefix = prefix[:maxPrefix]
	}
	var b [suffixLength]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = suffixLetters[int(b[i])%len(suffixLetters)]
	}
	return prefix + string(b[:])
}
