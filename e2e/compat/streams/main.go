// Command streams does with client-go what reaches into a container: it runs a
// command over SPDY, over a WebSocket and with the fallback from one to the
// other, attaches, forwards a port over both, and follows a log. It prints what
// came of each, for the end-to-end tests to compare: streams NAMESPACE POD PORT,
// with $KUBECONFIG.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	utilexec "k8s.io/client-go/util/exec"
	"k8s.io/streaming/pkg/httpstream"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err == nil {
		s := &streams{config: config, client: kubernetes.NewForConfigOrDie(config), namespace: os.Args[1], pod: os.Args[2], port: os.Args[3]}
		err = s.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type streams struct {
	config               *rest.Config
	client               *kubernetes.Clientset
	namespace, pod, port string
}

func (s *streams) run(ctx context.Context) error {
	for _, way := range []string{"spdy", "websocket", "fallback"} {
		if err := s.exec(ctx, way); err != nil {
			return fmt.Errorf("exec by %s: %w", way, err)
		}
		if err := s.attach(ctx, way); err != nil {
			return fmt.Errorf("attach by %s: %w", way, err)
		}
	}
	for _, way := range []string{"spdy", "websocket"} {
		if err := s.forward(ctx, way); err != nil {
			return fmt.Errorf("port-forward by %s: %w", way, err)
		}
	}
	return s.follow(ctx)
}

func (s *streams) url(sub string, options any) *url.URL {
	r := s.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(s.namespace).Name(s.pod).SubResource(sub)
	switch o := options.(type) {
	case *corev1.PodExecOptions:
		r = r.VersionedParams(o, scheme.ParameterCodec)
	case *corev1.PodAttachOptions:
		r = r.VersionedParams(o, scheme.ParameterCodec)
	}
	return r.URL()
}

// executor is one of client-go's three.
func (s *streams) executor(way string, u *url.URL) (remotecommand.Executor, error) {
	bySPDY, err := remotecommand.NewSPDYExecutor(s.config, http.MethodPost, u)
	if err != nil || way == "spdy" {
		return bySPDY, err
	}
	byWebSocket, err := remotecommand.NewWebSocketExecutor(s.config, http.MethodGet, u.String())
	if err != nil || way == "websocket" {
		return byWebSocket, err
	}
	return remotecommand.NewFallbackExecutor(byWebSocket, bySPDY, httpstream.IsUpgradeFailure)
}

// exec sends input through a command that answers on both outputs and ends with
// a code of its own.
func (s *streams) exec(ctx context.Context, way string) error {
	u := s.url("exec", &corev1.PodExecOptions{Container: "main", Stdin: true, Stdout: true, Stderr: true,
		Command: []string{"sh", "-c", "wc -c; echo trouble >&2; exit 7"}})
	e, err := s.executor(way, u)
	if err != nil {
		return err
	}
	var out, errs bytes.Buffer
	err = e.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: io.LimitReader(zeros{}, 1<<20), Stdout: &out, Stderr: &errs})
	var code utilexec.CodeExitError
	if !errors.As(err, &code) {
		return fmt.Errorf("the end was not told: %w", err)
	}
	fmt.Printf("exec %s: %s %s %d\n", way, strings.TrimSpace(out.String()), strings.TrimSpace(errs.String()), code.Code)
	return nil
}

// attach reads a line of what the container prints.
func (s *streams) attach(ctx context.Context, way string) error {
	e, err := s.executor(way, s.url("attach", &corev1.PodAttachOptions{Container: "main", Stdout: true}))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- e.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: w}) }()
	line, err := firstLine(r)
	if err != nil {
		return err
	}
	fmt.Printf("attach %s: %s\n", way, line)
	cancel()
	r.Close()
	<-ended
	return nil
}

// forward asks for a page through a forwarded port, twice.
func (s *streams) forward(ctx context.Context, way string) error {
	u := s.url("portforward", nil)
	transport, upgrader, err := spdy.RoundTripperFor(s.config)
	if err != nil {
		return err
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, u)
	if way == "websocket" {
		if dialer, err = portforward.NewSPDYOverWebsocketDialer(u, s.config); err != nil {
			return err
		}
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	f, err := portforward.New(dialer, []string{"0:" + s.port}, stop, ready, io.Discard, os.Stderr)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- f.ForwardPorts() }()
	select {
	case <-ready:
	case err := <-ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
	ports, err := f.GetPorts()
	if err != nil {
		return err
	}
	for range 2 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", ports[0].Local), nil)
		if err != nil {
			return err
		}
		req.Close = true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		fmt.Printf("port-forward %s: %s\n", way, strings.TrimSpace(string(b)))
	}
	close(stop)
	return <-ended
}

// follow reads a log from now on.
func (s *streams) follow(ctx context.Context) error {
	none := int64(0)
	log, err := s.client.CoreV1().Pods(s.namespace).GetLogs(s.pod, &corev1.PodLogOptions{Container: "main", Follow: true, TailLines: &none}).Stream(ctx)
	if err != nil {
		return err
	}
	defer log.Close()
	line, err := firstLine(log)
	fmt.Printf("log: %s\n", line)
	return err
}

func firstLine(r io.Reader) (string, error) {
	var line []byte
	b := make([]byte, 1)
	for {
		if _, err := r.Read(b); err != nil {
			return string(line), fmt.Errorf("before the end of a line: %w", err)
		}
		if b[0] == '\n' {
			return string(line), nil
		}
		line = append(line, b[0])
	}
}

// zeros has no end.
type zeros struct{}

// Read fills b.
func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
