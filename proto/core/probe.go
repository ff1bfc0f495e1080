package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Probe struct {
	ProbeHandler                  `json:",inline" protobuf:"1"`
	InitialDelaySeconds           int32  `json:"initialDelaySeconds,omitempty" protobuf:"2"`
	TimeoutSeconds                int32  `json:"timeoutSeconds,omitempty" protobuf:"3"`
	PeriodSeconds                 int32  `json:"periodSeconds,omitempty" protobuf:"4"`
	SuccessThreshold              int32  `json:"successThreshold,omitempty" protobuf:"5"`
	FailureThreshold              int32  `json:"failureThreshold,omitempty" protobuf:"6"`
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty" protobuf:"7"`
}

type ProbeHandler struct {
	Exec      *ExecAction      `json:"exec,omitempty" protobuf:"1"`
	HTTPGet   *HTTPGetAction   `json:"httpGet,omitempty" protobuf:"2"`
	TCPSocket *TCPSocketAction `json:"tcpSocket,omitempty" protobuf:"3"`
	GRPC      *GRPCAction      `json:"grpc,omitempty" protobuf:"4"`
}

type ExecAction struct {
	Command []string `json:"command,omitempty" protobuf:"1" listType:"atomic"`
}

type HTTPGetAction struct {
	Path        string           `json:"path,omitempty" protobuf:"1"`
	Port        meta.IntOrString `json:"port" protobuf:"2" required:"true"`
	Host        string           `json:"host,omitempty" protobuf:"3"`
	Scheme      URIScheme        `json:"scheme,omitempty" protobuf:"4"`
	HTTPHeaders []HTTPHeader     `json:"httpHeaders,omitempty" protobuf:"5" listType:"atomic"`
}

type URIScheme string

const (
	URISchemeHTTP  URIScheme = "HTTP"
	URISchemeHTTPS URIScheme = "HTTPS"
)

type HTTPHeader struct {
	Name  string `json:"name" protobuf:"1" required:"true"`
	Value string `json:"value" protobuf:"2" required:"true"`
}

type TCPSocketAction struct {
	Port meta.IntOrString `json:"port" protobuf:"1" required:"true"`
	Host string           `json:"host,omitempty" protobuf:"2"`
}

type GRPCAction struct {
	Port    int32   `json:"port" protobuf:"1" required:"true"`
	Service *string `json:"service" protobuf:"2"`
}

type Lifecycle struct {
	PostStart  *LifecycleHandler `json:"postStart,omitempty" protobuf:"1"`
	PreStop    *LifecycleHandler `json:"preStop,omitempty" protobuf:"2"`
	StopSignal *Signal           `json:"stopSignal,omitempty" protobuf:"3"`
}

type LifecycleHandler struct {
	Exec      *ExecAction      `json:"exec,omitempty" protobuf:"1"`
	HTTPGet   *HTTPGetAction   `json:"httpGet,omitempty" protobuf:"2"`
	TCPSocket *TCPSocketAction `json:"tcpSocket,omitempty" protobuf:"3"`
	Sleep     *SleepAction     `json:"sleep,omitempty" protobuf:"4"`
}

type SleepAction struct {
	Seconds int64 `json:"seconds" protobuf:"1" required:"true"`
}

type Signal string

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
