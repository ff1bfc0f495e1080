package operator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Finalizer keeps a site until what is outside the cluster is cleaned up.
const Finalizer = "operator.example.org/unpublish"

// Reconciler publishes sites.
type Reconciler struct {
	client.Client

	mu      sync.Mutex
	outside map[string][]string // what the world sees, by the site's name
}

// Outside is what the world sees of a site.
func (r *Reconciler) Outside(name string) ([]string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pages, ok := r.outside[name]
	return pages, ok
}

// SetupWithManager starts the reconciler and its webhooks with m.
func (r *Reconciler) SetupWithManager(m ctrl.Manager) error {
	r.Client, r.outside = m.GetClient(), map[string][]string{}
	if err := ctrl.NewWebhookManagedBy(m, &Site{}).WithDefaulter(Hooks{}).WithValidator(Hooks{}).
		WithDefaulterCustomPath("/default").WithValidatorCustomPath("/validate").Complete(); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(m).For(&Site{}).Owns(&corev1.ConfigMap{}).Complete(r)
}

// Reconcile brings one site a step nearer to its spec.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var site Site
	if err := r.Get(ctx, req.NamespacedName, &site); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !site.DeletionTimestamp.IsZero() {
		r.mu.Lock()
		delete(r.outside, site.Name)
		r.mu.Unlock()
		if controllerutil.RemoveFinalizer(&site, Finalizer) {
			return ctrl.Result{}, client.IgnoreNotFound(r.Update(ctx, &site))
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&site, Finalizer) {
		if err := r.Update(ctx, &site); err != nil {
			return ctrl.Result{}, err
		}
	}
	pages := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: site.Name + "-pages", Namespace: site.Namespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, r.Client, pages, func() error {
		pages.Data = site.Spec.Pages
		return controllerutil.SetControllerReference(&site, pages, r.Scheme())
	}); err != nil {
		return ctrl.Result{}, err
	}
	names := slices.Sorted(maps.Keys(site.Spec.Pages))
	r.mu.Lock()
	r.outside[site.Name] = names
	r.mu.Unlock()
	before := site.DeepCopyObject().(*Site)
	site.Status.ObservedGeneration, site.Status.Published = site.Generation, names
	meta.SetStatusCondition(&site.Status.Conditions, metav1.Condition{Type: "Published", Status: metav1.ConditionTrue, Reason: "Done",
		Message: fmt.Sprintf("%d pages are out", len(names)), ObservedGeneration: site.Generation})
	return ctrl.Result{}, r.Status().Patch(ctx, &site, client.MergeFrom(before))
}

// Hooks are the webhooks.
type Hooks struct{}

// Default fills in who owns the site.
func (Hooks) Default(ctx context.Context, s *Site) error {
	if s.Spec.Owner == "" {
		req, err := admission.RequestFromContext(ctx)
		if err != nil {
			return err
		}
		s.Spec.Owner = req.UserInfo.Username
	}
	return nil
}

// ValidateCreate refuses sites that may not be, and warns of empty ones.
func (Hooks) ValidateCreate(_ context.Context, s *Site) (admission.Warnings, error) {
	if _, ok := s.Spec.Pages["forbidden"]; ok {
		return nil, fmt.Errorf("the page %q may not be", "forbidden")
	}
	if len(s.Spec.Pages) == 0 {
		return admission.Warnings{"a site without pages"}, nil
	}
	return nil, nil
}

// ValidateUpdate refuses another owner.
func (h Hooks) ValidateUpdate(ctx context.Context, old, s *Site) (admission.Warnings, error) {
	if s.Spec.Owner != old.Spec.Owner {
		return nil, fmt.Errorf("the owner is %s for good", old.Spec.Owner)
	}
	return h.ValidateCreate(ctx, s)
}

// ValidateDelete refuses to delete the site named keep.
func (Hooks) ValidateDelete(_ context.Context, s *Site) (admission.Warnings, error) {
	if s.Name == "keep" && s.Annotations["really"] == "" {
		return nil, fmt.Errorf("it is called keep")
	}
	return nil, nil
}
