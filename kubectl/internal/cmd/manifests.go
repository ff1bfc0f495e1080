package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// fileFlags say where manifests come from.
type fileFlags struct {
	names     []string
	recursive bool
}

func (f *fileFlags) add(c *cobra.Command, use string) {
	c.Flags().StringSliceVarP(&f.names, "filename", "f", nil, use)
	c.Flags().BoolVarP(&f.recursive, "recursive", "R", false, "Process the directory used in -f, --filename recursively.")
}

// manifest is one object of a file.
type manifest struct {
	source string // the file's name, for messages
	object api.Object
}

// manifests reads every object of the files; a List is taken apart.
func (a *App) manifests(ctx context.Context, f fileFlags) ([]manifest, error) {
	var all []manifest
	for _, name := range f.names {
		found, err := a.readSource(ctx, name, f.recursive)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, errors.New("no objects passed to " + "apply or create")
	}
	return all, nil
}

func (a *App) readSource(ctx context.Context, name string, recursive bool) ([]manifest, error) {
	switch {
	case name == "-":
		b, err := io.ReadAll(a.in)
		if err != nil {
			return nil, err
		}
		return parseManifests("STDIN", b)
	case strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://"):
		b, err := download(ctx, name)
		if err != nil {
			return nil, err
		}
		return parseManifests(name, b)
	}
	info, err := os.Stat(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the path %q does not exist", name)
		}
		return nil, fmt.Errorf("the path %q cannot be accessed: %w", name, err)
	}
	if !info.IsDir() {
		return parseFile(name)
	}
	var all []manifest
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != name && !recursive:
			return fs.SkipDir
		case d.IsDir() || !slices.Contains([]string{".json", ".yaml", ".yml"}, filepath.Ext(path)):
			return nil
		}
		found, err := parseFile(path)
		all = append(all, found...)
		return err
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("error reading [%s]: recognized file extensions are [.json .yaml .yml]", name)
	}
	return all, err
}

func parseFile(path string) ([]manifest, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseManifests(path, b)
}

func download(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("unable to read URL %q, server reported %s, status code=%d", url, resp.Status, resp.StatusCode)
	}
	return io.ReadAll(resp.Body)
}

// parseManifests reads JSON or YAML with any number of documents.
func parseManifests(source string, b []byte) ([]manifest, error) {
	var all []manifest
	for _, doc := range documents(b) {
		// Duplicate keys are a mistake that a map would hide.
		text, err := yaml.YAMLToJSONStrict(doc)
		if err != nil {
			return nil, fmt.Errorf("error parsing %s: error converting YAML to JSON: %w", source, err)
		}
		if string(text) == "null" {
			continue
		}
		var o api.Object
		if err := json.Unmarshal(text, &o); err != nil {
			return nil, fmt.Errorf("error parsing %s: %w", source, err)
		}
		if o.Kind() == "" {
			return nil, fmt.Errorf("error validating %q: Object 'Kind' is missing in '%s'", source, text)
		}
		if o.APIVersion() == "" {
			return nil, fmt.Errorf("error validating %q: apiVersion not set in '%s'", source, text)
		}
		if o.IsList() {
			for _, item := range o.Items() {
				all = append(all, manifest{source, item})
			}
			continue
		}
		all = append(all, manifest{source, o})
	}
	return all, nil
}

// documents splits a YAML stream at its separators.
func documents(b []byte) [][]byte {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	var docs [][]byte
	var cur []byte
	for _, line := range bytes.SplitAfter(b, []byte("\n")) {
		if t := bytes.TrimRight(line, " \t\r\n"); bytes.Equal(t, []byte("---")) || bytes.HasPrefix(line, []byte("--- ")) {
			docs, cur = append(docs, cur), nil
			continue
		}
		cur = append(cur, line...)
	}
	docs = append(docs, cur)
	return slices.DeleteFunc(docs, func(d []byte) bool { return len(bytes.TrimSpace(d)) == 0 })
}
