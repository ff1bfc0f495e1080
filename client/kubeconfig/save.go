package kubeconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// Encode is c as a file holds it.
func (c *Config) Encode() ([]byte, error) {
	out := *c
	out.Kind, out.APIVersion = "Config", "v1"
	if out.Preferences == nil {
		out.Preferences = map[string]any{}
	}
	return yaml.Marshal(&out)
}

// WriteFile replaces path with c at once: readers see the old file or the new
// one. Only the owner may read it, for it holds secrets. Folders are made.
func (c *Config) WriteFile(path string) error {
	b, err := c.Encode()
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".kubeconfig-*")
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(0o600), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("kubeconfig %s: %w", path, err)
	}
	return nil
}

// Save writes a merged c back: each thing to the file it came from, new
// things to the first of files, which is path alone when that is given. Only
// files that change are written.
func (c *Config) Save(path string) error {
	files := Files()
	if path != "" {
		files = []string{path}
	}
	if len(files) == 0 {
		return ErrNone
	}
	for i, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			return fmt.Errorf("kubeconfig: %w", err)
		}
		part := c.partOf(abs, i == 0, path != "")
		if err := part.saveIfChanged(abs, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// partOf is what of c belongs into file: what came from there, in the first
// file also what is new, and everything when it is the only one.
func (c *Config) partOf(file string, first, only bool) *Config {
	here := func(from string) bool { return only || from == file || (from == "" && first) }
	part := New()
	part.Preferences, part.Extensions = c.Preferences, c.Extensions
	for _, x := range c.Clusters {
		if here(x.from) {
			part.Clusters = append(part.Clusters, x)
		}
	}
	for _, x := range c.Users {
		if here(x.from) {
			part.Users = append(part.Users, x)
		}
	}
	for _, x := range c.Contexts {
		if here(x.from) {
			part.Contexts = append(part.Contexts, x)
		}
	}
	if here(c.currentFrom) {
		part.CurrentContext = c.CurrentContext
	}
	return part
}

// saveIfChanged writes c unless the file says the same already. Missing files
// are made only when create is set or there is something to put in.
func (c *Config) saveIfChanged(path string, create bool) error {
	old, err := LoadFile(path)
	missing := errors.Is(err, os.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	empty := len(c.Clusters)+len(c.Users)+len(c.Contexts) == 0 && c.CurrentContext == ""
	if missing && empty && !create {
		return nil
	}
	if !missing {
		a, err := old.Encode()
		if err != nil {
			return err
		}
		b, err := c.Encode()
		if err != nil {
			return err
		}
		if string(a) == string(b) {
			return nil
		}
	}
	return c.WriteFile(path)
}
