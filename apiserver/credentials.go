package apiserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
	"github.com/pilothouse/pilothouse/client/daemon"
)

// UserCommand makes a kubeconfig for a user. It works on the files below the
// data directory and needs no running server.
type UserCommand struct {
	// DataDir is the server's.
	DataDir string
	// User and Groups are whom the client certificate names.
	User   string
	Groups []string
	// Server is the API server's URL.
	Server string
	// Output is the file to write.
	Output string
}

// AddFlags binds the flags.
func (c *UserCommand) AddFlags(g *daemon.FlagGroups) {
	fs := g.Group("Kubeconfig")
	fs.StringVar(&c.DataDir, "data-dir", DefaultConfig().DataDir, "the API server's data directory")
	fs.StringVar(&c.User, "user", "", "the user's name, such as system:node:node1")
	fs.StringSliceVar(&c.Groups, "group", nil, "the user's groups, such as system:nodes")
	fs.StringVar(&c.Server, "server", "", "URL of the API server, such as https://10.0.0.1:6443")
	fs.StringVar(&c.Output, "output", "", "file to write")
}

// Run writes the file.
func (c *UserCommand) Run(context.Context) error {
	if err := required("--user", c.User, "--server", c.Server, "--output", c.Output); err != nil {
		return err
	}
	a, err := loadAuthority(c.DataDir)
	if err != nil {
		return err
	}
	p, err := a.Client(c.User, c.Groups...)
	if err != nil {
		return err
	}
	return pki.WriteFile(c.Output, pki.Kubeconfig(c.Server, a.PEM, c.User, p))
}

// CertificateCommand makes a serving certificate, such as a kubelet's.
type CertificateCommand struct {
	// DataDir is the server's.
	DataDir string
	// Name is the certificate's subject.
	Name string
	// Hosts are the names and addresses that it is good for.
	Hosts []string
	// CertFile and KeyFile are the files to write.
	CertFile, KeyFile string
}

// AddFlags binds the flags.
func (c *CertificateCommand) AddFlags(g *daemon.FlagGroups) {
	fs := g.Group("Certificate")
	fs.StringVar(&c.DataDir, "data-dir", DefaultConfig().DataDir, "the API server's data directory")
	fs.StringVar(&c.Name, "name", "", "the certificate's subject, such as system:node:node1")
	fs.StringSliceVar(&c.Hosts, "host", nil, "names and addresses that the certificate is good for")
	fs.StringVar(&c.CertFile, "cert", "", "file to write the certificate to")
	fs.StringVar(&c.KeyFile, "key", "", "file to write the key to")
}

// Run writes the files.
func (c *CertificateCommand) Run(context.Context) error {
	if err := required("--name", c.Name, "--cert", c.CertFile, "--key", c.KeyFile); err != nil {
		return err
	}
	if len(c.Hosts) == 0 {
		return daemon.UsageError{Err: errors.New("--host is required")}
	}
	a, err := loadAuthority(c.DataDir)
	if err != nil {
		return err
	}
	p, err := a.Server(c.Name, c.Hosts)
	if err != nil {
		return err
	}
	return p.Save(c.CertFile, c.KeyFile)
}

// required refuses the first flag without a value of flag, value pairs.
func required(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return daemon.UsageError{Err: fmt.Errorf("%s is required", pairs[i])}
		}
	}
	return nil
}

func loadAuthority(dataDir string) (*pki.Authority, error) {
	a, err := pki.LoadAuthority(pki.Dir(dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--data-dir=%s: no certificate authority there: start kube-apiserver on it first", dataDir)
	}
	return a, err
}
