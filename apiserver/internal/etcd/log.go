package etcd

import (
	"context"
	"log/slog"
	"os"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zapTo makes a zap logger whose messages end up in log: warnings and errors
// as what they are, all else at debug level, for etcd is talkative.
func zapTo(log *slog.Logger) *zap.Logger {
	return zap.New(&slogCore{log: log.With("component", "etcd")}, zap.WithFatalHook(lastWords{log}))
}

// lastWords is what happens when etcd gives up: it ends the process, as it
// must when a write to its disk has failed, but not without saying what to do.
type lastWords struct{ log *slog.Logger }

// OnWrite implements zapcore.CheckWriteHook.
func (w lastWords) OnWrite(entry *zapcore.CheckedEntry, _ []zapcore.Field) {
	w.log.Error("the embedded etcd cannot go on and ends this process; nothing that was acknowledged is lost: "+
		"put its disk right (room, rights, faults) and start again", "reason", entry.Message)
	os.Exit(1)
}

type slogCore struct {
	log *slog.Logger
}

// expected are complaints that are in order for a member that is new, alone
// and reached by function calls: they are no news to anybody.
var expected = []string{
	"Running http and grpc server on single port. This is not recommended for production.",
	"simple token is not cryptographically signed",
	"Failed to detect schema version",
	"failed to update storage version",
	"failed to update cluster version",
	"failed to publish local member to cluster through raft", // tried again until the log is read
	"server has stopped; skipping GoAttach",
	"check file permission",
	"apply request took too long",
}

func level(l zapcore.Level, message string) slog.Level {
	switch {
	case slices.Contains(expected, message):
		return slog.LevelDebug
	case l >= zapcore.ErrorLevel:
		return slog.LevelError
	case l >= zapcore.WarnLevel:
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// Enabled implements zapcore.Core.
func (c *slogCore) Enabled(l zapcore.Level) bool {
	return c.log.Enabled(context.Background(), level(l, ""))
}

// With implements zapcore.Core.
func (c *slogCore) With(fields []zapcore.Field) zapcore.Core {
	return &slogCore{log: c.log.With(pairs(fields)...)}
}

// Check implements zapcore.Core.
func (c *slogCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core.
func (c *slogCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	c.log.Log(context.Background(), level(entry.Level, entry.Message), entry.Message, pairs(fields)...)
	return nil
}

// Sync implements zapcore.Core.
func (c *slogCore) Sync() error { return nil }

func pairs(fields []zapcore.Field) []any {
	enc := zapcore.NewMapObjectEncoder()
	out := make([]any, 0, 2*len(fields))
	for _, f := range fields {
		f.AddTo(enc)
	}
	for k, v := range enc.Fields {
		out = append(out, k, v)
	}
	return out
}
