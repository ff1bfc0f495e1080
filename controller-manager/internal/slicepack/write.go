package slicepack

import (
	"context"
	"errors"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/discovery"
)

// Apply writes s and returns once the view's cache shows what was written.
// New endpoints are written before slices are deleted, so that no address is
// missing in between.
func Apply(ctx context.Context, view *cluster.View, s Step) error {
	if s.Empty() {
		return nil
	}
	api := client.Of[*discovery.EndpointSlice](view.Client)
	var latest cluster.Revision
	var errs []error
	for _, slice := range s.Create {
		written, err := cluster.Create(ctx, view.Client, slice)
		if cluster.NamespaceTerminating(err) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		latest.Note(written.ResourceVersion)
	}
	for _, slice := range s.Update {
		written, err := api.Update(ctx, slice)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		latest.Note(written.ResourceVersion)
	}
	if len(errs) == 0 {
		for _, slice := range s.Delete {
			err := api.Delete(ctx, slice.Namespace, slice.Name, client.Preconditions(slice.UID, ""))
			if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errors.Join(errs...), latest.Await(ctx, view.EndpointSlices()))
}
