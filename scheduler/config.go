package scheduler

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/leader"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
)

// Config is what the scheduler is told.
type Config struct {
	// Kubeconfig names the API server and who the scheduler is to it.
	Kubeconfig string
	// File, if set, is read for the profiles: which pods are ours and by which
	// rules they are placed.
	File string
	// Name is which pods are ours when there is no file: those with this spec.schedulerName.
	Name string
	// Percentage of the nodes that must do before a search ends; 0 picks one.
	Percentage int
	// ParkedFor is after what time a pod that fits nowhere is tried again
	// although nothing happened.
	ParkedFor time.Duration

	// BindAddress and Port are where health and metrics are served; a Port of
	// 0 serves none.
	BindAddress       string
	Port              int
	CertFile, KeyFile string
	Profiling         bool

	// QPS caps the requests per second; 0 does not.
	QPS float64

	Leader leader.Config
}

// DefaultConfig is what the flags start from.
func DefaultConfig() *Config {
	return &Config{
		Name: "default-scheduler", ParkedFor: 5 * time.Minute,
		BindAddress: "0.0.0.0", Port: 10259,
		Leader: leader.Default("kube-scheduler"),
	}
}

// AddFlags binds cfg to the command line.
func (cfg *Config) AddFlags(g *daemon.FlagGroups) {
	api := g.Group("API server")
	api.StringVar(&cfg.Kubeconfig, "kubeconfig", cfg.Kubeconfig, "file that names the API server and our credentials")
	api.Float64Var(&cfg.QPS, "kube-api-qps", cfg.QPS, "most requests per second; 0 does not limit them")

	s := g.Group("Scheduling")
	s.StringVar(&cfg.File, "config", cfg.File, "file with a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1): profiles by schedulerName, their filters, scores and weights")
	s.StringVar(&cfg.Name, "scheduler-name", cfg.Name, "schedule the pods whose spec.schedulerName is this")
	s.IntVar(&cfg.Percentage, "percentage-of-nodes-to-score", cfg.Percentage, "percentage of all nodes that must do before the best of them is taken; 0 picks one by the size of the cluster")
	s.DurationVar(&cfg.ParkedFor, "pod-max-in-unschedulable-pods-duration", cfg.ParkedFor, "try a pod that fits nowhere again after this time although nothing has changed")

	cfg.Leader.AddFlags(g.Group("Leader election"))

	h := g.Group("Health and metrics")
	h.StringVar(&cfg.BindAddress, "bind-address", cfg.BindAddress, "address to serve on")
	h.IntVar(&cfg.Port, "secure-port", cfg.Port, "port to serve on; 0 serves nothing")
	h.StringVar(&cfg.CertFile, "tls-cert-file", cfg.CertFile, "certificate to serve with; one is made when there is none")
	h.StringVar(&cfg.KeyFile, "tls-private-key-file", cfg.KeyFile, "key of --tls-cert-file")
	h.BoolVar(&cfg.Profiling, "profiling", cfg.Profiling, "serve /debug/pprof")
}

// Validate says what is wrong with cfg, naming the flag.
func (cfg *Config) Validate() error {
	switch {
	case cfg.Name == "":
		return fmt.Errorf("--scheduler-name: must not be empty")
	case cfg.Percentage < 0 || cfg.Percentage > 100:
		return fmt.Errorf("--percentage-of-nodes-to-score=%d: must be from 0 to 100", cfg.Percentage)
	case cfg.ParkedFor <= 0:
		return fmt.Errorf("--pod-max-in-unschedulable-pods-duration=%v: must be positive", cfg.ParkedFor)
	case cfg.Port < 0 || cfg.Port > 65535:
		return fmt.Errorf("--secure-port=%d: must be from 0 to 65535", cfg.Port)
	case net.ParseIP(cfg.BindAddress) == nil:
		return fmt.Errorf("--bind-address=%s: must be an IP address", cfg.BindAddress)
	case cfg.QPS < 0:
		return fmt.Errorf("--kube-api-qps=%v: must not be negative", cfg.QPS)
	}
	if _, err := cfg.profiles(); err != nil {
		return err
	}
	return cfg.Leader.Validate()
}

// address is where to serve.
func (cfg *Config) address() string { return net.JoinHostPort(cfg.BindAddress, strconv.Itoa(cfg.Port)) }

// profiles are the rules for the pods of each spec.schedulerName.
func (cfg *Config) profiles() (map[string]placement.Profile, error) {
	if cfg.File != "" {
		profiles, err := cfg.readProfiles(cfg.File)
		if err != nil {
			return nil, fmt.Errorf("--config=%s: %w", cfg.File, err)
		}
		return profiles, nil
	}
	p := placement.DefaultProfile()
	p.Percentage = cfg.Percentage
	return map[string]placement.Profile{cfg.Name: p}, nil
}
