package bootstrap

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
)

// local asks the health of daemons on this machine, whose certificates are
// their own.
var local = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{
	TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}

// ComponentHealth asks the control plane's other daemons on this machine how
// they are.
func ComponentHealth(ctx context.Context) []rest.ComponentHealth {
	var out []rest.ComponentHealth
	for _, c := range []struct{ name, url string }{
		{"scheduler", "https://127.0.0.1:10259/healthz"},
		{"controller-manager", "https://127.0.0.1:10257/healthz"},
	} {
		out = append(out, rest.ComponentHealth{Name: c.name, Err: ask(ctx, c.url)})
	}
	return out
}

func ask(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := local.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
