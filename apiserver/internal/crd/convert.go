package crd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// webhook converts objects by asking a webhook: once for as many as there are.
type webhook struct {
	config *apiextensions.WebhookConversion
	gvk    func(version string) string
	client *http.Client
	url    string
	err    error // why it cannot be asked
}

// convert makes objects into such of another version. Those that are of it
// already are not sent.
func (h *webhook) convert(ctx context.Context, objects []*object.Object, apiVersion string) ([]*object.Object, error) {
	out := slices.Clone(objects)
	var request apiextensions.ConversionRequest
	var which []int
	for i, o := range objects {
		if o.APIVersion != apiVersion {
			which = append(which, i)
			request.Objects = append(request.Objects, meta.RawExtension{Raw: o.AppendJSON(nil)})
		}
	}
	if len(which) == 0 {
		return out, nil
	}
	fail := func(err error) error {
		version := objects[which[0]].APIVersion
		_, version, _ = strings.Cut(version, "/")
		return fmt.Errorf("conversion webhook for %s failed: %w", h.gvk(version), err)
	}
	request.UID, request.DesiredAPIVersion = meta.UID(strings.ToLower(rand.Text())), apiVersion
	answer, err := h.ask(ctx, &request)
	if err != nil {
		return nil, fail(err)
	}
	if len(answer) != len(which) {
		return nil, fail(fmt.Errorf("expected %d converted objects, got %d", len(which), len(answer)))
	}
	for n, i := range which {
		c := object.New(meta.TypeMeta{}, nil)
		if err := codec.DecodeJSON(answer[n].Raw, c); err != nil {
			return nil, fail(fmt.Errorf("invalid converted object at index %d: %w", n, err))
		}
		if err := restore(c, objects[i], apiVersion); err != nil {
			return nil, fail(fmt.Errorf("invalid converted object at index %d: %w", n, err))
		}
		out[i] = c
	}
	return out, nil
}

// ask sends a review in the version that the webhook likes best.
func (h *webhook) ask(ctx context.Context, request *apiextensions.ConversionRequest) ([]meta.RawExtension, error) {
	version := ""
	for _, v := range h.config.ConversionReviewVersions {
		if v == "v1" || v == "v1beta1" { // both look the same
			version = "apiextensions.k8s.io/" + v
			break
		}
	}
	review := apiextensions.ConversionReview{TypeMeta: meta.TypeMeta{Kind: "ConversionReview", APIVersion: version}, Request: request}
	body, err := codec.EncodeJSON(&review)
	if err != nil {
		return nil, err
	}
	b, err := h.post(ctx, body)
	if err != nil {
		return nil, err
	}
	var back apiextensions.ConversionReview
	if err := codec.DecodeJSON(b, &back); err != nil {
		return nil, err
	}
	switch {
	case back.Kind != "ConversionReview" || back.APIVersion != version:
		return nil, fmt.Errorf("invalid response: expected %s, Kind=ConversionReview, got %s, Kind=%s", version, back.APIVersion, back.Kind)
	case back.Response == nil:
		return nil, errors.New("no response provided")
	case version == "apiextensions.k8s.io/v1" && back.Response.UID != request.UID:
		return nil, fmt.Errorf("expected response.uid=%q, got %q", request.UID, back.Response.UID)
	case back.Response.Result.Status != meta.StatusSuccess:
		if back.Response.Result.Message == "" {
			return nil, errors.New("response.result.status was '" + string(back.Response.Result.Status) + "', not 'Success'")
		}
		return nil, errors.New(back.Response.Result.Message)
	}
	return back.Response.ConvertedObjects, nil
}

// restore checks what came back of an object: only labels and annotations of its
// metadata may differ, and all else is kept as it was.
func restore(c, was *object.Object, apiVersion string) error {
	switch {
	case c.APIVersion != apiVersion || c.Kind != was.Kind:
		return fmt.Errorf("invalid groupVersion (expected %v, received %v)", apiVersion, c.APIVersion)
	case c.Name != was.Name:
		return fmt.Errorf("must have the same name: %v != %v", c.Name, was.Name)
	case c.Namespace != was.Namespace:
		return fmt.Errorf("must have the same namespace: %v != %v", c.Namespace, was.Namespace)
	case c.UID != was.UID:
		return fmt.Errorf("must have the same UID: %v != %v", c.UID, was.UID)
	}
	labels, annotations := c.Labels, c.Annotations
	c.ObjectMeta = *was.ObjectMeta.DeepCopy()
	c.Labels, c.Annotations = labels, annotations
	return nil
}
