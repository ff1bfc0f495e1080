package rest

import (
	"context"
	"runtime"
)

// heavyBody is the size of a body, in bytes, from which on its request takes a
// turn of its own.
const heavyBody = 256 << 10

// turns are those of requests with heavy bodies: what such a body becomes can
// take a hundred times its size, so that only as many are worked on at once as
// there are processors. Nobody keeps a turn while others are asked, webhooks or
// the store: these may have to write something heavy first.
var turns = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// turn is a request's place among them.
type turn struct{ heavy, taken bool }

// take waits for the turn. Errors: a Status with code 504 when the request's time
// is up.
func (t *turn) take(ctx context.Context) error {
	if !t.heavy || t.taken {
		return nil
	}
	select {
	case turns <- struct{}{}:
		t.taken = true
		return nil
	case <-ctx.Done():
		return outOfTime()
	}
}

// pass gives the turn to whoever is next.
func (t *turn) pass() {
	if t.taken {
		t.taken = false
		<-turns
	}
}

// aside calls f without the turn.
func (t *turn) aside(ctx context.Context, f func() error) error {
	if !t.heavy {
		return f()
	}
	t.pass()
	if err := f(); err != nil {
		return err
	}
	return t.take(ctx)
}
