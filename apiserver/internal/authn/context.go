package authn

import "context"

type userKey struct{}

// With returns a context that carries u.
func With(ctx context.Context, u *User) context.Context { return context.WithValue(ctx, userKey{}, u) }

// From is the User that ctx carries; it must carry one.
func From(ctx context.Context) *User { return ctx.Value(userKey{}).(*User) }

// Trusted returns the context of a request that came in where only the
// system's administrators can: it needs no credentials.
func Trusted(ctx context.Context) context.Context {
	return With(ctx, &User{Name: "system:admin", Groups: []string{"system:masters", Authenticated}})
}
