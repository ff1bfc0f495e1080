package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// up starts the cluster, runs the nginx example on it and shows the result.
func up(ctx context.Context, c testbed.Config) error {
	if old, ok := testbed.Load(c.State); ok {
		if cl, err := testbed.Attach(c.State); err == nil && cl.Answers() {
			fmt.Printf("==> the cluster is up already: %d nodes, %s\n", old.Nodes, cl.Server())
			howToUse(cl)
			return nil
		}
		fmt.Println("==> a cluster was up, but its API server does not answer; starting afresh")
	}
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Printf("==> [%5.1fs] %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	cl, err := testbed.Up(ctx, c, say)
	if err != nil {
		return err
	}
	say("waiting until %d nodes are Ready", c.Nodes)
	if err := cl.WaitNodes(ctx, 90*time.Second); err != nil {
		return err
	}
	say("creating the nginx controller and its service")
	examples, err := examplesDir(c.Bin)
	if err != nil {
		return err
	}
	for _, f := range []string{"nginx-controller.yaml", "nginx-service.yaml"} {
		out, err := cl.Kubectl(ctx, "create", "-f", filepath.Join(examples, f))
		if err != nil {
			return err
		}
		fmt.Print("    ", out)
	}
	say("waiting until 5/5 pods are Ready")
	if err := cl.WaitPods(ctx, "default", "app=nginx", 5, 120*time.Second); err != nil {
		return err
	}
	if err := fetch(ctx, cl, say); err != nil {
		return err
	}
	say("nginx answers everywhere")
	for _, kind := range [][]string{{"get", "nodes", "-o", "wide"}, {"get", "pods", "-o", "wide"}, {"get", "services"}} {
		out, err := cl.Kubectl(ctx, kind...)
		if err != nil {
			return err
		}
		fmt.Printf("\n$ kubectl %s\n%s", strings.Join(kind, " "), out)
	}
	howToUse(cl)
	return nil
}

// fetch asks for the page the two ways that users have.
func fetch(ctx context.Context, cl *testbed.Cluster, say testbed.Say) error {
	for _, n := range cl.Nodes {
		url := fmt.Sprintf("http://%s:30001/", n.Address)
		pod, err := testbed.Page(ctx, nil, url, 20*time.Second)
		if err != nil {
			return err
		}
		say("%s (node port on %s): answered by %s", url, n.Name, pod)
	}
	ip, err := cl.Kubectl(ctx, "get", "service", "nginx-http-service", "-o", "jsonpath={.spec.clusterIP}")
	if err != nil {
		return err
	}
	for _, n := range cl.Nodes {
		url := fmt.Sprintf("http://%s:8000/", strings.TrimSpace(ip))
		pod, err := testbed.Page(ctx, n, url, 20*time.Second)
		if err != nil {
			return err
		}
		say("%s (cluster IP, from %s): answered by %s", url, n.Name, pod)
	}
	return nil
}

func examplesDir(bin string) (string, error) {
	for _, d := range []string{"deploy/examples", filepath.Join(bin, "..", "deploy", "examples")} {
		if _, err := os.Stat(d); err == nil {
			return d, nil
		}
	}
	return "", errors.New("no deploy/examples here: run from the top of the source tree")
}

func howToUse(cl *testbed.Cluster) {
	fmt.Printf(`
Next:
  export KUBECONFIG=%s
  bin/kubectl get pods -o wide          # or any kubectl
  bin/testbed exec node1 ip route       # a command on a host
  logs: %s/hosts/*/log/
  make down                             # stop and remove everything
`, cl.Kubeconfig(), cl.State)
}
