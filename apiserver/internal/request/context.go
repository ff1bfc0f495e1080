package request

import "context"

type infoKey struct{}

// With returns a context that carries i.
func With(ctx context.Context, i *Info) context.Context { return context.WithValue(ctx, infoKey{}, i) }

// From is the Info that ctx carries; it must carry one.
func From(ctx context.Context) *Info { return ctx.Value(infoKey{}).(*Info) }
