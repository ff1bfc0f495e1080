package webhook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	wire "github.com/pilothouse/pilothouse/proto/admission"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// versions of reviews that are spoken; both look alike.
var versions = map[string]string{"v1": "admission.k8s.io/v1", "v1beta1": "admission.k8s.io/v1beta1"}

// version is the first that the webhook takes.
func (h *hook) version() (string, error) {
	for _, v := range h.versions {
		if s := versions[v]; s != "" {
			return s, nil
		}
	}
	return "", errors.New("webhook does not accept known AdmissionReview versions (v1, v1beta1)")
}

// review asks one webhook. Errors are *callError.
func (k *Hooks) review(ctx context.Context, h *hook, s *match.Shown) (*wire.AdmissionResponse, error) {
	fail := func(format string, err error) error { return &callError{h.name, fmt.Errorf(format, err)} }
	version, err := h.version()
	if err != nil {
		return nil, fail("could not create admission objects: %w", err)
	}
	req, err := asking(s)
	if err != nil {
		return nil, fail("could not create admission objects: %w", err)
	}
	body, err := codec.EncodeJSON(&wire.AdmissionReview{TypeMeta: meta.TypeMeta{Kind: "AdmissionReview", APIVersion: version}, Request: req})
	if err != nil {
		return nil, fail("could not create admission objects: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	b, err := k.clients.post(ctx, &h.client, h.timeout, body)
	if err != nil {
		return nil, fail("%w", err)
	}
	resp, err := read(b, version)
	if err != nil {
		return nil, fail("failed to call webhook: %w", err)
	}
	if err := verify(resp, req.UID, version, h.mutating); err != nil {
		return nil, fail("received invalid webhook response: %w", err)
	}
	for _, w := range resp.Response.Warnings {
		if w != "" && s.Call != nil {
			s.Call.Warn(w)
		}
	}
	return resp.Response, nil
}

// asking is what the webhook is told.
func asking(s *match.Shown) (*wire.AdmissionRequest, error) {
	object, err := s.Object()
	if err != nil {
		return nil, err
	}
	old, err := s.Old()
	if err != nil {
		return nil, err
	}
	kind, own := s.Kind.GVK(), resource(match.Of(s.Request))
	u := authentication.UserInfo{Username: s.User.Name, UID: s.User.UID, Groups: s.User.Groups}
	if len(s.User.Extra) > 0 {
		u.Extra = map[string]authentication.ExtraValue{}
		for k, v := range s.User.Extra {
			u.Extra[k] = v
		}
	}
	dry := s.DryRun
	return &wire.AdmissionRequest{
		UID: newUID(), Kind: s.As.Kind.GVK(), Resource: resource(s.As.Target), SubResource: s.Subresource,
		RequestKind: &kind, RequestResource: &own, RequestSubResource: s.Subresource,
		Name: s.Name, Namespace: s.Namespace, Operation: wire.Operation(s.Operation), UserInfo: u,
		Object: meta.RawExtension{Raw: object}, OldObject: meta.RawExtension{Raw: old},
		DryRun: &dry, Options: meta.RawExtension{Raw: match.Options(s.Request)},
	}, nil
}

func resource(t match.Target) meta.GroupVersionResource {
	return meta.GroupVersionResource{Group: t.Group, Version: t.Version, Resource: t.Resource}
}

// read decodes an answer.
func read(b []byte, version string) (*wire.AdmissionReview, error) {
	var tm struct {
		APIVersion string `json:"apiVersion,omitempty"`
		Kind       string `json:"kind,omitempty"`
	}
	if err := json.Unmarshal(b, &tm); err != nil {
		return nil, fmt.Errorf("couldn't get version/kind; json parse error: %w", err)
	}
	switch {
	case tm.Kind == "Status" && tm.APIVersion == "v1":
		return nil, errors.New("converting (v1.Status) to (v1.AdmissionReview): unknown conversion")
	case tm.Kind == "AdmissionReview" && tm.APIVersion == versions["v1beta1"] && version == versions["v1"]:
		return nil, errors.New("converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion")
	case tm.Kind != "" && tm.Kind != "AdmissionReview":
		return nil, fmt.Errorf("no kind %q is registered for version %q in scheme %q", tm.Kind, tm.APIVersion, "pkg/runtime/scheme.go:100")
	}
	r := &wire.AdmissionReview{}
	if err := codec.DecodeJSON(b, r); err != nil {
		return nil, err
	}
	r.Kind, r.APIVersion = tm.Kind, tm.APIVersion
	return r, nil
}

// verify holds an answer against the rules.
func verify(r *wire.AdmissionReview, uid meta.UID, version string, mutating bool) error {
	a := r.Response
	if a == nil {
		return errors.New("webhook response was absent")
	}
	if version == versions["v1beta1"] {
		// The old version was less strict: no kind, and patches without a type.
		if len(a.Patch) > 0 && a.PatchType == nil {
			t := wire.PatchTypeJSONPatch
			a.PatchType = &t
		}
		return nil
	}
	if a.UID != uid {
		return fmt.Errorf("expected response.uid=%q, got %q", uid, a.UID)
	}
	if r.APIVersion != version || r.Kind != "AdmissionReview" {
		return fmt.Errorf("expected webhook response of %s, Kind=AdmissionReview, got %s, Kind=%s", version, groupVersion(r.APIVersion), r.Kind)
	}
	if !mutating {
		if len(a.Patch) > 0 {
			return errors.New("validating webhook may not return response.patch")
		}
		if a.PatchType != nil {
			return errors.New("validating webhook may not return response.patchType")
		}
		return nil
	}
	switch {
	case len(a.Patch) > 0 && a.PatchType == nil:
		return errors.New("webhook returned response.patch but not response.patchType")
	case len(a.Patch) == 0 && a.PatchType != nil:
		return errors.New("webhook returned response.patchType but not response.patch")
	case a.PatchType != nil && *a.PatchType == "":
		return fmt.Errorf("webhook returned invalid response.patchType of %q", *a.PatchType)
	}
	return nil
}

func groupVersion(s string) string {
	if s == "" {
		return "/"
	}
	return s
}

func newUID() meta.UID {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return meta.UID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
