package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"teamwork-proxy.test/baseline/api/v1alpha1"
	"teamwork-proxy.test/baseline/render"
)

const appliedHashAnnotation = "teamworkproxy.io/applied-hash"

// applyIfChanged applies an object unless the cache has it as it is to be.
func (r *Reconciler) applyIfChanged(ctx context.Context, proxy *v1alpha1.TeamworkProxy, object client.Object) error {
	kind := object.GetObjectKind().GroupVersionKind().Kind
	desired, err := desiredFields(object)
	if err != nil {
		return err
	}
	live := object.DeepCopyObject().(client.Object)
	err = r.Get(ctx, client.ObjectKeyFromObject(object), live)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		if !metav1.IsControlledBy(live, proxy) {
			return fmt.Errorf("%s %s belongs to somebody else", kind, object.GetName())
		}
		found, err := runtime.DefaultUnstructuredConverter.ToUnstructured(live)
		if err != nil {
			return fmt.Errorf("convert %s %s: %w", kind, object.GetName(), err)
		}
		// What the server has filled in, or others have added, is left alone.
		if equality.Semantic.DeepDerivative(desired, found) {
			return nil
		}
	}
	configuration := client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: desired})
	if err := r.Apply(ctx, configuration, FieldOwner, client.ForceOwnership); err != nil {
		return fmt.Errorf("apply %s %s: %w", kind, object.GetName(), err)
	}
	log.FromContext(ctx).Info("Applied", "kind", kind, "object", client.ObjectKeyFromObject(object))
	return nil
}

// desiredFields returns what is applied. A comparison with what is there would not see what was taken out of a list or a map; the hash does.
func desiredFields(object client.Object) (map[string]any, error) {
	hash, err := hashOf(object)
	if err != nil {
		return nil, err
	}
	object.SetAnnotations(map[string]string{appliedHashAnnotation: hash})
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", object.GetName(), err)
	}
	delete(fields, "status")
	return fields, nil
}

func hashOf(object client.Object) (string, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", object.GetName(), err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

func (r *Reconciler) services(ctx context.Context, proxy *v1alpha1.TeamworkProxy) ([]corev1.Service, error) {
	var list corev1.ServiceList
	err := r.List(ctx, &list, client.InNamespace(proxy.Namespace), client.MatchingLabels{render.ProxyLabel: proxy.Name})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list.Items, func(service corev1.Service) bool {
		return !metav1.IsControlledBy(&service, proxy)
	}), nil
}

func addresses(services []corev1.Service) map[string]string {
	result := map[string]string{}
	for _, service := range services {
		if ingress := service.Status.LoadBalancer.Ingress; len(ingress) > 0 {
			result[service.Labels[render.FrontendLabel]] = ingress[0].IP
		}
	}
	return result
}

// deleteOthers deletes the Services of flows that are not wanted any more; all other objects are always wanted.
func (r *Reconciler) deleteOthers(ctx context.Context, services []corev1.Service, flows []render.Flow) error {
	for _, service := range services {
		wanted := slices.ContainsFunc(flows, func(flow render.Flow) bool {
			return flow.Name == service.Labels[render.FrontendLabel]
		})
		if wanted {
			continue
		}
		if err := r.Delete(ctx, &service); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete Service %s: %w", service.Name, err)
		}
	}
	return nil
}

// tellPods makes the kubelets bring the mounted files up to date at once, and returns the pods.
func (r *Reconciler) tellPods(ctx context.Context, proxy *v1alpha1.TeamworkProxy, configHash string) ([]corev1.Pod, error) {
	var list corev1.PodList
	err := r.List(ctx, &list, client.InNamespace(proxy.Namespace), client.MatchingLabels(render.SelectorLabels(proxy)))
	if err != nil {
		return nil, err
	}
	pods := slices.DeleteFunc(list.Items, func(pod corev1.Pod) bool { return !pod.DeletionTimestamp.IsZero() })
	for _, pod := range pods {
		if pod.Annotations[render.ConfigHashAnnotation] == configHash {
			continue
		}
		before := pod.DeepCopy()
		metav1.SetMetaDataAnnotation(&pod.ObjectMeta, render.ConfigHashAnnotation, configHash)
		if err := r.Patch(ctx, &pod, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("tell pod %s: %w", pod.Name, err)
		}
	}
	return pods, nil
}
