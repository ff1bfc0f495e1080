package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Probe is a check that a kubelet makes of a container again and again.
type Probe struct {
	ProbeHandler `json:",inline" protobuf:"1"`
	// How many seconds after the container's start the checks begin.
	InitialDelaySeconds int32 `json:"initialDelaySeconds,omitempty" protobuf:"2"`
	// After how many seconds without answer a check fails. Default: 1.
	TimeoutSeconds int32 `json:"timeoutSeconds,omitempty" protobuf:"3"`
	// How many seconds lie between checks. Default: 10.
	PeriodSeconds int32 `json:"periodSeconds,omitempty" protobuf:"4"`
	// How many checks in a row must pass after a failure. Default: 1; for
	// liveness and startup always 1.
	SuccessThreshold int32 `json:"successThreshold,omitempty" protobuf:"5"`
	// How many checks in a row must fail. Default: 3.
	FailureThreshold int32 `json:"failureThreshold,omitempty" protobuf:"6"`
	// How many seconds the container has to end when the check fails, when
	// that differs from the pod. Not for readiness.
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty" protobuf:"7"`
}

// ProbeHandler is what a check does. Exactly one is set.
type ProbeHandler struct {
	// Runs a command in the container.
	Exec *ExecAction `json:"exec,omitempty" protobuf:"1"`
	// Sends an HTTP request to the container.
	HTTPGet *HTTPGetAction `json:"httpGet,omitempty" protobuf:"2"`
	// Opens a connection to the container.
	TCPSocket *TCPSocketAction `json:"tcpSocket,omitempty" protobuf:"3"`
	// Asks the gRPC health service of the container.
	GRPC *GRPCAction `json:"grpc,omitempty" protobuf:"4"`
}

// ExecAction runs a command; exit code 0 is success.
type ExecAction struct {
	// The command and its arguments; no shell takes part.
	Command []string `json:"command,omitempty" protobuf:"1" listType:"atomic"`
}

// HTTPGetAction sends a GET; an answer from 200 to 399 is success.
type HTTPGetAction struct {
	// The path to ask for. Default: /.
	Path string `json:"path,omitempty" protobuf:"1"`
	// The port, by number or by name.
	Port meta.IntOrString `json:"port" protobuf:"2" required:"true"`
	// The host to ask. Default: the pod's address.
	Host string `json:"host,omitempty" protobuf:"3"`
	// HTTP (the default) or HTTPS, whose certificate is not checked.
	Scheme URIScheme `json:"scheme,omitempty" protobuf:"4"`
	// Headers to send; Host sets the host.
	HTTPHeaders []HTTPHeader `json:"httpHeaders,omitempty" protobuf:"5" listType:"atomic"`
}

// URIScheme is how an HTTP request travels.
//
// +enum
type URIScheme string

// The values of URIScheme.
const (
	URISchemeHTTP  URIScheme = "HTTP"
	URISchemeHTTPS URIScheme = "HTTPS"
)

// HTTPHeader is a header of a request.
type HTTPHeader struct {
	// The header's name.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Its value.
	Value string `json:"value" protobuf:"2" required:"true"`
}

// TCPSocketAction opens a connection; being let in is success.
type TCPSocketAction struct {
	// The port, by number or by name.
	Port meta.IntOrString `json:"port" protobuf:"1" required:"true"`
	// The host to connect to. Default: the pod's address.
	Host string `json:"host,omitempty" protobuf:"2"`
}

// GRPCAction asks a gRPC health service; SERVING is success.
type GRPCAction struct {
	// The port number.
	Port int32 `json:"port" protobuf:"1" required:"true"`
	// The service to ask about. Default: empty.
	Service *string `json:"service" protobuf:"2"`
}

// Lifecycle says what to do at the beginning and the end of a container.
type Lifecycle struct {
	// What to do right after the start; the container is killed if it fails.
	PostStart *LifecycleHandler `json:"postStart,omitempty" protobuf:"1"`
	// What to do before the container is told to end. It counts against the
	// grace period.
	PreStop *LifecycleHandler `json:"preStop,omitempty" protobuf:"2"`
	// The signal by which the container is told to end. Default: what the
	// image says, or SIGTERM. Needs the pod's os.name.
	StopSignal *Signal `json:"stopSignal,omitempty" protobuf:"3"`
}

// LifecycleHandler is what a hook does. Exactly one is set.
type LifecycleHandler struct {
	// Runs a command in the container.
	Exec *ExecAction `json:"exec,omitempty" protobuf:"1"`
	// Sends an HTTP request.
	HTTPGet *HTTPGetAction `json:"httpGet,omitempty" protobuf:"2"`
	// No longer used; it always fails.
	TCPSocket *TCPSocketAction `json:"tcpSocket,omitempty" protobuf:"3"`
	// Waits.
	Sleep *SleepAction `json:"sleep,omitempty" protobuf:"4"`
}

// SleepAction waits.
type SleepAction struct {
	// How many seconds; not more than the grace period.
	Seconds int64 `json:"seconds" protobuf:"1" required:"true"`
}

// Signal is the name of a signal to a process.
//
// +enum
type Signal string

// The values of Signal.
const (
	SIGABRT         Signal = "SIGABRT"
	SIGALRM         Signal = "SIGALRM"
	SIGBUS          Signal = "SIGBUS"
	SIGCHLD         Signal = "SIGCHLD"
	SIGCLD          Signal = "SIGCLD"
	SIGCONT         Signal = "SIGCONT"
	SIGFPE          Signal = "SIGFPE"
	SIGHUP          Signal = "SIGHUP"
	SIGILL          Signal = "SIGILL"
	SIGINT          Signal = "SIGINT"
	SIGIO           Signal = "SIGIO"
	SIGIOT          Signal = "SIGIOT"
	SIGKILL         Signal = "SIGKILL"
	SIGPIPE         Signal = "SIGPIPE"
	SIGPOLL         Signal = "SIGPOLL"
	SIGPROF         Signal = "SIGPROF"
	SIGPWR          Signal = "SIGPWR"
	SIGQUIT         Signal = "SIGQUIT"
	SIGSEGV         Signal = "SIGSEGV"
	SIGSTKFLT       Signal = "SIGSTKFLT"
	SIGSTOP         Signal = "SIGSTOP"
	SIGSYS          Signal = "SIGSYS"
	SIGTERM         Signal = "SIGTERM"
	SIGTRAP         Signal = "SIGTRAP"
	SIGTSTP         Signal = "SIGTSTP"
	SIGTTIN         Signal = "SIGTTIN"
	SIGTTOU         Signal = "SIGTTOU"
	SIGURG          Signal = "SIGURG"
	SIGUSR1         Signal = "SIGUSR1"
	SIGUSR2         Signal = "SIGUSR2"
	SIGVTALRM       Signal = "SIGVTALRM"
	SIGWINCH        Signal = "SIGWINCH"
	SIGXCPU         Signal = "SIGXCPU"
	SIGXFSZ         Signal = "SIGXFSZ"
	SIGRTMIN        Signal = "SIGRTMIN"
	SIGRTMINPLUS1   Signal = "SIGRTMIN+1"
	SIGRTMINPLUS2   Signal = "SIGRTMIN+2"
	SIGRTMINPLUS3   Signal = "SIGRTMIN+3"
	SIGRTMINPLUS4   Signal = "SIGRTMIN+4"
	SIGRTMINPLUS5   Signal = "SIGRTMIN+5"
	SIGRTMINPLUS6   Signal = "SIGRTMIN+6"
	SIGRTMINPLUS7   Signal = "SIGRTMIN+7"
	SIGRTMINPLUS8   Signal = "SIGRTMIN+8"
	SIGRTMINPLUS9   Signal = "SIGRTMIN+9"
	SIGRTMINPLUS10  Signal = "SIGRTMIN+10"
	SIGRTMINPLUS11  Signal = "SIGRTMIN+11"
	SIGRTMINPLUS12  Signal = "SIGRTMIN+12"
	SIGRTMINPLUS13  Signal = "SIGRTMIN+13"
	SIGRTMINPLUS14  Signal = "SIGRTMIN+14"
	SIGRTMINPLUS15  Signal = "SIGRTMIN+15"
	SIGRTMAXMINUS14 Signal = "SIGRTMAX-14"
	SIGRTMAXMINUS13 Signal = "SIGRTMAX-13"
	SIGRTMAXMINUS12 Signal = "SIGRTMAX-12"
	SIGRTMAXMINUS11 Signal = "SIGRTMAX-11"
	SIGRTMAXMINUS10 Signal = "SIGRTMAX-10"
	SIGRTMAXMINUS9  Signal = "SIGRTMAX-9"
	SIGRTMAXMINUS8  Signal = "SIGRTMAX-8"
	SIGRTMAXMINUS7  Signal = "SIGRTMAX-7"
	SIGRTMAXMINUS6  Signal = "SIGRTMAX-6"
	SIGRTMAXMINUS5  Signal = "SIGRTMAX-5"
	SIGRTMAXMINUS4  Signal = "SIGRTMAX-4"
	SIGRTMAXMINUS3  Signal = "SIGRTMAX-3"
	SIGRTMAXMINUS2  Signal = "SIGRTMAX-2"
	SIGRTMAXMINUS1  Signal = "SIGRTMAX-1"
	SIGRTMAX        Signal = "SIGRTMAX"
)
