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
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Healthy(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "ok")
	})
	mux.HandleFunc("GET /pods", s.pods)
	mux.HandleFunc("GET /runningpods/", s.pods)
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

func (s *Server) pods(w http.ResponseWriter, _ *http.Request) {
	list := &core.PodList{}
	list.Kind, list.APIVersion = "PodList", "v1"
	for _, p := range s.Pods() {
		list.Items = append(list.Items, *p)
	}
	b, err := codec.EncodeJSON(list)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

// find is the pod that a request names.
func (s *Server) find(r *http.Request) (*core.Pod, error) {
	namespace, name := r.PathValue("namespace"), r.PathValue("pod")
	for _, p := range s.Pods() {
		if p.Namespace == namespace && p.Name == name && (r.PathValue("uid") == "" || r.PathValue("uid") == string(p.UID)) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("pod %q not found", name)
}

// run finds the newest run of the container that a request names.
func (s *Server) runOf(r *http.Request, previous bool) (*core.Pod, *cri.Container, error) {
	pod, err := s.find(r)
	if err != nil {
		return nil, nil, err
	}
	rt, err := s.Runtime.Pod(r.Context(), pod.UID)
	if err != nil {
		return pod, nil, err
	}
	name := r.PathValue("container")
	run := rt.Find(name)
	if previous {
		if run = rt.Previous(name); run == nil {
			return pod, nil, fmt.Errorf("previous terminated container %q in pod %q not found", name, pod.Name)
		}
	}
	if run == nil {
		return pod, nil, fmt.Errorf("container %q in pod %q is not available", name, pod.Name)
	}
	return pod, run, nil
}
