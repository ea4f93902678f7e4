// Package render makes the objects of a TeamworkProxy. It reads nothing from the cluster.
package render

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"teamwork-proxy.test/baseline/api/v1alpha1"
	"teamwork-proxy.test/baseline/keystore"
)

const (
	// ProxyLabel has the name of the TeamworkProxy that an object belongs to.
	ProxyLabel = "teamworkproxy.io/proxy"
	// FrontendLabel has the name of the flow that a Service belongs to.
	FrontendLabel = "teamworkproxy.io/frontend"
	// ConfigHashAnnotation tells a pod's kubelet that there is another configuration.
	ConfigHashAnnotation = "teamworkproxy.io/config-hash"

	manager = "teamwork-proxy-baseline"
)

// Certificate is a keystore's content under the name that the resource gives it.
type Certificate struct {
	Name string
	*keystore.Material
}

// Input is what the objects are made of.
type Input struct {
	Proxy        *v1alpha1.TeamworkProxy
	Certificates []Certificate
	TrustStores  *keystore.TrustStores
	// Addresses are those of the flows that have one.
	Addresses map[string]string
	Image     string
}

// Objects returns all objects in the order in which they are written, and the hash of the configuration. Files come before
// what mounts them, and Services before the pods.
func Objects(in Input) ([]client.Object, string, error) {
	config, hash, err := configMap(in)
	if err != nil {
		return nil, "", err
	}
	settings, err := serverSettings(in)
	if err != nil {
		return nil, "", err
	}
	objects := []client.Object{
		&corev1.ServiceAccount{
			TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "ServiceAccount"),
			ObjectMeta: objectMeta(in.Proxy, ""),
		},
		tlsSecret(in),
		config,
		clientTrust(in),
		settings,
		networkPolicy(in.Proxy),
		disruptionBudget(in.Proxy),
	}
	for _, flow := range Flows(in.Proxy) {
		objects = append(objects, service(in.Proxy, flow))
	}
	return append(objects, deployment(in.Proxy, in.Image)), hash, nil
}

// SelectorLabels are those of the pods.
func SelectorLabels(proxy *v1alpha1.TeamworkProxy) map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":     "teamwork-proxy",
		"app.kubernetes.io/instance": proxy.Name,
	}
}

func typeMeta(apiVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
}

func objectMeta(proxy *v1alpha1.TeamworkProxy, suffix string) metav1.ObjectMeta {
	labels := map[string]string{"app.kubernetes.io/managed-by": manager, ProxyLabel: proxy.Name}
	maps.Copy(labels, SelectorLabels(proxy))
	owner := metav1.NewControllerRef(proxy, v1alpha1.GroupVersion.WithKind("TeamworkProxy"))
	return metav1.ObjectMeta{
		Namespace:       proxy.Namespace,
		Name:            proxy.Name + suffix,
		Labels:          labels,
		OwnerReferences: []metav1.OwnerReference{*owner},
	}
}

func service(proxy *v1alpha1.TeamworkProxy, flow Flow) *corev1.Service {
	meta := objectMeta(proxy, "-"+flow.Name)
	meta.Labels[FrontendLabel] = flow.Name
	return &corev1.Service{
		TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "Service"),
		ObjectMeta: meta,
		Spec: corev1.ServiceSpec{
			Type:                  corev1.ServiceTypeLoadBalancer,
			ExternalTrafficPolicy: corev1.ServiceExternalTrafficPolicyLocal,
			Selector:              SelectorLabels(proxy),
			Ports: []corev1.ServicePort{{
				Name:       flow.Name,
				Port:       PublicPort,
				TargetPort: intstr.FromInt32(flow.ListenerPort),
				Protocol:   corev1.ProtocolTCP,
			}},
		},
	}
}

func networkPolicy(proxy *v1alpha1.TeamworkProxy) *networkingv1.NetworkPolicy {
	port := func(number int32) []networkingv1.NetworkPolicyPort {
		return []networkingv1.NetworkPolicyPort{{Protocol: new(corev1.ProtocolTCP), Port: new(intstr.FromInt32(number))}}
	}
	var rules []networkingv1.NetworkPolicyIngressRule
	for _, flow := range Flows(proxy) {
		rules = append(rules, networkingv1.NetworkPolicyIngressRule{Ports: port(flow.ListenerPort)})
	}
	rules = append(rules, networkingv1.NetworkPolicyIngressRule{
		Ports: port(adminPort),
		From:  []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}},
	})
	return &networkingv1.NetworkPolicy{
		TypeMeta:   typeMeta(networkingv1.SchemeGroupVersion.String(), "NetworkPolicy"),
		ObjectMeta: objectMeta(proxy, ""),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: SelectorLabels(proxy)},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress:     rules,
		},
	}
}

func disruptionBudget(proxy *v1alpha1.TeamworkProxy) *policyv1.PodDisruptionBudget {
	return &policyv1.PodDisruptionBudget{
		TypeMeta:   typeMeta(policyv1.SchemeGroupVersion.String(), "PodDisruptionBudget"),
		ObjectMeta: objectMeta(proxy, ""),
		Spec: policyv1.PodDisruptionBudgetSpec{
			MaxUnavailable: new(intstr.FromInt32(1)),
			Selector:       &metav1.LabelSelector{MatchLabels: SelectorLabels(proxy)},
		},
	}
}
