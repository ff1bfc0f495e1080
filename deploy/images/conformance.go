package main

import (
	"context"
	"io/fs"
	"path/filepath"
)

// conformance lists the images that upstream's end-to-end tests ask for, under
// the names that they know, as no registry is asked here. bin is the folder with
// the programs that e2e/conformance/run.sh builds, pause the static pause binary.
//
// What the distribution has stands in where upstream's images have something
// else: nginx for Apache, glibc's tools for musl's.
func conformance(bin, pause string) []image {
	const registry = "registry.k8s.io/"
	const tests = registry + "e2e-test-images/"
	one := func(from, path string) func(context.Context, *tree) error {
		return func(_ context.Context, t *tree) error { return t.copyFile(from, path) }
	}
	list := []image{
		{name: registry + "pause:3.10", entrypoint: []string{"/pause"}, fill: one(pause, "/pause")},
		{name: tests + "agnhost:2.53", entrypoint: []string{"/agnhost"}, command: []string{"pause"},
			ports: []string{"80/tcp", "8080/tcp", "8081/tcp", "9376/tcp", "5000/tcp"},
			fill:  func(ctx context.Context, t *tree) error { return fillAgnhost(ctx, t, bin) }},
		{name: tests + "jessie-dnsutils:1.7", command: []string{"sh"}, fill: fillNameTools},
		{name: tests + "ipc-utils:1.3", command: []string{"sh"}, fill: func(ctx context.Context, t *tree) error {
			return fillTools(ctx, t, map[string]string{"ipcs": "util-linux", "ipcmk": "util-linux", "ipcrm": "util-linux"})
		}},
		{name: tests + "nonroot:1.4", command: []string{"sh"}, user: "1234", fill: fillBusybox},
		{name: tests + "nonewprivs:1.3", command: []string{"nnp"}, fill: func(ctx context.Context, t *tree) error { return fillSetuid(ctx, t, bin) }},
		{name: tests + "regression-issue-74839:1.2", entrypoint: []string{"/regression-issue-74839"},
			fill: one(filepath.Join(bin, "regression-issue-74839"), "/regression-issue-74839")},
		{name: tests + "sample-apiserver:1.29.2", entrypoint: []string{"/sample-apiserver"},
			fill: one(filepath.Join(bin, "sample-apiserver"), "/sample-apiserver")},
		{name: registry + "etcd:3.5.16-0", command: []string{"etcd"}, fill: func(ctx context.Context, t *tree) error {
			if err := fillBusybox(ctx, t); err != nil {
				return err
			}
			return t.copyFile(filepath.Join(bin, "etcd"), "/usr/local/bin/etcd")
		}},
		{name: "localhost/coredns:1", entrypoint: []string{"/coredns"}, fill: one(filepath.Join(bin, "coredns"), "/coredns")},
	}
	for _, v := range []string{"busybox:1.36.1-1", "busybox:1.29-2"} {
		list = append(list, image{name: tests + v, command: []string{"sh"}, fill: fillFrankShell})
	}
	for _, v := range []string{"nginx:1.14-4", "nginx:1.15-4"} {
		list = append(list, image{name: tests + v, entrypoint: []string{"/usr/sbin/nginx"}, ports: []string{"80/tcp"}, fill: fillNginx})
	}
	for _, v := range []string{"httpd:2.4.38-4", "httpd:2.4.39-4"} {
		list = append(list, image{name: tests + v, entrypoint: []string{"/usr/sbin/nginx"}, ports: []string{"80/tcp"}, fill: fillHTTPD})
	}
	for v, animal := range map[string]string{"nautilus:1.7": "nautilus", "kitten:1.7": "kitten"} {
		list = append(list, image{name: tests + v, entrypoint: []string{"/usr/sbin/nginx"}, ports: []string{"80/tcp"}, fill: func(ctx context.Context, t *tree) error {
			if err := fillNginx(ctx, t); err != nil {
				return err
			}
			return t.writeFile("/usr/share/nginx/html/data.json", `{"image": "`+animal+`.jpg"}`+"\n")
		}})
	}
	for i := range list {
		list[i].file = "conformance-" + filepath.Base(list[i].name)
	}
	return list
}

// fillTools puts busybox into t, and real programs in place of its applets: each
// by its name and the distribution's package that has it.
func fillTools(ctx context.Context, t *tree, programs map[string]string) error {
	if err := fillBusybox(ctx, t); err != nil {
		return err
	}
	for name, pkg := range programs {
		if err := fillTool(ctx, t, name, name, pkg); err != nil {
			return err
		}
	}
	return nil
}

func fillTool(ctx context.Context, t *tree, name, program, pkg string) error {
	p, err := findPackage(ctx, program, debian(pkg))
	if err != nil {
		return err
	}
	defer p.remove()
	delete(t.entries, "/bin/"+name)
	return t.program(p.path, "/usr/bin/"+name, p.root)
}

// bashAsShell makes bash the shell: busybox's prefers its own applets to the
// programs, and forgets variables whose names are no identifiers.
func bashAsShell(t *tree) error {
	if err := t.put("/bin/bash", entry{mode: fs.ModeSymlink | 0o777, link: "/usr/bin/bash"}); err != nil {
		return err
	}
	return t.put("/bin/sh", entry{mode: fs.ModeSymlink | 0o777, link: "/usr/bin/bash"})
}

// fillNameTools is for questions to name servers.
func fillNameTools(ctx context.Context, t *tree) error {
	err := fillTools(ctx, t, map[string]string{"bash": "bash", "dig": "bind9-dnsutils", "nslookup": "bind9-dnsutils", "host": "bind9-host", "getent": "libc-bin"})
	if err != nil {
		return err
	}
	// Loaded when names are looked up, so that no program names them.
	for _, l := range []string{"libnss_dns.so.2", "libnss_files.so.2"} {
		if err := t.library(l, "/"); err != nil {
			return err
		}
	}
	return bashAsShell(t)
}

// agnhostUsers are those that tests of groups in images know.
const (
	agnhostUsers = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" +
		"user-defined-in-image:x:1000:1000::/:/bin/sh\n"
	agnhostGroups = "root:x:0:\nnogroup:x:65534:\nuser-defined-in-image:x:1000:\n" +
		"group-defined-in-image:x:50000:user-defined-in-image\n"
)

// fillAgnhost is the one image that most tests use: a program with many faces,
// and the tools that they run in it.
func fillAgnhost(ctx context.Context, t *tree, bin string) error {
	if err := fillNameTools(ctx, t); err != nil {
		return err
	}
	for name, from := range map[string][2]string{"curl": {"curl", "curl"}, "ip": {"ip", "iproute2"}, "ss": {"ss", "iproute2"}, "nc": {"nc.openbsd", "netcat-openbsd"}, "wget": {"wget", "wget"}} {
		if err := fillTool(ctx, t, name, from[0], from[1]); err != nil {
			return err
		}
	}
	for _, f := range []string{"agnhost", "coredns", "localhost.crt", "localhost.key"} {
		if err := t.copyFile(filepath.Join(bin, f), "/"+f); err != nil {
			return err
		}
	}
	if err := t.put("/agnhost-2", entry{mode: fs.ModeSymlink | 0o777, link: "agnhost"}); err != nil {
		return err
	}
	if err := t.mkdir("/uploads", 0o755); err != nil {
		return err
	}
	if err := t.writeFile("/etc/passwd", agnhostUsers); err != nil {
		return err
	}
	return t.writeFile("/etc/group", agnhostGroups)
}

// frankShell is busybox's shell, whose errors tests know by heart, but `env`
// alone also tells of variables that it would forget.
const frankShell = `#!/usr/bin/bash
[ "$*" = "-c env" ] && exec env
exec -a /bin/sh /bin/busybox "$@"
`

func fillFrankShell(ctx context.Context, t *tree) error {
	if err := fillTools(ctx, t, map[string]string{"bash": "bash"}); err != nil {
		return err
	}
	return t.put("/bin/sh", entry{mode: 0o755, data: []byte(frankShell)})
}

// fillSetuid holds a program that is root's whoever runs it, unless no new
// privileges are to be had.
func fillSetuid(ctx context.Context, t *tree, bin string) error {
	if err := fillBusybox(ctx, t); err != nil {
		return err
	}
	const path = "/usr/local/bin/nnp"
	if err := t.copyFile(filepath.Join(bin, "nonewprivs"), path); err != nil {
		return err
	}
	e := t.entries[path]
	e.mode |= fs.ModeSetuid
	t.entries[path] = e
	return nil
}

// httpdConf serves the folder of Apache's that tests write to.
const httpdConf = `user www-data;
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
		location / { root /usr/local/apache2/htdocs; index index.html; }
	}
}
`

func fillHTTPD(ctx context.Context, t *tree) error {
	if err := fillNginx(ctx, t); err != nil {
		return err
	}
	if err := t.writeFile("/etc/nginx/nginx.conf", httpdConf); err != nil {
		return err
	}
	return t.writeFile("/usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n")
}
