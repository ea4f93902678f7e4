// Package controller makes the cluster have what TeamworkProxies ask for.
package controller

import (
	"context"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"teamwork-proxy.test/baseline/api/v1alpha1"
	"teamwork-proxy.test/baseline/keystore"
	"teamwork-proxy.test/baseline/render"
)

const (
	// FieldOwner manages the fields of the objects that are made.
	FieldOwner = client.FieldOwner("teamwork-proxy-baseline")
	// StatusFieldOwner manages those of the status.
	StatusFieldOwner = client.FieldOwner("teamwork-proxy-baseline-status")

	// As many as the operator that it is compared with.
	workers = 4

	secretIndex   = "spec.certificates.secrets"
	instanceLabel = "app.kubernetes.io/instance"
)

// Reconciler reconciles TeamworkProxies.
type Reconciler struct {
	client.Client
	Events    events.EventRecorder
	Keystores *keystore.Cache
	// Image of the pods.
	Image string
}

// SetupWithManager starts the reconciler with the manager.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager) error {
	if err := mgr.GetFieldIndexer().IndexField(ctx, &v1alpha1.TeamworkProxy{}, secretIndex, secretNames); err != nil {
		return fmt.Errorf("index secrets: %w", err)
	}
	// There is no predicate on the generation: the status that comes back corrects one that was made of an older view.
	return ctrl.NewControllerManagedBy(mgr).
		For(&v1alpha1.TeamworkProxy{}).
		Owns(&appsv1.Deployment{}).
		Owns(&corev1.ConfigMap{}).
		Owns(&corev1.Secret{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ServiceAccount{}).
		Owns(&networkingv1.NetworkPolicy{}).
		Owns(&policyv1.PodDisruptionBudget{}).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(proxyOfPod)).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.proxiesOfSecret)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
}

// Reconcile makes one pass for one resource.
func (r *Reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	proxy := &v1alpha1.TeamworkProxy{}
	if err := r.Get(ctx, request.NamespacedName, proxy); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !proxy.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, nil
	}
	observed, err := r.carryOut(ctx, proxy)
	// What was made before stays as it is, and the watch of the Secrets brings the resource back.
	var unusable *unusableError
	if err != nil && !errors.As(err, &unusable) {
		return reconcile.Result{}, err
	}
	return reconcile.Result{}, r.report(ctx, proxy, observed, unusable)
}

// observation is what the status is made of.
type observation struct {
	certificates []render.Certificate
	addresses    map[string]string
	configHash   string
	pods         []corev1.Pod
}

func (r *Reconciler) carryOut(ctx context.Context, proxy *v1alpha1.TeamworkProxy) (observation, error) {
	services, err := r.services(ctx, proxy)
	if err != nil {
		return observation{}, err
	}
	observed := observation{addresses: addresses(services)}
	if observed.certificates, err = r.certificates(ctx, proxy); err != nil {
		return observed, err
	}
	anchors := make([]keystore.Anchor, 0, len(observed.certificates))
	for _, certificate := range observed.certificates {
		anchors = append(anchors, keystore.Anchor{Alias: certificate.Name, Certificate: certificate.Anchor})
	}
	trustStores, err := r.Keystores.TrustStores(anchors)
	if err != nil {
		return observed, err
	}
	var objects []client.Object
	objects, observed.configHash, err = render.Objects(render.Input{
		Proxy:        proxy,
		Certificates: observed.certificates,
		TrustStores:  trustStores,
		Addresses:    observed.addresses,
		Image:        r.Image,
	})
	if err != nil {
		return observed, err
	}
	for _, object := range objects {
		if err := r.applyIfChanged(ctx, proxy, object); err != nil {
			return observed, err
		}
	}
	if err := r.deleteOthers(ctx, services, render.Flows(proxy)); err != nil {
		return observed, err
	}
	observed.pods, err = r.tellPods(ctx, proxy, observed.configHash)
	return observed, err
}

// unusableError is a certificate that only people can bring.
type unusableError struct {
	reason, message string
}

func (e *unusableError) Error() string {
	return e.message
}

func (r *Reconciler) certificates(ctx context.Context, proxy *v1alpha1.TeamworkProxy) ([]render.Certificate, error) {
	certificates := make([]render.Certificate, 0, len(proxy.Spec.Certificates))
	for _, certificate := range proxy.Spec.Certificates {
		data, err := r.secretValue(ctx, proxy.Namespace, v1alpha1.SecretKey{
			Name: certificate.SecretRef.Name,
			Key:  certificate.Keystore.Key,
		})
		if err != nil {
			return nil, err
		}
		password, err := r.secretValue(ctx, proxy.Namespace, certificate.Keystore.PasswordRef)
		if err != nil {
			return nil, err
		}
		material, err := r.Keystores.Read(data, string(password))
		if err != nil {
			message := fmt.Sprintf("Secret %s, key %s: %v", certificate.SecretRef.Name, certificate.Keystore.Key, err)
			return nil, &unusableError{reason: "KeystoreUnreadable", message: message}
		}
		certificates = append(certificates, render.Certificate{Name: certificate.Name, Material: material})
	}
	return certificates, nil
}

func (r *Reconciler) secretValue(ctx context.Context, namespace string, ref v1alpha1.SecretKey) ([]byte, error) {
	secret := &corev1.Secret{}
	err := r.Get(ctx, types.NamespacedName{Namespace: namespace, Name: ref.Name}, secret)
	if apierrors.IsNotFound(err) {
		return nil, &unusableError{reason: "SecretNotFound", message: fmt.Sprintf("Secret %s does not exist", ref.Name)}
	}
	if err != nil {
		return nil, err
	}
	value, ok := secret.Data[ref.Key]
	if !ok {
		message := fmt.Sprintf("Secret %s has no key %s", ref.Name, ref.Key)
		return nil, &unusableError{reason: "SecretKeyNotFound", message: message}
	}
	return value, nil
}

func secretNames(object client.Object) []string {
	var names []string
	for _, certificate := range object.(*v1alpha1.TeamworkProxy).Spec.Certificates {
		names = append(names, certificate.SecretRef.Name)
		if name := certificate.Keystore.PasswordRef.Name; name != certificate.SecretRef.Name {
			names = append(names, name)
		}
	}
	return names
}

func (r *Reconciler) proxiesOfSecret(ctx context.Context, secret client.Object) []reconcile.Request {
	var proxies v1alpha1.TeamworkProxyList
	err := r.List(ctx, &proxies, client.InNamespace(secret.GetNamespace()), client.MatchingFields{secretIndex: secret.GetName()})
	if err != nil {
		log.FromContext(ctx).Error(err, "list proxies of secret", "secret", client.ObjectKeyFromObject(secret))
		return nil
	}
	requests := make([]reconcile.Request, 0, len(proxies.Items))
	for _, proxy := range proxies.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&proxy)})
	}
	return requests
}

func proxyOfPod(_ context.Context, pod client.Object) []reconcile.Request {
	name := pod.GetLabels()[instanceLabel]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: name}}}
}
