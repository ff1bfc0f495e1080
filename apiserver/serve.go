package apiserver

import (
	"context"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/bootstrap"
)

// How long clients may take.
const (
	// lost is how long a client may take not a byte of what is sent.
	lost = 30 * time.Second
	// idle ends connections that are not used.
	idle = 3 * time.Minute
)

// securely is the server of the secure port. Over HTTP/2 a client of which
// nothing came for a while is asked whether it is still there: one that lost its
// power is not, and one that never comes to the end of a head cannot answer.
func (d *process) securely() *http.Server {
	return &http.Server{Handler: d.front, TLSConfig: d.keys.tls, ReadHeaderTimeout: d.HeadTimeout, IdleTimeout: idle,
		ErrorLog: quiet, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: 1000,
			SendPingTimeout: 2 * d.HeadTimeout, PingTimeout: d.HeadTimeout, WriteByteTimeout: lost}}
}

// cluster makes what every cluster has.
func (d *process) cluster() *bootstrap.Cluster {
	return &bootstrap.Cluster{API: d.rest, Cache: d.cache, Services: d.services.Masked(), ServiceIP: d.alloc.First(), Advertise: d.advertise, Port: int32(d.SecurePort)}
}

// flows puts the objects of flow control right.
func (d *process) flows(ctx context.Context) error { return d.cluster().Flows(ctx, d.Log) }

// drain takes leave: /readyz fails while requests are still served, so that
// load balancers look elsewhere; then no connection is taken any more, the
// watches end, and the requests under way are waited for. cut ends the wait of
// the first part.
func (d *process) drain(cut context.Context, servers []*http.Server) {
	d.leaving.Store(true)
	if d.ShutdownDelay > 0 {
		select {
		case <-time.After(d.ShutdownDelay):
		case <-cut.Done():
		}
	}
	d.stop()
	ctx, cancel := context.WithTimeout(context.Background(), d.ShutdownTimeout)
	defer cancel()
	for _, s := range servers {
		if s.Shutdown(ctx) != nil {
			s.Close()
		}
	}
}
