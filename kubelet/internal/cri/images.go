package cri

import (
	"context"
	"fmt"
	"strings"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Credentials open a registry.
type Credentials struct{ Username, Password, IdentityToken, RegistryToken string }

// Image is the id of an image that is present, or "".
func (c *Client) Image(ctx context.Context, name string) (string, error) {
	r, err := c.Images.ImageStatus(ctx, &pb.ImageStatusRequest{Image: &pb.ImageSpec{Image: name}})
	if err != nil {
		return "", c.explain(err)
	}
	return r.GetImage().GetId(), nil
}

// Pull fetches an image and returns its reference. Each of the credentials is
// tried; without any the registry is asked anonymously.
func (c *Client) Pull(ctx context.Context, name string, creds []Credentials, sandbox *pb.PodSandboxConfig) (string, error) {
	if len(creds) == 0 {
		creds = []Credentials{{}}
	}
	var last error
	for _, k := range creds {
		req := &pb.PullImageRequest{Image: &pb.ImageSpec{Image: name}, SandboxConfig: sandbox}
		if k != (Credentials{}) {
			req.Auth = &pb.AuthConfig{Username: k.Username, Password: k.Password, IdentityToken: k.IdentityToken, RegistryToken: k.RegistryToken}
		}
		r, err := c.Images.PullImage(ctx, req)
		if err == nil {
			return r.ImageRef, nil
		}
		last = err
	}
	return "", last
}

// Normalize spells out an image name: the registry, the library folder and the
// tag that a short name leaves away. The error is for names no image can have.
func Normalize(name string) (string, error) {
	bad := func() (string, error) {
		return "", fmt.Errorf("couldn't parse image name %q: invalid reference format", name)
	}
	rest, digest, hasDigest := strings.Cut(name, "@")
	if hasDigest && !strings.Contains(digest, ":") {
		return bad()
	}
	tag := ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		rest, tag = rest[:i], rest[i+1:]
		if tag == "" || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" || strings.ContainsAny(tag[:1], ".-") || len(tag) > 128 {
			return bad()
		}
	}
	host, path, ok := strings.Cut(rest, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" {
		host, path = "docker.io", rest
	}
	if host == "docker.io" && !strings.Contains(path, "/") {
		path = "library/" + path
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789_.-") != "" || strings.ContainsAny(part[:1]+part[len(part)-1:], "_.-") {
			return bad()
		}
	}
	if tag == "" && !hasDigest {
		tag = "latest"
	}
	out := host + "/" + path
	if tag != "" {
		out += ":" + tag
	}
	if hasDigest {
		out += "@" + digest
	}
	return out, nil
}
