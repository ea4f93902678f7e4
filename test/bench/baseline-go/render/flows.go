package render

import (
	"fmt"

	"teamwork-proxy.test/baseline/api/v1alpha1"
)

// PublicPort is where clients connect to every flow.
const PublicPort int32 = 443

// Flow is what has an address of its own.
type Flow struct {
	Name         string
	Protocol     string
	ListenerPort int32
	Backends     []string
}

// Flows returns those of the topology Layer7Hybrid.
func Flows(proxy *v1alpha1.TeamworkProxy) []Flow {
	flows := []Flow{
		{Name: "web", Protocol: "HTTPS", ListenerPort: 10001, Backends: []string{"rest", "webapp"}},
		{Name: "client", Protocol: "TCP", ListenerPort: 10002, Backends: []string{"client"}},
	}
	if proxy.Spec.TeamworkCloud.LicenseServer != nil {
		flows = append(flows, Flow{Name: "license", Protocol: "TCP", ListenerPort: 10003, Backends: []string{"license"}})
	}
	return flows
}

// ClientSettings returns what people enter in their clients, as far as it is known.
func ClientSettings(proxy *v1alpha1.TeamworkProxy, addresses map[string]string) map[string]string {
	hostname := proxy.Spec.TeamworkCloud.Hostname
	settings := map[string]string{
		"webapp": fmt.Sprintf("https://%s/webapp", hostname),
		"rest":   fmt.Sprintf("https://%s/osmc", hostname),
	}
	if address := addresses["client"]; address != "" {
		settings["modelingClient"] = fmt.Sprintf("%s:%d", address, PublicPort)
	}
	if address := addresses["license"]; address != "" {
		settings["license"] = fmt.Sprintf("%d@%s", PublicPort, address)
	}
	return settings
}
