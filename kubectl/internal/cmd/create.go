package cmd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

func (a *App) create() *cobra.Command {
	var f fileFlags
	var w writeFlags
	save := false
	c := &cobra.Command{
		Use:     "create -f FILENAME",
		Short:   "Create a resource from a file or from stdin",
		Example: examples("# Create the objects of a file", "kubectl create -f controller.yaml", "", "# Create what is piped in", "cat pod.json | kubectl create -f -", "", "# Create a namespace", "kubectl create namespace tenant-a"),
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(needFiles(c, f), w.check()); err != nil {
				return err
			}
			return a.runCreate(c.Context(), f, &w, save)
		},
	}
	f.add(c, "Filename, directory, or URL to files to use to create the resource")
	w.add(c, true)
	c.Flags().BoolVar(&save, "save-config", false, "If true, the configuration of current object will be saved in its annotation, for a later kubectl apply.")
	c.AddCommand(a.createNamespace(), a.createConfigMap(), a.createSecret(), a.createServiceAccount())
	return c
}

func (a *App) runCreate(ctx context.Context, f fileFlags, w *writeFlags, save bool) error {
	targets, err := a.fromFiles(ctx, f)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		if save {
			if err := recordApplied(t.object); err != nil {
				return err
			}
		}
		if err := a.createOne(ctx, t, w); err != nil {
			errs = append(errs, &whileError{fmt.Sprintf("error when creating %q", t.source), err})
		}
	}
	return errors.Join(errs...)
}

// createOne creates a target's object and says so.
func (a *App) createOne(ctx context.Context, t target, w *writeFlags) error {
	made := t.object
	if w.dryRun != "client" {
		var err error
		if made, err = a.client.Create(ctx, t.mapping, t.namespace, "", "", t.object, w.query()); err != nil {
			return err
		}
		t.name = made.Name()
	}
	return a.done(t, made, "created", w)
}

// createNamed makes one object that was put together from flags.
func (a *App) createNamed(ctx context.Context, o api.Object, w *writeFlags) error {
	if err := w.check(); err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	m, err := c.ForKind(ctx, o.APIVersion(), o.Kind())
	if err != nil {
		return err
	}
	t := target{mapping: m, name: o.Name(), object: o}
	if m.Namespaced {
		if t.namespace, err = a.namespace(); err != nil {
			return err
		}
		o.Set(t.namespace, "metadata", "namespace")
	}
	if err := a.createOne(ctx, t, w); err != nil {
		return &whileError{"failed to create " + strings.ToLower(o.Kind()), err}
	}
	return nil
}

func newObject(apiVersion, kind, name string) api.Object {
	return api.Object{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}}
}

func (a *App) createNamespace() *cobra.Command {
	var w writeFlags
	c := &cobra.Command{Use: "namespace NAME", Aliases: []string{"ns"}, Short: "Create a namespace with the specified name",
		Example: examples("kubectl create namespace tenant-a"), Args: exactlyOne("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.createNamed(c.Context(), newObject("v1", "Namespace", args[0]), &w)
		}}
	w.add(c, true)
	return c
}

func (a *App) createServiceAccount() *cobra.Command {
	var w writeFlags
	c := &cobra.Command{Use: "serviceaccount NAME", Aliases: []string{"sa"}, Short: "Create a service account with the specified name",
		Example: examples("kubectl create serviceaccount builder"), Args: exactlyOne("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.createNamed(c.Context(), newObject("v1", "ServiceAccount", args[0]), &w)
		}}
	w.add(c, true)
	return c
}

// dataFlags are the sources of a config map's or secret's keys.
type dataFlags struct {
	literals, files []string
	envFile         string
}

func (d *dataFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&d.literals, "from-literal", nil, "Specify a key and literal value to insert (i.e. mykey=somevalue)")
	c.Flags().StringSliceVar(&d.files, "from-file", nil, "Key file can be specified using its file path, in which case file basename will be used as key, or optionally with a key and file path (key=path); a directory gives a key for each of its files.")
	c.Flags().StringVar(&d.envFile, "from-env-file", "", "Specify the path to a file to read lines of key=val pairs.")
}

// read collects every key.
func (d *dataFlags) read() (map[string][]byte, error) {
	data := map[string][]byte{}
	put := func(key string, value []byte) error {
		if _, twice := data[key]; twice {
			return fmt.Errorf("cannot add key %q, another key by that name already exists", key)
		}
		data[key] = value
		return nil
	}
	for _, l := range d.literals {
		k, v, ok := strings.Cut(l, "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("invalid literal source %v, expected key=value", l)
		}
		if err := put(k, []byte(v)); err != nil {
			return nil, err
		}
	}
	for _, s := range d.files {
		key, path, ok := strings.Cut(s, "=")
		if !ok {
			key, path = filepath.Base(s), s
		}
		if err := readKeys(key, path, ok, put); err != nil {
			return nil, err
		}
	}
	if d.envFile != "" {
		b, err := os.ReadFile(d.envFile)
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(b), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			k, v, _ := strings.Cut(line, "=")
			if err := put(k, []byte(v)); err != nil {
				return nil, err
			}
		}
	}
	return data, nil
}

func readKeys(key, path string, named bool, put func(string, []byte) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("error reading %s: %w", path, err)
	}
	if !info.IsDir() {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return put(key, b)
	}
	if named {
		return errors.New("cannot give a key name for a directory path")
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			return err
		}
		if err := put(e.Name(), b); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) createConfigMap() *cobra.Command {
	var w writeFlags
	var d dataFlags
	c := &cobra.Command{Use: "configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1]", Aliases: []string{"cm"},
		Short: "Create a config map from a local file, directory or literal value", Example: examples("kubectl create configmap settings --from-literal=mode=fast"),
		Args: exactlyOne("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := d.read()
			if err != nil {
				return err
			}
			o := newObject("v1", "ConfigMap", args[0])
			for k, v := range data {
				if utf8.Valid(v) {
					setKey(o, "data", k, string(v))
				} else {
					setKey(o, "binaryData", k, base64.StdEncoding.EncodeToString(v))
				}
			}
			return a.createNamed(c.Context(), o, &w)
		}}
	d.add(c)
	w.add(c, true)
	return c
}

// setKey puts a key that may contain dots.
func setKey(o api.Object, field, key, value string) {
	m, ok := o[field].(map[string]any)
	if !ok {
		m = map[string]any{}
		o[field] = m
	}
	m[key] = value
}

func (a *App) createSecret() *cobra.Command {
	c := &cobra.Command{Use: "secret (docker-registry | generic | tls)", Short: "Create a secret using a specified subcommand",
		Run: func(c *cobra.Command, _ []string) { _ = c.Help() }}
	c.AddCommand(a.createGenericSecret(), a.createTLSSecret(), a.createRegistrySecret())
	return c
}

func (a *App) createGenericSecret() *cobra.Command {
	var w writeFlags
	var d dataFlags
	typ := ""
	c := &cobra.Command{Use: "generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1]",
		Short: "Create a secret from a local file, directory, or literal value", Example: examples("kubectl create secret generic db --from-file=password.txt"),
		Args: exactlyOne("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := d.read()
			if err != nil {
				return err
			}
			return a.createNamed(c.Context(), secret(args[0], typ, data), &w)
		}}
	c.Flags().StringVar(&typ, "type", "", "The type of secret to create")
	d.add(c)
	w.add(c, true)
	return c
}

func secret(name, typ string, data map[string][]byte) api.Object {
	o := newObject("v1", "Secret", name)
	if typ != "" {
		o["type"] = typ
	}
	for k, v := range data {
		setKey(o, "data", k, base64.StdEncoding.EncodeToString(v))
	}
	return o
}

func (a *App) createTLSSecret() *cobra.Command {
	var w writeFlags
	var cert, key string
	c := &cobra.Command{Use: "tls NAME --cert=path/to/cert/file --key=path/to/key/file", Short: "Create a TLS secret", Args: exactlyOne("NAME"),
		Example: examples("kubectl create secret tls site --cert=site.crt --key=site.key"),
		RunE: func(c *cobra.Command, args []string) error {
			if cert == "" || key == "" {
				return errors.New("key and cert must be specified")
			}
			data := map[string][]byte{}
			for name, path := range map[string]string{"tls.crt": cert, "tls.key": key} {
				b, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				data[name] = b
			}
			return a.createNamed(c.Context(), secret(args[0], "kubernetes.io/tls", data), &w)
		}}
	c.Flags().StringVar(&cert, "cert", "", "Path to PEM encoded public key certificate.")
	c.Flags().StringVar(&key, "key", "", "Path to private key associated with given certificate.")
	w.add(c, true)
	return c
}

func (a *App) createRegistrySecret() *cobra.Command {
	var w writeFlags
	var server, user, password, email string
	c := &cobra.Command{Use: "docker-registry NAME --docker-server=URL --docker-username=user --docker-password=password",
		Short: "Create a secret for use with a container registry", Args: exactlyOne("NAME"),
		Example: examples("kubectl create secret docker-registry pull --docker-server=registry.example.com --docker-username=me --docker-password=..."),
		RunE: func(c *cobra.Command, args []string) error {
			if user == "" || password == "" || server == "" {
				return errors.New("--docker-server, --docker-username and --docker-password must be specified")
			}
			entry := map[string]any{"username": user, "password": password, "email": email,
				"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
			b, err := json.Marshal(map[string]any{"auths": map[string]any{server: entry}})
			if err != nil {
				return err
			}
			return a.createNamed(c.Context(), secret(args[0], "kubernetes.io/dockerconfigjson", map[string][]byte{".dockerconfigjson": b}), &w)
		}}
	f := c.Flags()
	f.StringVar(&server, "docker-server", "", "Server location of the registry")
	f.StringVar(&user, "docker-username", "", "Username for authentication")
	f.StringVar(&password, "docker-password", "", "Password for authentication")
	f.StringVar(&email, "docker-email", "", "Email of the user")
	w.add(c, true)
	return c
}

// exactlyOne asks for one argument and says which.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef(c, "exactly one %s is required, got %d", what, len(args))
		}
		return nil
	}
}
