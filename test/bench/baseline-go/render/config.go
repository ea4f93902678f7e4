package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"teamwork-proxy.test/baseline/api/v1alpha1"
)

// The configuration that the proxy reads; durations are in milliseconds.
type proxyConfig struct {
	Version      int                 `json:"version"`
	AccessLog    string              `json:"accessLog"`
	Certificates []certificateConfig `json:"certificates"`
	Frontends    []frontendConfig    `json:"frontends"`
	Backends     []backendConfig     `json:"backends"`
}

type certificateConfig struct {
	Name        string `json:"name"`
	ChainFile   string `json:"chainFile"`
	KeyFile     string `json:"keyFile"`
	ChainSHA256 string `json:"chainSha256"`
}

type frontendConfig struct {
	Name           string           `json:"name"`
	Address        string           `json:"address"`
	Port           int32            `json:"port"`
	PublicPort     int32            `json:"publicPort"`
	Protocol       string           `json:"protocol"`
	Certificates   []string         `json:"certificates"`
	Hostnames      []string         `json:"hostnames"`
	Routes         []routeConfig    `json:"routes"`
	Redirects      []redirectConfig `json:"redirects"`
	Backend        string           `json:"backend,omitempty"`
	TrustedSources []string         `json:"trustedSources"`
	Limits         limitsConfig     `json:"limits"`
	Timeouts       timeoutsConfig   `json:"timeouts"`
}

type routeConfig struct {
	Paths   []string `json:"paths"`
	Backend string   `json:"backend"`
}

type redirectConfig struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Status int    `json:"status"`
}

type limitsConfig struct {
	Connections int `json:"connections"`
	HeaderBytes int `json:"headerBytes"`
	BodyBytes   int `json:"bodyBytes"`
}

type timeoutsConfig struct {
	Handshake int `json:"handshake"`
	Connect   int `json:"connect"`
	Idle      int `json:"idle"`
	Header    int `json:"header"`
	Request   int `json:"request"`
	KeepAlive int `json:"keepAlive"`
	HalfClose int `json:"halfClose"`
	Drain     int `json:"drain"`
}

type backendConfig struct {
	Name     string         `json:"name"`
	Protocol string         `json:"protocol"`
	Balance  string         `json:"balance"`
	Servers  []serverConfig `json:"servers"`
	Health   healthConfig   `json:"health"`
	TLS      *tlsConfig     `json:"tls,omitempty"`
}

type serverConfig struct {
	Host string `json:"host"`
	Port int32  `json:"port"`
}

type healthConfig struct {
	Active    *activeConfig `json:"active,omitempty"`
	Passive   passiveConfig `json:"passive"`
	SlowStart int           `json:"slowStart"`
}

type activeConfig struct {
	Protocol           string `json:"protocol"`
	Interval           int    `json:"interval"`
	Timeout            int    `json:"timeout"`
	HealthyThreshold   int    `json:"healthyThreshold"`
	UnhealthyThreshold int    `json:"unhealthyThreshold"`
}

type passiveConfig struct {
	Failures int `json:"failures"`
}

type tlsConfig struct {
	Verify       string   `json:"verify"`
	TrustFiles   []string `json:"trustFiles"`
	PinnedSHA256 []string `json:"pinnedSha256"`
	ServerName   string   `json:"serverName"`
}

var (
	restPaths   = []string{"/osmc"}
	webappPaths = []string{
		"/webapp", "/admin", "/collaborator", "/document-exporter", "/reports", "/resources", "/resource-usage-map",
		"/simulation", "/oslc", "/oslc-selection-dialog", "/authentication", "/element-chooser", "/magiclab",
		"/magiclab-collaborator", "/sysmlv2-api", "/sgi-crawler",
	}
	limits   = limitsConfig{Connections: 10_000, HeaderBytes: 32 << 10, BodyBytes: 100 << 20}
	timeouts = timeoutsConfig{
		Handshake: 10_000, Connect: 10_000, Idle: 7_200_000, Header: 10_000, Request: 3_600_000,
		KeepAlive: 60_000, HalfClose: 300_000, Drain: 300_000,
	}
	active = activeConfig{Protocol: "TLS", Interval: 10_000, Timeout: 5_000, HealthyThreshold: 2, UnhealthyThreshold: 3}
)

func configMap(in Input) (*corev1.ConfigMap, string, error) {
	text, err := json.MarshalIndent(config(in), "", "  ")
	if err != nil {
		return nil, "", fmt.Errorf("encode proxy configuration: %w", err)
	}
	text = append(text, '\n')
	return &corev1.ConfigMap{
		TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "ConfigMap"),
		ObjectMeta: objectMeta(in.Proxy, "-config"),
		Data:       map[string]string{"config.json": string(text)},
	}, hash(text), nil
}

func config(in Input) proxyConfig {
	cloud := in.Proxy.Spec.TeamworkCloud
	result := proxyConfig{Version: 1, AccessLog: "Errors"}
	var names, trustFiles []string
	for _, certificate := range in.Certificates {
		chainFile := fmt.Sprintf("%s/%s.crt", tlsFolder, certificate.Name)
		names = append(names, certificate.Name)
		trustFiles = append(trustFiles, chainFile)
		result.Certificates = append(result.Certificates, certificateConfig{
			Name:        certificate.Name,
			ChainFile:   chainFile,
			KeyFile:     fmt.Sprintf("%s/%s.key", tlsFolder, certificate.Name),
			ChainSHA256: hash(certificate.ChainPEM),
		})
	}
	for _, flow := range Flows(in.Proxy) {
		frontend := frontendConfig{
			Name: flow.Name, Address: "::", Port: flow.ListenerPort, PublicPort: PublicPort, Protocol: flow.Protocol,
			Certificates: []string{}, Hostnames: []string{}, Routes: []routeConfig{}, Redirects: []redirectConfig{},
			TrustedSources: []string{}, Limits: limits, Timeouts: timeouts,
		}
		if flow.Protocol == "HTTPS" {
			frontend.Certificates = names
			frontend.Hostnames = []string{cloud.Hostname}
			frontend.Routes = []routeConfig{{Paths: restPaths, Backend: "rest"}, {Paths: webappPaths, Backend: "webapp"}}
			frontend.Redirects = []redirectConfig{{From: "/", To: "/webapp", Status: 302}}
		} else {
			frontend.Backend = flow.Backends[0]
		}
		result.Frontends = append(result.Frontends, frontend)
	}
	verify := &tlsConfig{Verify: "Chain", TrustFiles: trustFiles, PinnedSHA256: []string{}, ServerName: cloud.Hostname}
	result.Backends = []backendConfig{
		backend("webapp", servers(cloud.Servers, 8443), verify),
		backend("rest", servers(cloud.Servers, 8111), verify),
		backend("client", servers(cloud.Servers, 10002), nil),
	}
	if license := cloud.LicenseServer; license != nil {
		var places []serverConfig
		for _, port := range license.Ports {
			places = append(places, serverConfig{Host: license.Host, Port: port})
		}
		one := backend("license", places, nil)
		one.Health.Active = nil
		result.Backends = append(result.Backends, one)
	}
	return result
}

func backend(name string, servers []serverConfig, verify *tlsConfig) backendConfig {
	protocol := "TCP"
	if verify != nil {
		protocol = "HTTPS"
	}
	return backendConfig{
		Name: name, Protocol: protocol, Balance: "SourceAddress", Servers: servers, TLS: verify,
		Health: healthConfig{Active: &active, Passive: passiveConfig{Failures: 3}, SlowStart: 10_000},
	}
}

func servers(hosts []v1alpha1.Server, port int32) []serverConfig {
	places := make([]serverConfig, 0, len(hosts))
	for _, server := range hosts {
		places = append(places, serverConfig{Host: server.Host, Port: port})
	}
	return places
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
