package keystore

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"math/rand/v2"

	jks "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// The usual password of Java; what is in the stores is public.
const trustStorePassword = "changeit"

// Anchor is a certificate that clients trust, with its alias.
type Anchor struct {
	Alias       string
	Certificate *x509.Certificate
}

// TrustStores are stores for Java clients with the same content.
type TrustStores struct {
	JKS    []byte
	PKCS12 []byte
}

// TrustStores returns the same bytes for the same anchors.
func (c *Cache) TrustStores(anchors []Anchor) (*TrustStores, error) {
	hash := sha256.New()
	for _, anchor := range anchors {
		fmt.Fprintf(hash, "%s\x00", anchor.Alias)
		hash.Write(anchor.Certificate.Raw)
	}
	key := [sha256.Size]byte(hash.Sum(nil))
	if known, ok := c.trustStores.Get(key); ok {
		return known.(*TrustStores), nil
	}
	stores, err := encode(anchors, key)
	if err != nil {
		return nil, err
	}
	c.trustStores.Add(key, stores)
	return stores, nil
}

func encode(anchors []Anchor, seed [32]byte) (*TrustStores, error) {
	store := jks.New(jks.WithOrderedAliases())
	entries := make([]pkcs12.TrustStoreEntry, 0, len(anchors))
	for _, anchor := range anchors {
		err := store.SetTrustedCertificateEntry(anchor.Alias, jks.TrustedCertificateEntry{
			CreationTime: anchor.Certificate.NotBefore,
			Certificate:  jks.Certificate{Type: "X509", Content: anchor.Certificate.Raw},
		})
		if err != nil {
			return nil, fmt.Errorf("add %s to JKS trust store: %w", anchor.Alias, err)
		}
		entries = append(entries, pkcs12.TrustStoreEntry{Cert: anchor.Certificate, FriendlyName: anchor.Alias})
	}
	var buffer bytes.Buffer
	if err := store.Store(&buffer, []byte(trustStorePassword)); err != nil {
		return nil, fmt.Errorf("encode JKS trust store: %w", err)
	}
	// A random salt would make other bytes after each restart, and it protects nothing here.
	encoder := pkcs12.Modern.WithRand(rand.NewChaCha8(seed))
	p12, err := encoder.EncodeTrustStoreEntries(entries, trustStorePassword)
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#12 trust store: %w", err)
	}
	return &TrustStores{JKS: buffer.Bytes(), PKCS12: p12}, nil
}
