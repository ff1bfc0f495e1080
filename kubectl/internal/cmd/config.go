package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/client/kubeconfig"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

// config is the commands that read and change the kubeconfig itself; they ask
// no server.
func (a *App) config() *cobra.Command {
	c := &cobra.Command{Use: "config SUBCOMMAND", Short: "Modify kubeconfig files", Run: func(c *cobra.Command, _ []string) { _ = c.Help() }}
	c.AddCommand(a.configView(), a.configCurrent(), a.configUse(), a.configSetContext(), a.configGetContexts(), a.configDeleteContext(), a.configSetCluster(), a.configSetCredentials(), a.configGetClusters())
	return c
}

func (a *App) loadConfig() (*kubeconfig.Config, error) { return kubeconfig.Load(a.global.kubeconfig) }

// secretText stands for what config view does not show.
const secretText = "REDACTED"

func (a *App) configView() *cobra.Command {
	raw, minify := false, false
	output := ""
	c := &cobra.Command{Use: "view", Short: "Display merged kubeconfig settings or a specified kubeconfig file", Args: cobra.NoArgs,
		Example: examples("kubectl config view", "", "# With the secrets", "kubectl config view --raw"),
		RunE: func(*cobra.Command, []string) error {
			k, err := a.loadConfig()
			if err != nil {
				return err
			}
			if minify {
				if err := a.minify(k); err != nil {
					return err
				}
			}
			b, err := k.Encode()
			if err != nil {
				return err
			}
			var o map[string]any
			if err := yaml.Unmarshal(b, &o); err != nil {
				return err
			}
			if !raw {
				redact(o)
			}
			print, err := printer.For(output, true)
			if err != nil {
				return err
			}
			if print == nil {
				return printer.YAML(a.out, o)
			}
			return print(a.out, o)
		}}
	c.Flags().BoolVar(&raw, "raw", false, "Display raw byte data and sensitive data")
	c.Flags().BoolVar(&minify, "minify", false, "Remove all information not used by current-context from the output")
	c.Flags().StringVarP(&output, "output", "o", "", "Output format. One of: "+printer.Forms)
	return c
}

// minify keeps what the current context uses.
func (a *App) minify(k *kubeconfig.Config) error {
	name := a.contextName(k)
	ctx := k.Context(name)
	if ctx == nil {
		return fmt.Errorf("cannot locate context %s", name)
	}
	keep := *ctx
	k.CurrentContext = name
	k.Contexts = keepNamed(k.Contexts, name, func(x kubeconfig.NamedContext) string { return x.Name })
	k.Clusters = keepNamed(k.Clusters, keep.Cluster, func(x kubeconfig.NamedCluster) string { return x.Name })
	k.Users = keepNamed(k.Users, keep.User, func(x kubeconfig.NamedUser) string { return x.Name })
	return nil
}

func keepNamed[T any](list []T, name string, nameOf func(T) string) []T {
	var out []T
	for _, x := range list {
		if nameOf(x) == name {
			out = append(out, x)
		}
	}
	return out
}

func redact(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			switch {
			case k == "certificate-authority-data" || k == "client-certificate-data" || k == "client-key-data":
				v[k] = "DATA+OMITTED"
			case k == "token" || k == "password":
				v[k] = secretText
			default:
				redact(x)
			}
		}
	case []any:
		for _, x := range v {
			redact(x)
		}
	}
}

func (a *App) contextName(k *kubeconfig.Config) string {
	if a.global.context != "" {
		return a.global.context
	}
	return k.CurrentContext
}

func (a *App) configCurrent() *cobra.Command {
	return &cobra.Command{Use: "current-context", Short: "Display the current-context", Args: cobra.NoArgs, Example: examples("kubectl config current-context"),
		RunE: func(*cobra.Command, []string) error {
			k, err := a.loadConfig()
			if err != nil {
				return err
			}
			if k.CurrentContext == "" {
				return errors.New("current-context is not set")
			}
			fmt.Fprintln(a.out, k.CurrentContext)
			return nil
		}}
}

// change loads the kubeconfig, lets f change it and saves it.
func (a *App) change(f func(*kubeconfig.Config) (said string, err error)) error {
	k, err := a.loadConfig()
	if err != nil {
		return err
	}
	said, err := f(k)
	if err != nil {
		return err
	}
	if err := k.Save(a.global.kubeconfig); err != nil {
		return err
	}
	fmt.Fprintln(a.out, said)
	return nil
}

func (a *App) configUse() *cobra.Command {
	return &cobra.Command{Use: "use-context CONTEXT_NAME", Aliases: []string{"use"}, Short: "Set the current-context in a kubeconfig file", Args: exactlyOne("CONTEXT_NAME"),
		Example: examples("kubectl config use-context office"),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.change(func(k *kubeconfig.Config) (string, error) {
				if k.Context(args[0]) == nil {
					return "", fmt.Errorf("no context exists with the name: %q", args[0])
				}
				k.CurrentContext = args[0]
				return fmt.Sprintf("Switched to context %q.", args[0]), nil
			})
		}}
}

func (a *App) configSetContext() *cobra.Command {
	current := false
	c := &cobra.Command{Use: "set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
		Short: "Set a context entry in kubeconfig", Example: examples("# Work in another namespace from now on", "kubectl config set-context --current --namespace=tenant-a"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.change(func(k *kubeconfig.Config) (string, error) {
				name := k.CurrentContext
				switch {
				case current == (len(args) == 1), len(args) > 1:
					return "", errors.New("you must specify one context name or --current")
				case len(args) == 1:
					name = args[0]
				case name == "":
					return "", errors.New("no current context is set")
				}
				verb := "modified"
				ctx := k.Context(name)
				if ctx == nil {
					verb = "created"
					k.Contexts = append(k.Contexts, kubeconfig.NamedContext{Name: name})
					ctx = k.Context(name)
				}
				for _, f := range []struct {
					flag, value string
					to          *string
				}{{"cluster", a.global.cluster, &ctx.Cluster}, {"user", a.global.user, &ctx.User}, {"namespace", a.global.namespace, &ctx.Namespace}} {
					if c.Flags().Changed(f.flag) {
						*f.to = f.value
					}
				}
				return fmt.Sprintf("Context %q %s.", name, verb), nil
			})
		}}
	c.Flags().BoolVar(&current, "current", false, "Modify the current context")
	return c
}

func (a *App) configGetContexts() *cobra.Command {
	noHeaders := false
	output := ""
	c := &cobra.Command{Use: "get-contexts [NAME...]", Short: "Describe one or many contexts", Example: examples("kubectl config get-contexts"),
		RunE: func(_ *cobra.Command, args []string) error {
			k, err := a.loadConfig()
			if err != nil {
				return err
			}
			if output != "" && output != "name" {
				return fmt.Errorf("output must be one of '' or 'name': %v", output)
			}
			wanted := map[string]bool{}
			for _, n := range args {
				if k.Context(n) == nil {
					return fmt.Errorf("context %s not found", n)
				}
				wanted[n] = true
			}
			w := printer.NewWriter(a.out)
			if !noHeaders && output == "" {
				fmt.Fprintln(w, strings.Join([]string{"CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"}, "\t"))
			}
			for _, x := range k.Contexts {
				if len(wanted) > 0 && !wanted[x.Name] {
					continue
				}
				if output == "name" {
					fmt.Fprintln(w, x.Name)
					continue
				}
				mark := ""
				if x.Name == k.CurrentContext {
					mark = "*"
				}
				fmt.Fprintln(w, strings.Join([]string{mark, x.Name, x.Context.Cluster, x.Context.User, x.Context.Namespace}, "\t"))
			}
			return w.Flush()
		}}
	c.Flags().BoolVar(&noHeaders, "no-headers", false, "When using the default or custom-column output format, don't print headers.")
	c.Flags().StringVarP(&output, "output", "o", "", "Output format. One of: (name).")
	return c
}

func (a *App) configGetClusters() *cobra.Command {
	return &cobra.Command{Use: "get-clusters", Short: "Display clusters defined in the kubeconfig", Args: cobra.NoArgs, Example: examples("kubectl config get-clusters"),
		RunE: func(*cobra.Command, []string) error {
			k, err := a.loadConfig()
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, "NAME")
			for _, c := range k.Clusters {
				fmt.Fprintln(a.out, c.Name)
			}
			return nil
		}}
}

func (a *App) configDeleteContext() *cobra.Command {
	return &cobra.Command{Use: "delete-context NAME", Short: "Delete the specified context from the kubeconfig", Args: exactlyOne("NAME"), Example: examples("kubectl config delete-context office"),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.change(func(k *kubeconfig.Config) (string, error) {
				if k.Context(args[0]) == nil {
					return "", fmt.Errorf("cannot delete context %s, not in the kubeconfig", args[0])
				}
				var left []kubeconfig.NamedContext
				for _, x := range k.Contexts {
					if x.Name != args[0] {
						left = append(left, x)
					}
				}
				k.Contexts = left
				return fmt.Sprintf("deleted context %s from the kubeconfig", args[0]), nil
			})
		}}
}

func (a *App) configSetCluster() *cobra.Command {
	return &cobra.Command{Use: "set-cluster NAME [--server=server] [--certificate-authority=path] [--insecure-skip-tls-verify=true]",
		Short: "Set a cluster entry in kubeconfig", Args: exactlyOne("NAME"), Example: examples("kubectl config set-cluster office --server=https://10.0.0.1:6443 --certificate-authority=ca.crt"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.change(func(k *kubeconfig.Config) (string, error) {
				x := k.Cluster(args[0])
				if x == nil {
					k.Clusters = append(k.Clusters, kubeconfig.NamedCluster{Name: args[0]})
					x = k.Cluster(args[0])
				}
				if c.Flags().Changed("server") {
					x.Server = a.global.server
				}
				if c.Flags().Changed("certificate-authority") {
					x.CertificateAuthority = a.global.caFile
				}
				if c.Flags().Changed("insecure-skip-tls-verify") {
					x.InsecureSkipTLSVerify = a.global.insecure
				}
				return fmt.Sprintf("Cluster %q set.", args[0]), nil
			})
		}}
}

func (a *App) configSetCredentials() *cobra.Command {
	return &cobra.Command{Use: "set-credentials NAME [--client-certificate=path] [--client-key=path] [--token=bearer_token]",
		Short: "Set a user entry in kubeconfig", Args: exactlyOne("NAME"), Example: examples("kubectl config set-credentials me --client-certificate=me.crt --client-key=me.key"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.change(func(k *kubeconfig.Config) (string, error) {
				x := k.User(args[0])
				if x == nil {
					k.Users = append(k.Users, kubeconfig.NamedUser{Name: args[0]})
					x = k.User(args[0])
				}
				if c.Flags().Changed("client-certificate") {
					x.ClientCertificate = a.global.certFile
				}
				if c.Flags().Changed("client-key") {
					x.ClientKey = a.global.keyFile
				}
				if c.Flags().Changed("token") {
					x.Token = a.global.token
				}
				return fmt.Sprintf("User %q set.", args[0]), nil
			})
		}}
}
