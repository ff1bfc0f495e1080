package apiserver_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestOversize: a manifest of five megabytes is turned away before it is read
// whole, one that is only too large for its kind with the kind's own words, and
// nothing of either is stored.
func TestOversize(t *testing.T) {
	s := testserver.Start(t, nil)
	maps := client.Of[*core.ConfigMap](s.Client(t))
	for _, tt := range []struct {
		size int
		code int32
		says string
	}{
		{5 << 20, 413, "Request entity too large: limit is 3145728"},
		{2 << 20, 422, "may not be more than 1048576 bytes"},
	} {
		m := &core.ConfigMap{TypeMeta: meta.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"},
			Data: map[string]string{"a": strings.Repeat("x", tt.size)}}
		m.Name, m.Namespace = "big", "default"
		_, err := maps.Create(t.Context(), m)
		var refused *client.StatusError
		if !errors.As(err, &refused) || refused.Status.Code != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%d bytes: %v, want %d and %q", tt.size, err, tt.code, tt.says)
		}
		if _, err := maps.Get(t.Context(), "default", "big"); !client.IsNotFound(err) {
			t.Errorf("%d bytes: afterwards %v", tt.size, err)
		}
	}
}
