package render

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"teamwork-proxy.test/baseline/api/v1alpha1"
)

const (
	adminPort    int32 = 9901
	user         int64 = 65532
	configFolder       = "/etc/teamwork-proxy/config"
	tlsFolder          = "/etc/teamwork-proxy/tls"
	hostname           = "kubernetes.io/hostname"
	revision           = "pod-template-hash"
)

// deployment says nothing of flows and certificates, so that a change of those replaces no pod.
func deployment(proxy *v1alpha1.TeamworkProxy, image string) *appsv1.Deployment {
	labels := SelectorLabels(proxy)
	return &appsv1.Deployment{
		TypeMeta:   typeMeta(appsv1.SchemeGroupVersion.String(), "Deployment"),
		ObjectMeta: objectMeta(proxy, ""),
		Spec: appsv1.DeploymentSpec{
			Replicas:             new(proxy.Spec.Workload.Replicas),
			RevisionHistoryLimit: new(int32(3)),
			Selector:             &metav1.LabelSelector{MatchLabels: labels},
			Strategy: appsv1.DeploymentStrategy{
				Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{
					MaxSurge:       new(intstr.FromInt32(1)),
					MaxUnavailable: new(intstr.FromInt32(0)),
				},
			},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       podSpec(proxy.Name, labels, image),
			},
		},
	}
}

func podSpec(name string, labels map[string]string, image string) corev1.PodSpec {
	selector := &metav1.LabelSelector{MatchLabels: labels}
	return corev1.PodSpec{
		ServiceAccountName:            name,
		AutomountServiceAccountToken:  new(false),
		TerminationGracePeriodSeconds: new(int64(330)),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot:   new(true),
			RunAsUser:      new(user),
			RunAsGroup:     new(user),
			FSGroup:        new(user),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{
			MaxSkew:           1,
			TopologyKey:       hostname,
			WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector:     selector,
			MatchLabelKeys:    []string{revision},
		}},
		Affinity: &corev1.Affinity{PodAffinity: &corev1.PodAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
				Weight: 100,
				PodAffinityTerm: corev1.PodAffinityTerm{
					LabelSelector:     selector,
					TopologyKey:       hostname,
					MismatchLabelKeys: []string{revision},
				},
			}},
		}},
		Containers: []corev1.Container{container(image)},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: name + "-config"},
			}}},
			{Name: "tls", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
				SecretName:  name + "-tls",
				DefaultMode: new(int32(0o440)),
			}}},
		},
	}
}

func container(image string) corev1.Container {
	return corev1.Container{
		Name:  "proxy",
		Image: image,
		Args: []string{
			"--config=" + configFolder + "/config.json", "--admin=[::]:9901", "--drain-until-unused", "--drain-timeout=300s",
		},
		Ports: []corev1.ContainerPort{{Name: "admin", ContainerPort: adminPort, Protocol: corev1.ProtocolTCP}},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("100m"),
			corev1.ResourceMemory: resource.MustParse("256Mi"),
		}},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: configFolder, ReadOnly: true},
			{Name: "tls", MountPath: tlsFolder, ReadOnly: true},
		},
		StartupProbe:   probe("/healthz", 1, 5, 120),
		ReadinessProbe: probe("/servingz", 2, 5, 6),
		LivenessProbe:  probe("/healthz", 10, 10, 6),
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			ReadOnlyRootFilesystem:   new(true),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
}

func probe(path string, period, timeout, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{
			HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("admin")},
		},
		PeriodSeconds:    period,
		TimeoutSeconds:   timeout,
		FailureThreshold: failures,
	}
}
