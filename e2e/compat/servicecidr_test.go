package compat

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
)

// A range that is added becomes ready, services have addresses from it, and it
// goes only when they are gone.
func TestServiceCIDR(t *testing.T) {
	b := bed.Start(t, bed.Config{})
	c := kubernetes.NewForConfigOrDie(config(t, b))
	ctx := t.Context()
	cidrs := c.NetworkingV1().ServiceCIDRs()
	condition := func(want metav1.ConditionStatus) func() bool {
		return func() bool {
			o, err := cidrs.Get(ctx, "more", metav1.GetOptions{})
			return err == nil && meta.IsStatusConditionPresentAndEqual(o.Status.Conditions, networkingv1.ServiceCIDRConditionReady, want)
		}
	}
	if _, err := cidrs.Create(ctx, &networkingv1.ServiceCIDR{ObjectMeta: metav1.ObjectMeta{Name: "more"},
		Spec: networkingv1.ServiceCIDRSpec{CIDRs: []string{"192.168.88.0/24"}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the range to be ready", condition(metav1.ConditionTrue))
	services := c.CoreV1().Services("default")
	if _, err := services.Create(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "s"},
		Spec: corev1.ServiceSpec{ClusterIP: "192.168.88.7", Ports: []corev1.ServicePort{{Port: 80}}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	ip, err := c.NetworkingV1().IPAddresses().Get(ctx, "192.168.88.7", metav1.GetOptions{})
	if err != nil || ip.Spec.ParentRef.Name != "s" {
		t.Fatalf("the address is %+v: %v", ip, err)
	}
	if err := cidrs.Delete(ctx, "more", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the range to say that it is in use", condition(metav1.ConditionFalse))
	if err := services.Delete(ctx, "s", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the range to go", func() bool {
		_, err := cidrs.Get(ctx, "more", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}
