// Package v1alpha1 has of the TeamworkProxy what this operator reads and reports.
//
// +kubebuilder:object:generate=true
// +groupName=teamworkproxy.io
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:generate go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.23.0 object paths=.

var GroupVersion = schema.GroupVersion{Group: "teamworkproxy.io", Version: "v1alpha1"}

// AddToScheme registers the types of this package.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &TeamworkProxy{}, &TeamworkProxyList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

// +kubebuilder:object:root=true

type TeamworkProxy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   TeamworkProxySpec   `json:"spec,omitempty"`
	Status TeamworkProxyStatus `json:"status,omitempty"`
}

// +kubebuilder:object:root=true

type TeamworkProxyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []TeamworkProxy `json:"items"`
}

type TeamworkProxySpec struct {
	TeamworkCloud TeamworkCloud `json:"teamworkCloud"`
	Certificates  []Certificate `json:"certificates"`
	Workload      Workload      `json:"workload"`
}

type TeamworkCloud struct {
	Hostname      string         `json:"hostname"`
	Servers       []Server       `json:"servers"`
	LicenseServer *LicenseServer `json:"licenseServer,omitempty"`
}

type Server struct {
	Host string `json:"host"`
}

type LicenseServer struct {
	Host  string  `json:"host"`
	Ports []int32 `json:"ports"`
}

type Certificate struct {
	Name      string    `json:"name"`
	SecretRef SecretRef `json:"secretRef"`
	Keystore  Keystore  `json:"keystore"`
}

type SecretRef struct {
	Name string `json:"name"`
}

type Keystore struct {
	Key         string    `json:"key"`
	PasswordRef SecretKey `json:"passwordRef"`
}

type SecretKey struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

type Workload struct {
	Replicas int32 `json:"replicas"`
}

type TeamworkProxyStatus struct {
	ObservedGeneration int64               `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition  `json:"conditions,omitempty"`
	Addresses          string              `json:"addresses,omitempty"`
	CertificateExpiry  *metav1.Time        `json:"certificateExpiry,omitempty"`
	Frontends          []FrontendStatus    `json:"frontends,omitempty"`
	Certificates       []CertificateStatus `json:"certificates,omitempty"`
	Findings           []Finding           `json:"findings,omitempty"`
	DataPlane          *DataPlane          `json:"dataPlane,omitempty"`
	ClientSettings     map[string]string   `json:"clientSettings,omitempty"`
}

type FrontendStatus struct {
	Name     string   `json:"name"`
	Protocol string   `json:"protocol"`
	Port     int32    `json:"port"`
	Backends []string `json:"backends"`
	Address  string   `json:"address,omitempty"`
	URL      string   `json:"url,omitempty"`
}

type CertificateStatus struct {
	Name        string      `json:"name"`
	State       string      `json:"state"`
	Subject     string      `json:"subject"`
	NotAfter    metav1.Time `json:"notAfter"`
	Fingerprint string      `json:"fingerprint"`
}

type Finding struct {
	Path    string `json:"path"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

type DataPlane struct {
	ConfigHash string `json:"configHash,omitempty"`
	Desired    int32  `json:"desired"`
	Serving    int32  `json:"serving"`
}
