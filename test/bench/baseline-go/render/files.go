package render

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	corev1 "k8s.io/api/core/v1"

	"teamwork-proxy.test/baseline/keystore"
)

//go:embed settings
var settingsFiles embed.FS

var settingsTemplates = template.Must(template.ParseFS(settingsFiles, "settings/*"))

func tlsSecret(in Input) *corev1.Secret {
	data := map[string][]byte{}
	for _, certificate := range in.Certificates {
		data[certificate.Name+".crt"] = certificate.ChainPEM
		data[certificate.Name+".key"] = certificate.KeyPEM
	}
	return &corev1.Secret{
		TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "Secret"),
		ObjectMeta: objectMeta(in.Proxy, "-tls"),
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	}
}

// clientTrust has what clients need to trust the flows.
func clientTrust(in Input) *corev1.ConfigMap {
	data := map[string]string{}
	binaryData := map[string][]byte{"cert.jks": in.TrustStores.JKS, "truststore.p12": in.TrustStores.PKCS12}
	var all, fingerprints strings.Builder
	for _, certificate := range in.Certificates {
		anchor := keystore.CertificatePEM(certificate.Anchor)
		all.Write(anchor)
		fmt.Fprintf(&fingerprints, "%s served: %s\n", certificate.Name, keystore.Fingerprint(certificate.Leaf))
		fmt.Fprintf(&fingerprints, "%s anchor: %s\n", certificate.Name, keystore.Fingerprint(certificate.Anchor))
		data[certificate.Name+".crt"] = string(anchor)
		binaryData[certificate.Name+".der"] = certificate.Anchor.Raw
	}
	data["trust.pem"] = all.String()
	data["fingerprints"] = fingerprints.String()
	return &corev1.ConfigMap{
		TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "ConfigMap"),
		ObjectMeta: objectMeta(in.Proxy, "-client-trust"),
		Data:       data,
		BinaryData: binaryData,
	}
}

// serverSettings has what has to be set on the servers so that they agree with the proxy.
func serverSettings(in Input) (*corev1.ConfigMap, error) {
	clients, err := json.MarshalIndent(ClientSettings(in.Proxy, in.Addresses), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode client settings: %w", err)
	}
	data := map[string]string{"clients.json": string(clients) + "\n"}
	values := map[string]any{
		"Hostname": in.Proxy.Spec.TeamworkCloud.Hostname,
		"Client":   in.Addresses["client"],
		"Port":     PublicPort,
	}
	for _, file := range settingsTemplates.Templates() {
		var text bytes.Buffer
		if err := file.Execute(&text, values); err != nil {
			return nil, fmt.Errorf("render server settings: %w", err)
		}
		data[file.Name()] = text.String()
	}
	return &corev1.ConfigMap{
		TypeMeta:   typeMeta(corev1.SchemeGroupVersion.String(), "ConfigMap"),
		ObjectMeta: objectMeta(in.Proxy, "-server-settings"),
		Data:       data,
	}, nil
}
