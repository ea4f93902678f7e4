package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"teamwork-proxy.test/baseline/api/v1alpha1"
	"teamwork-proxy.test/baseline/keystore"
	"teamwork-proxy.test/baseline/render"
)

// report writes the status if it has changed, and Events about what is new in it.
func (r *Reconciler) report(ctx context.Context, proxy *v1alpha1.TeamworkProxy, observed observation, unusable *unusableError) error {
	status := statusOf(proxy, observed, unusable)
	if equality.Semantic.DeepEqual(proxy.Status, status) {
		return nil
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&status)
	if err != nil {
		return fmt.Errorf("convert status: %w", err)
	}
	object := &unstructured.Unstructured{Object: map[string]any{"status": fields}}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("TeamworkProxy"))
	object.SetNamespace(proxy.Namespace)
	object.SetName(proxy.Name)
	object.SetUID(proxy.UID)
	configuration := client.ApplyConfigurationFromUnstructured(object)
	if err := r.Status().Apply(ctx, configuration, StatusFieldOwner, client.ForceOwnership); err != nil {
		return client.IgnoreNotFound(err)
	}
	r.recordEvents(proxy, status)
	return nil
}

func (r *Reconciler) recordEvents(proxy *v1alpha1.TeamworkProxy, status v1alpha1.TeamworkProxyStatus) {
	for _, finding := range status.Findings {
		if !slices.Contains(proxy.Status.Findings, finding) {
			r.Events.Eventf(proxy, nil, corev1.EventTypeWarning, finding.Reason, "ReadCertificates", "%s: %s", finding.Path, finding.Message)
		}
	}
	before := meta.FindStatusCondition(proxy.Status.Conditions, "CertificatesValid")
	after := meta.FindStatusCondition(status.Conditions, "CertificatesValid")
	if after.Status == metav1.ConditionFalse && (before == nil || before.Reason != after.Reason) {
		r.Events.Eventf(proxy, nil, corev1.EventTypeWarning, after.Reason, "ReadCertificates", "%s", after.Message)
	}
}

func statusOf(proxy *v1alpha1.TeamworkProxy, observed observation, unusable *unusableError) v1alpha1.TeamworkProxyStatus {
	flows := render.Flows(proxy)
	status := v1alpha1.TeamworkProxyStatus{
		ObservedGeneration: proxy.Generation,
		Conditions:         slices.Clone(proxy.Status.Conditions),
		Findings:           findings(observed),
		ClientSettings:     render.ClientSettings(proxy, observed.addresses),
		DataPlane:          &v1alpha1.DataPlane{ConfigHash: observed.configHash, Desired: proxy.Spec.Workload.Replicas},
	}
	for _, certificate := range observed.certificates {
		notAfter := metav1.NewTime(certificate.Leaf.NotAfter)
		if status.CertificateExpiry == nil || notAfter.Before(status.CertificateExpiry) {
			status.CertificateExpiry = &notAfter
		}
		status.Certificates = append(status.Certificates, v1alpha1.CertificateStatus{
			Name:        certificate.Name,
			State:       "Valid",
			Subject:     certificate.Leaf.Subject.String(),
			NotAfter:    notAfter,
			Fingerprint: keystore.Fingerprint(certificate.Leaf),
		})
	}
	var assigned, waiting []string
	for _, flow := range flows {
		address := observed.addresses[flow.Name]
		if address == "" {
			waiting = append(waiting, flow.Name)
		} else {
			assigned = append(assigned, address)
		}
		status.Frontends = append(status.Frontends, v1alpha1.FrontendStatus{
			Name:     flow.Name,
			Protocol: flow.Protocol,
			Port:     render.PublicPort,
			Backends: flow.Backends,
			Address:  address,
			URL:      url(flow, proxy.Spec.TeamworkCloud.Hostname, address),
		})
	}
	status.Addresses = strings.Join(assigned, ",")
	for _, condition := range conditions(observed, unusable, waiting) {
		condition.ObservedGeneration = proxy.Generation
		meta.SetStatusCondition(&status.Conditions, condition)
	}
	return status
}

func conditions(observed observation, unusable *unusableError, waiting []string) []metav1.Condition {
	condition := func(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message}
	}
	certificates := condition("CertificatesValid", metav1.ConditionTrue, "Valid", fmt.Sprintf("%d certificates", len(observed.certificates)))
	if unusable != nil {
		certificates = condition("CertificatesValid", metav1.ConditionFalse, unusable.reason, unusable.message)
	}
	addresses := condition("AddressesAssigned", metav1.ConditionTrue, "Assigned", fmt.Sprintf("%d addresses", len(observed.addresses)))
	if len(waiting) > 0 {
		message := "waiting for the load balancer to give an address to " + strings.Join(waiting, ", ")
		addresses = condition("AddressesAssigned", metav1.ConditionFalse, "Pending", message)
	}
	pods := describePods(observed.pods)
	ready := condition("Ready", metav1.ConditionFalse, "Pending", pods)
	if unusable != nil {
		ready = condition("Ready", metav1.ConditionFalse, unusable.reason, unusable.message)
	}
	return []metav1.Condition{
		condition("Accepted", metav1.ConditionTrue, "Accepted", "the specification is accepted"),
		certificates,
		addresses,
		condition("Programmed", metav1.ConditionFalse, "Pending", pods),
		condition("BackendsHealthy", metav1.ConditionUnknown, "Pending", "no proxy pod has told of its servers yet"),
		ready,
	}
}

func describePods(pods []corev1.Pod) string {
	if len(pods) == 0 {
		return "waiting for proxy pods"
	}
	texts := make([]string, 0, len(pods))
	for _, pod := range pods {
		texts = append(texts, fmt.Sprintf("%s: %s", pod.Name, strings.ToLower(string(pod.Status.Phase))))
	}
	// The cache has no order.
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

func findings(observed observation) []v1alpha1.Finding {
	var result []v1alpha1.Finding
	for _, certificate := range observed.certificates {
		if !certificate.Complete {
			result = append(result, v1alpha1.Finding{
				Path:   fmt.Sprintf("spec.certificates[%s]", certificate.Name),
				Reason: "IncompleteChain",
				Message: fmt.Sprintf("the chain ends at %q, and its issuer %q is not given: clients that don't know it will refuse the connection; "+
					"add the issuer's certificate to the chain", certificate.Anchor.Subject, certificate.Anchor.Issuer),
			})
		}
		address, ok := observed.addresses["client"]
		if ok && certificate.Leaf.VerifyHostname(address) != nil {
			result = append(result, v1alpha1.Finding{
				Path:   "spec.frontends[client].loadBalancer",
				Reason: "AddressNotCovered",
				Message: fmt.Sprintf("certificate %s does not cover %s (covered: %s), so clients that connect to it will refuse it; "+
					"renew the certificate with this address", certificate.Name, address, strings.Join(certificate.Leaf.DNSNames, ", ")),
			})
		}
	}
	return result
}

func url(flow render.Flow, hostname, address string) string {
	if flow.Protocol == "HTTPS" {
		return "https://" + hostname
	}
	if address == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", address, render.PublicPort)
}
