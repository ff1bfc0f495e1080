// Command images makes the container images that a cluster without a registry
// needs, out of the distribution's own packages, and loads them into
// containerd.
//
//	images build --output DIR          # writes DIR/<image>.tar, skips what is there
//	       --conformance BIN           # with those that upstream's tests need
//	images load --address SOCKET DIR   # imports every archive into containerd
//
// The archives are byte-for-byte the same when made from the same files. Read
// catalog.go first: it lists the images; conformance.go lists more.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "images: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("say what to do: images build --output DIR, or images load --address SOCKET DIR")
	}
	switch args[0] {
	case "build":
		fs := flag.NewFlagSet("images build", flag.ExitOnError)
		out := fs.String("output", "", "folder that receives the archives (required)")
		pause := fs.String("pause", "", "the static pause binary (required)")
		tests := fs.String("conformance", "", "folder with the programs of upstream's tests: makes the images that these need, too")
		if err := fs.Parse(args[1:]); err != nil {
			return err
		}
		if *out == "" || *pause == "" {
			return fmt.Errorf("build needs --output DIR and --pause FILE")
		}
		images := catalog(*pause)
		if *tests != "" {
			images = append(images, conformance(*tests, *pause)...)
		}
		return build(ctx, *out, images)
	case "load":
		fs := flag.NewFlagSet("images load", flag.ExitOnError)
		address := fs.String("address", "/run/containerd/containerd.sock", "containerd's socket")
		if err := fs.Parse(args[1:]); err != nil {
			return err
		}
		if fs.NArg() != 1 {
			return fmt.Errorf("load needs the folder that build wrote")
		}
		return load(ctx, *address, fs.Arg(0))
	}
	return fmt.Errorf("unknown command %q: build and load are known", args[0])
}

// build makes every image that is not in dir yet.
func build(ctx context.Context, dir string, images []image) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, img := range images {
		path := filepath.Join(dir, img.file+".tar")
		if _, err := os.Stat(path); err == nil {
			fmt.Printf("    %-32s already built\n", img.name)
			continue
		}
		size, err := img.write(ctx, path)
		if err != nil {
			return fmt.Errorf("image %s: %w", img.name, err)
		}
		fmt.Printf("    %-32s %.1f MB\n", img.name, float64(size)/1e6)
	}
	return nil
}

// load imports every archive of dir into the namespace that CRI clients see.
func load(ctx context.Context, address, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.tar"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no archives in %s: run images build first", dir)
	}
	for _, f := range files {
		out, err := exec.CommandContext(ctx, "ctr", "--address", address, "--namespace", "k8s.io", "images", "import", f).CombinedOutput()
		if err != nil {
			return fmt.Errorf("import %s: %w: %s", filepath.Base(f), err, out)
		}
	}
	return nil
}
