// Package kubeconfig reads, merges and writes the files in which users keep
// clusters, users and contexts (a context is a cluster, a user and a
// namespace). The CLI edits them, every daemon is told by one of them where
// the API server is and who it is itself.
//
// Several files, listed in $KUBECONFIG, are read as one: the first file that
// names a thing wins, and changes go back to the file a thing came from.
package kubeconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"
)

// Config is what one file, or several merged, say.
type Config struct {
	Kind           string         `json:"kind,omitempty"`
	APIVersion     string         `json:"apiVersion,omitempty"`
	Preferences    map[string]any `json:"preferences"`
	Clusters       []NamedCluster `json:"clusters"`
	Users          []NamedUser    `json:"users"`
	Contexts       []NamedContext `json:"contexts"`
	CurrentContext string         `json:"current-context"`
	Extensions     []any          `json:"extensions,omitempty"`

	// currentFrom is the file that set CurrentContext.
	currentFrom string
}

// NamedCluster is a cluster under its name.
type NamedCluster struct {
	Name    string  `json:"name"`
	Cluster Cluster `json:"cluster"`

	from string
}

// Cluster says how to reach an API server.
type Cluster struct {
	Server                   string `json:"server,omitempty"`
	TLSServerName            string `json:"tls-server-name,omitempty"`
	InsecureSkipTLSVerify    bool   `json:"insecure-skip-tls-verify,omitempty"`
	CertificateAuthority     string `json:"certificate-authority,omitempty"`
	CertificateAuthorityData []byte `json:"certificate-authority-data,omitempty"`
	ProxyURL                 string `json:"proxy-url,omitempty"`
	DisableCompression       bool   `json:"disable-compression,omitempty"`
	Extensions               []any  `json:"extensions,omitempty"`
}

// NamedUser is a user under their name.
type NamedUser struct {
	Name string `json:"name"`
	User User   `json:"user"`

	from string
}

// User is how to prove who one is.
type User struct {
	ClientCertificate     string              `json:"client-certificate,omitempty"`
	ClientCertificateData []byte              `json:"client-certificate-data,omitempty"`
	ClientKey             string              `json:"client-key,omitempty"`
	ClientKeyData         []byte              `json:"client-key-data,omitempty"`
	Token                 string              `json:"token,omitempty"`
	TokenFile             string              `json:"tokenFile,omitempty"`
	Impersonate           string              `json:"as,omitempty"`
	ImpersonateUID        string              `json:"as-uid,omitempty"`
	ImpersonateGroups     []string            `json:"as-groups,omitempty"`
	ImpersonateUserExtra  map[string][]string `json:"as-user-extra,omitempty"`
	Username              string              `json:"username,omitempty"`
	Password              string              `json:"password,omitempty"`
	// AuthProvider and Exec are kept as they are; nothing here runs them.
	AuthProvider map[string]any `json:"auth-provider,omitempty"`
	Exec         map[string]any `json:"exec,omitempty"`
	Extensions   []any          `json:"extensions,omitempty"`
}

// NamedContext is a context under its name.
type NamedContext struct {
	Name    string  `json:"name"`
	Context Context `json:"context"`

	from string
}

// Context joins a cluster, a user and a namespace.
type Context struct {
	Cluster    string `json:"cluster"`
	User       string `json:"user"`
	Namespace  string `json:"namespace,omitempty"`
	Extensions []any  `json:"extensions,omitempty"`
}

// New is an empty file.
func New() *Config {
	return &Config{Kind: "Config", APIVersion: "v1", Preferences: map[string]any{}}
}

// Single is a file with one cluster, user and context, the context named
// USER@CLUSTER: what daemons are handed.
func Single(name string, cluster Cluster, userName string, user User) *Config {
	c := New()
	contextName := userName + "@" + name
	c.Clusters = []NamedCluster{{Name: name, Cluster: cluster}}
	c.Users = []NamedUser{{Name: userName, User: user}}
	c.Contexts = []NamedContext{{Name: contextName, Context: Context{Cluster: name, User: userName}}}
	c.CurrentContext = contextName
	return c
}

// Files lists the files to read when none is named: those of $KUBECONFIG, or
// ~/.kube/config. They need not exist.
func Files() []string {
	if list := os.Getenv("KUBECONFIG"); list != "" {
		var files []string
		for _, f := range filepath.SplitList(list) {
			if f != "" && !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		return files
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return []string{filepath.Join(home, ".kube", "config")}
}

// ErrNone tells that none of the files to look in exists.
var ErrNone = errors.New("no kubeconfig: set KUBECONFIG or give --kubeconfig")

// Load reads path, which must exist, or when path is empty merges Files; it
// returns ErrNone when none of those exists.
func Load(path string) (*Config, error) {
	if path != "" {
		return LoadFile(path)
	}
	var merged *Config
	for _, f := range Files() {
		c, err := LoadFile(f)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if merged == nil {
			merged = c
			continue
		}
		merged.Merge(c)
	}
	if merged == nil {
		return nil, ErrNone
	}
	return merged, nil
}

// LoadFile reads one file. Paths in it are relative to its folder; they come
// back absolute.
func LoadFile(path string) (*Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	c := New()
	if err := yaml.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	c.setOrigin(path)
	return c, nil
}

// setOrigin remembers that all of c came from path, and makes its paths
// absolute.
func (c *Config) setOrigin(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	dir := filepath.Dir(abs)
	resolve := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for i := range c.Clusters {
		c.Clusters[i].from = abs
		resolve(&c.Clusters[i].Cluster.CertificateAuthority)
	}
	for i := range c.Users {
		u := &c.Users[i]
		u.from = abs
		resolve(&u.User.ClientCertificate)
		resolve(&u.User.ClientKey)
		resolve(&u.User.TokenFile)
	}
	for i := range c.Contexts {
		c.Contexts[i].from = abs
	}
	if c.CurrentContext != "" {
		c.currentFrom = abs
	}
}

// Merge takes from o what c does not name yet.
func (c *Config) Merge(o *Config) {
	for _, x := range o.Clusters {
		if c.Cluster(x.Name) == nil {
			c.Clusters = append(c.Clusters, x)
		}
	}
	for _, x := range o.Users {
		if c.User(x.Name) == nil {
			c.Users = append(c.Users, x)
		}
	}
	for _, x := range o.Contexts {
		if c.Context(x.Name) == nil {
			c.Contexts = append(c.Contexts, x)
		}
	}
	if c.CurrentContext == "" {
		c.CurrentContext, c.currentFrom = o.CurrentContext, o.currentFrom
	}
}

// Cluster is the cluster of that name, in place, or nil.
func (c *Config) Cluster(name string) *Cluster {
	for i := range c.Clusters {
		if c.Clusters[i].Name == name {
			return &c.Clusters[i].Cluster
		}
	}
	return nil
}

// User is the user of that name, in place, or nil.
func (c *Config) User(name string) *User {
	for i := range c.Users {
		if c.Users[i].Name == name {
			return &c.Users[i].User
		}
	}
	return nil
}

// Context is the context of that name, in place, or nil.
func (c *Config) Context(name string) *Context {
	for i := range c.Contexts {
		if c.Contexts[i].Name == name {
			return &c.Contexts[i].Context
		}
	}
	return nil
}

// Resolve finds the named context, or the current one when name is empty, and
// its cluster and user. A file with one cluster and no contexts needs none.
func (c *Config) Resolve(name string) (Cluster, User, Context, error) {
	if name == "" {
		name = c.CurrentContext
	}
	ctx := c.Context(name)
	if ctx == nil && name == "" && len(c.Clusters) == 1 && len(c.Users) <= 1 {
		ctx = &Context{Cluster: c.Clusters[0].Name}
		if len(c.Users) == 1 {
			ctx.User = c.Users[0].Name
		}
	}
	switch {
	case ctx == nil && name == "":
		return Cluster{}, User{}, Context{}, errors.New("kubeconfig: current-context is not set")
	case ctx == nil:
		return Cluster{}, User{}, Context{}, fmt.Errorf("kubeconfig: context %q does not exist", name)
	}
	cluster := c.Cluster(ctx.Cluster)
	if cluster == nil {
		return Cluster{}, User{}, *ctx, fmt.Errorf("kubeconfig: cluster %q of context %q does not exist", ctx.Cluster, name)
	}
	var user User
	if u := c.User(ctx.User); u != nil {
		user = *u
	} else if ctx.User != "" {
		return Cluster{}, User{}, *ctx, fmt.Errorf("kubeconfig: user %q of context %q does not exist", ctx.User, name)
	}
	return *cluster, user, *ctx, nil
}
