// Package server is the node API on port 10250: what the API server asks of a
// kubelet for kubectl logs, exec, attach and port-forward, and what monitoring
// reads. The API server and the cluster's administrators come in with certificates
// of the cluster's CA; of others, who come with certificates or tokens, the API
// server is asked whether they may use the node (access.go).
//
// server.go holds the routes and who may use them; the answers are in files named
// for them.
package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Server answers the node API.
type Server struct {
	Addr    string
	TLS     *tls.Config // with the serving certificate
	Clients *x509.CertPool
	Runtime *cri.Client
	// Access tells who else may come in; nil: nobody.
	Access *Access
	// Cgroups counts what the node and its pods use.
	Cgroups *cgroup.Manager
	// Pods are the node's pods, each with its newest status.
	Pods func() []*core.Pod
	// SystemLogs is the folder that is served below /logs/.
	SystemLogs string
	// Node is the name of this one.
	Node string
	// Settings are told at /configz.
	Settings map[string]any
	// Healthy is nil when the kubelet does its work.
	Healthy func() error
	Log     *slog.Logger
	// Listening is called with the address once there is one; it may be nil.
	Listening func(net.Addr)
}

// Run serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	config := s.TLS.Clone()
	config.ClientCAs, config.ClientAuth = s.Clients, tls.VerifyClientCertIfGiven
	config.NextProtos = []string{"http/1.1"} // streams are upgraded connections
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("node API (--address, --port): %w", err)
	}
	if s.Listening != nil {
		s.Listening(l.Addr())
	}
	server := &http.Server{Handler: s.authorize(s.routes()), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(quiet{}, "", 0)}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(tls.NewListener(l, config)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("node API: %w", err)
	}
	return nil
}

// quiet keeps failed handshakes of strangers out of the log.
type quiet struct{}

func (quiet) Write(b []byte) (int, error) {
	slog.Debug("node API", "message", string(b))
	return len(b), nil
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, part := range []string{"", "/ping", "/log", "/syncloop"} {
		mux.HandleFunc("GET /healthz"+part, func(w http.ResponseWriter, _ *http.Request) {
			if err := s.Healthy(); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			fmt.Fprint(w, "ok")
		})
	}
	for _, path := range []string{"/pods", "/pods/{$}"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { list(w, s.Pods()) })
	}
	mux.HandleFunc("GET /runningpods/{$}", s.runningPods)
	mux.HandleFunc("GET /configz", s.configz)
	mux.Handle("GET /logs/", http.StripPrefix("/logs/", http.FileServer(http.Dir(s.SystemLogs))))
	mux.Handle("GET /metrics", promhttp.Handler())
	mux.HandleFunc("GET /metrics/resource", s.resource)
	mux.HandleFunc("GET /stats/summary", s.summary)
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", s.logs)
	for _, method := range []string{"GET ", "POST "} {
		mux.HandleFunc(method+"/exec/{namespace}/{pod}/{container}", s.exec)
		mux.HandleFunc(method+"/exec/{namespace}/{pod}/{uid}/{container}", s.exec)
		mux.HandleFunc(method+"/attach/{namespace}/{pod}/{container}", s.attach)
		mux.HandleFunc(method+"/attach/{namespace}/{pod}/{uid}/{container}", s.attach)
		mux.HandleFunc(method+"/portForward/{namespace}/{pod}", s.portForward)
		mux.HandleFunc(method+"/portForward/{namespace}/{pod}/{uid}", s.portForward)
	}
	mux.HandleFunc("POST /run/{namespace}/{pod}/{container}", s.run)
	return mux
}

// list answers with pods.
func list(w http.ResponseWriter, pods []*core.Pod) {
	l := &core.PodList{}
	l.Kind, l.APIVersion = "PodList", "v1"
	for _, p := range pods {
		item := *p
		item.TypeMeta = meta.TypeMeta{} // the list says it
		l.Items = append(l.Items, item)
	}
	b, err := codec.EncodeJSON(l)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

// runningPods answers with what the runtime runs, of which it knows little: names
// and images.
func (s *Server) runningPods(w http.ResponseWriter, r *http.Request) {
	known, err := s.Runtime.Pods(r.Context())
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	var pods []*core.Pod
	for _, rt := range known {
		p := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: rt.Name, Namespace: rt.Namespace, UID: rt.UID}}
		for i := range rt.Containers {
			if c := &rt.Containers[i]; c.State == cri.Running {
				p.Spec.Containers = append(p.Spec.Containers, core.Container{Name: c.Name, Image: c.Image})
			}
		}
		if len(p.Spec.Containers) > 0 {
			pods = append(pods, p)
		}
	}
	list(w, pods)
}

// configz answers with the settings of this kubelet, by the names that its
// configuration files have everywhere.
func (s *Server) configz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"kubeletconfig": s.Settings})
}

// find is the pod that a request names, or nil.
func (s *Server) find(r *http.Request) *core.Pod {
	namespace, name := r.PathValue("namespace"), r.PathValue("pod")
	for _, p := range s.Pods() {
		if p.Namespace == namespace && p.Name == name && (r.PathValue("uid") == "" || r.PathValue("uid") == string(p.UID)) {
			return p
		}
	}
	return nil
}
