// Package keystore reads the keystores of Teamwork Cloud and writes the trust stores of its clients.
package keystore

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"k8s.io/utils/lru"
	"software.sslmate.com/src/go-pkcs12"
)

// Both sides of this package derive keys from passwords, which takes longer than all the rest of a pass.
const cacheSize = 256

// Material is what a keystore holds. It is shared, and must not be changed.
type Material struct {
	Leaf     *x509.Certificate
	ChainPEM []byte
	KeyPEM   []byte
	// Anchor is the last certificate of the chain.
	Anchor *x509.Certificate
	// Complete tells whether the chain ends at a root.
	Complete bool
}

// Cache remembers what was read and written last.
type Cache struct {
	materials   *lru.Cache
	trustStores *lru.Cache
}

func NewCache() *Cache {
	return &Cache{materials: lru.New(cacheSize), trustStores: lru.New(cacheSize)}
}

// Read returns what a PKCS#12 keystore holds.
func (c *Cache) Read(keystore []byte, password string) (*Material, error) {
	key := sha256.Sum256(append([]byte(password+"\x00"), keystore...))
	if known, ok := c.materials.Get(key); ok {
		return known.(*Material), nil
	}
	material, err := decode(keystore, password)
	if err != nil {
		return nil, err
	}
	c.materials.Add(key, material)
	return material, nil
}

func decode(keystore []byte, password string) (*Material, error) {
	key, leaf, authorities, err := pkcs12.DecodeChain(keystore, password)
	if err != nil {
		return nil, fmt.Errorf("decode keystore: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	chain := append([]*x509.Certificate{leaf}, authorities...)
	anchor := chain[len(chain)-1]
	var chainPEM []byte
	for _, certificate := range chain {
		chainPEM = append(chainPEM, CertificatePEM(certificate)...)
	}
	return &Material{
		Leaf:     leaf,
		ChainPEM: chainPEM,
		KeyPEM:   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		Anchor:   anchor,
		Complete: anchor.CheckSignatureFrom(anchor) == nil,
	}, nil
}

// CertificatePEM encodes one certificate.
func CertificatePEM(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// Fingerprint is the SHA-256 of a certificate in lower-case hex digits.
func Fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}
