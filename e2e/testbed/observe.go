package testbed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// Host finds a host by name.
func (cl *Cluster) Host(name string) (*Host, error) {
	var names []string
	for _, h := range cl.hosts() {
		if h.Name == name {
			return h, nil
		}
		names = append(names, h.Name)
	}
	return nil, fmt.Errorf("no host %q; there are %s", name, strings.Join(names, ", "))
}

// Answers tells whether the API server is ready.
func (cl *Cluster) Answers() bool {
	resp, err := insecure(cl.Master).Get(cl.Server() + "/readyz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Kubectl runs our kubectl as the administrator and returns what it printed.
func (cl *Cluster) Kubectl(ctx context.Context, args ...string) (string, error) {
	return cl.KubectlAt(ctx, cl.bin("kubectl"), args...)
}

// KubectlAt runs the kubectl at path as the administrator.
func (cl *Cluster) KubectlAt(ctx context.Context, path string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, path, append([]string{"--kubeconfig", cl.Kubeconfig()}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, lastLine(string(out)))
	}
	return string(out), nil
}

// conditions reads the status of one condition of every object of a kind.
func (cl *Cluster) conditions(ctx context.Context, condition string, args ...string) (map[string]string, error) {
	out, err := cl.Kubectl(ctx, append([]string{"get", "-o", "json"}, args...)...)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct {
				Name              string
				DeletionTimestamp string
			}
			Status struct {
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return nil, fmt.Errorf("kubectl get %s: %w", strings.Join(args, " "), err)
	}
	got := map[string]string{}
	for _, o := range list.Items {
		if o.Metadata.DeletionTimestamp != "" {
			continue
		}
		got[o.Metadata.Name] = "Unknown"
		for _, c := range o.Status.Conditions {
			if c.Type == condition {
				got[o.Metadata.Name] = c.Status
			}
		}
	}
	return got, nil
}

// WaitNodes waits until every node of the bed is Ready.
func (cl *Cluster) WaitNodes(ctx context.Context, within time.Duration) error {
	return Eventually(ctx, within, func() error {
		got, err := cl.conditions(ctx, "Ready", "nodes")
		if err != nil {
			return err
		}
		for _, n := range cl.Nodes {
			if got[n.Name] != "True" {
				return fmt.Errorf("node %s is not Ready (logs: %s)", n.Name, n.file("log"))
			}
		}
		return nil
	})
}

// WaitPods waits until exactly want pods match the selector, all Ready.
func (cl *Cluster) WaitPods(ctx context.Context, namespace, selector string, want int, within time.Duration) error {
	return Eventually(ctx, within, func() error {
		got, err := cl.conditions(ctx, "Ready", "pods", "--namespace", namespace, "--selector", selector)
		if err != nil {
			return err
		}
		ready := 0
		for _, s := range got {
			if s == "True" {
				ready++
			}
		}
		if ready != want || len(got) != want {
			return fmt.Errorf("%d of %d pods are Ready, %d are wanted", ready, len(got), want)
		}
		return nil
	})
}

// Eventually calls f until it returns nil; the last error is returned when the
// time is up.
func Eventually(ctx context.Context, within time.Duration, f func() error) error {
	deadline := time.Now().Add(within)
	for {
		err := f()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %v: %w", within, err)
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// Page fetches a page of the nginx example, from a host or, with nil, from
// this machine, and returns the name of the pod that answered.
func Page(ctx context.Context, from *Host, url string, within time.Duration) (pod string, err error) {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	if from != nil {
		client = from.HTTPClient()
	}
	err = Eventually(ctx, within, func() error {
		resp, err := client.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "Welcome to nginx!") {
			return fmt.Errorf("%s: %s", url, resp.Status)
		}
		pod = resp.Header.Get("X-Served-By")
		return nil
	})
	return pod, err
}
