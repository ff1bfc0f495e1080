// Command gen writes what the API's structs need on the wire: deep copies,
// codecs, descriptions. It reads the Go source of the packages listed in
// packages.go and nothing else, so the structs, their tags and their comments
// are the one place where a kind is declared.
//
// Read model.go first: everything else walks the model that it builds.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run writes every generated file below root, the folder of the module, and
// leaves alone those that are already right.
func run(root string) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", name)
	}
	return nil
}

// perPackage are the files that every package of kinds gets.
var perPackage = map[string]func(*Package) ([]byte, error){
	"deepcopy": deepCopyFile,
	"json":     jsonFile,
	"protobuf": protobufFile,
}

// generate returns the text of every generated file by its path below root.
func generate(root string) (map[string][]byte, error) {
	m, err := load(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, p := range m.Packages {
		for name, write := range perPackage {
			if files[p.Dir+"/zz_generated_"+name+".go"], err = write(p); err != nil {
				return nil, err
			}
		}
	}
	if files["schema/zz_generated_types.go"], err = schemaFile(m); err != nil {
		return nil, err
	}
	protoFiles(m, files)
	return files, nil
}
