package authn

import (
	"crypto/sha256"
	"sync"
)

// tokenCache remembers tokens whose signature was found good: checking one
// costs far more than most requests. Only what never changes is remembered;
// the time, the audience and what the token is bound to are looked at each
// time.
type tokenCache struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]*parsed
}

// parsed is a token whose signature is good.
type parsed struct {
	claims  *claims
	binding Binding
	user    *User
}

func (c *tokenCache) get(token string) *parsed {
	sum := sha256.Sum256([]byte(token))
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.known[sum]
}

// put remembers a token. When there are too many, all are forgotten: they are
// found good again one by one.
func (c *tokenCache) put(token string, p *parsed) {
	sum := sha256.Sum256([]byte(token))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxKnown {
		c.known = map[[sha256.Size]byte]*parsed{}
	}
	c.known[sum] = p
}
