package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/gorilla/websocket"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

type execFlags struct {
	container  string
	stdin, tty bool
	quiet      bool
}

func (a *App) exec() *cobra.Command {
	var f execFlags
	c := &cobra.Command{
		Use:     "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
		Short:   "Execute a command in a container",
		Example: examples("# The date in a pod's first container", "kubectl exec web-1 -- date", "", "# A shell", "kubectl exec -it web-1 -- sh"),
		RunE: func(c *cobra.Command, args []string) error {
			dash := c.ArgsLenAtDash()
			if dash != 1 || len(args) < 2 {
				return usagef(c, "exec needs one pod and, behind --, a command: kubectl exec POD -- COMMAND")
			}
			return a.runExec(c.Context(), args[0], args[1:], f)
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.container, "container", "c", "", "Container name. If omitted, use the kubectl.kubernetes.io/default-container annotation or the first container in the pod")
	fl.BoolVarP(&f.stdin, "stdin", "i", false, "Pass stdin to the container")
	fl.BoolVarP(&f.tty, "tty", "t", false, "Stdin is a TTY")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "Only print output from the remote session")
	return c
}

func (a *App) runExec(ctx context.Context, pod string, command []string, f execFlags) error {
	pods, err := a.podsOf(ctx, []string{pod}, "")
	if err != nil {
		return err
	}
	p := pods[0]
	if phase := p.object.String("status", "phase"); phase == "Succeeded" || phase == "Failed" {
		return fmt.Errorf("cannot exec into a container in a completed pod; current phase is %s", phase)
	}
	q := url.Values{"command": command, "stdout": {"true"}, "container": {a.chooseContainer(p.object, f.container)}}
	if f.stdin {
		q.Set("stdin", "true")
	}
	if f.tty {
		q.Set("tty", "true")
	} else {
		q.Set("stderr", "true")
	}
	return a.remoteCommand(ctx, p.mapping.Path(p.namespace, p.name, "exec"), q, f)
}

// Channels of the remote command protocol, the first byte of every message.
const (
	stdinChannel  = 0
	stdoutChannel = 1
	stderrChannel = 2
	errorChannel  = 3
	resizeChannel = 4
	closeChannel  = 255 // names a channel that has ended
)

// remoteCommand runs exec or attach over a websocket (v5.channel.k8s.io).
func (a *App) remoteCommand(ctx context.Context, path string, q url.Values, f execFlags) error {
	conn, err := a.dialWebsocket(ctx, path, q)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var mu sync.Mutex
	send := func(channel byte, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		return conn.WriteMessage(websocket.BinaryMessage, append([]byte{channel}, data...))
	}
	if f.tty {
		restore, err := a.rawTerminal(send)
		if err != nil {
			return err
		}
		defer restore()
	}
	if f.stdin {
		go copyInput(a.in, send)
	}
	return a.copyOutput(ctx, conn)
}

// dialWebsocket opens a websocket to the server with this user's credentials.
func (a *App) dialWebsocket(ctx context.Context, path string, q url.Values) (*websocket.Conn, error) {
	tlsConfig, host, header, err := a.connection()
	if err != nil {
		return nil, err
	}
	tlsConfig.NextProtos = []string{"http/1.1"}
	d := websocket.Dialer{TLSClientConfig: tlsConfig, Subprotocols: []string{"v5.channel.k8s.io"}}
	u := strings.Replace(host, "http", "ws", 1) + path + "?" + q.Encode()
	conn, resp, err := d.DialContext(ctx, u, header)
	if err == nil {
		return conn, nil
	}
	if errors.Is(err, websocket.ErrBadHandshake) && resp != nil {
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return nil, err
		}
		return nil, api.StatusOf(body, resp.StatusCode)
	}
	return nil, err
}

func copyInput(in io.Reader, send func(byte, []byte) error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := in.Read(buf)
		if n > 0 && send(stdinChannel, buf[:n]) != nil {
			return
		}
		if err != nil {
			_ = send(closeChannel, []byte{stdinChannel})
			return
		}
	}
}

// copyOutput prints what the command writes until its status comes.
func (a *App) copyOutput(ctx context.Context, conn *websocket.Conn) error {
	for {
		_, msg, err := conn.ReadMessage()
		if err != nil {
			if ctx.Err() != nil {
				return exitError(130)
			}
			if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				return nil
			}
			return fmt.Errorf("the connection to the container broke: %w", err)
		}
		if len(msg) < 2 {
			continue
		}
		switch msg[0] {
		case stdoutChannel:
			_, err = a.out.Write(msg[1:])
		case stderrChannel:
			_, err = a.err.Write(msg[1:])
		case errorChannel:
			return a.commandStatus(msg[1:])
		}
		if err != nil {
			return err
		}
	}
}

// commandStatus turns the command's end into kubectl's own.
func (a *App) commandStatus(b []byte) error {
	var s api.Object
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New(strings.TrimSpace(string(b)))
	}
	if s.String("status") == "Success" {
		return nil
	}
	for _, c := range s.List("details", "causes") {
		if c.String("reason") == "ExitCode" {
			code, err := strconv.Atoi(c.String("message"))
			if err == nil {
				fmt.Fprintf(a.err, "command terminated with exit code %d\n", code)
				return exitError(code)
			}
		}
	}
	return errors.New(s.String("message"))
}

// rawTerminal hands every key to the container, and every change of the
// window's size.
func (a *App) rawTerminal(send func(byte, []byte) error) (restore func(), err error) {
	file, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		fmt.Fprintln(a.err, "Unable to use a TTY - input is not a terminal or the right kind of file")
		return func() {}, nil
	}
	fd := int(file.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	resize := func() {
		if w, h, err := term.GetSize(fd); err == nil {
			b, _ := json.Marshal(map[string]int{"Width": w, "Height": h})
			_ = send(resizeChannel, b)
		}
	}
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)
	go func() {
		for range changes {
			resize()
		}
	}()
	resize()
	return func() {
		signal.Stop(changes)
		close(changes)
		_ = term.Restore(fd, state)
	}, nil
}
