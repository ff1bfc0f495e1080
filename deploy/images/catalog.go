package main

import (
	"context"
	"os"
	"path/filepath"
)

// image is one entry of the catalog: a name and what goes into its tree.
type image struct {
	name       string // as manifests write it, with its tag
	file       string // the archive's name without .tar
	entrypoint []string
	command    []string
	ports      []string // "80/tcp"
	user       string   // empty is root
	fill       func(ctx context.Context, t *tree) error
}

// catalog lists the images that are made. pause is the path of the static
// pause binary.
func catalog(pause string) []image {
	return []image{
		{
			name: "localhost/pause:3.9", file: "pause", entrypoint: []string{"/pause"},
			fill: func(_ context.Context, t *tree) error { return t.copyFile(pause, "/pause") },
		},
		{
			name: "docker.io/library/busybox:1.35", file: "busybox", command: []string{"sh"},
			fill: fillBusybox,
		},
		{
			name: "docker.io/library/nginx:1.22", file: "nginx", entrypoint: []string{"/usr/sbin/nginx"},
			ports: []string{"80/tcp"}, fill: fillNginx,
		},
	}
}

// fillBusybox puts the static busybox and its applets into t.
func fillBusybox(ctx context.Context, t *tree) error {
	if err := t.baseFiles(); err != nil {
		return err
	}
	pkg, err := findPackage(ctx, "busybox", debian("busybox-static"), fedora("busybox"))
	if err != nil {
		return err
	}
	defer pkg.remove()
	return t.busybox(pkg.path)
}

// nginxConf serves the page, names the pod in a header of every answer and
// alone at /hostname.
const nginxConf = `user www-data;
daemon off;
error_log /dev/stderr;
pid /run/nginx.pid;
worker_processes 1;
events {}
http {
	access_log /dev/stdout;
	include mime.types;
	default_type text/plain;
	server {
		listen 80 default_server;
		add_header X-Served-By $hostname always;
		location = /hostname { return 200 "$hostname\n"; }
		location = /remote { return 200 "$remote_addr\n"; }
		location / { root /usr/share/nginx/html; index index.html; }
	}
}
`

const nginxPage = `<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1><p>This page comes from a pod.</p></body>
</html>
`

// fillNginx puts the distribution's nginx with its libraries and a busybox
// shell into t.
func fillNginx(ctx context.Context, t *tree) error {
	if err := fillBusybox(ctx, t); err != nil {
		return err
	}
	pkg, err := findPackage(ctx, "nginx", debian("nginx-light"), fedora("nginx"))
	if err != nil {
		return err
	}
	defer pkg.remove()
	if err := t.program(pkg.path, "/usr/sbin/nginx", pkg.root); err != nil {
		return err
	}
	mime := filepath.Join(pkg.root, "/etc/nginx/mime.types")
	if err := t.copyFile(mime, "/etc/nginx/mime.types"); err != nil {
		return err
	}
	for _, dir := range []string{"/var/log/nginx", "/var/lib/nginx"} {
		if err := t.mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	if err := t.writeFile("/etc/nginx/nginx.conf", nginxConf); err != nil {
		return err
	}
	return t.writeFile("/usr/share/nginx/html/index.html", nginxPage)
}

// exists tells whether path is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
