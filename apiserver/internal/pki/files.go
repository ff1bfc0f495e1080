package pki

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// encode makes PEM of a certificate and its key.
func encode(der []byte, key *ecdsa.PrivateKey) (Pair, error) {
	k, err := encodeKey(key)
	if err != nil {
		return Pair{}, err
	}
	return Pair{Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), Key: k}, nil
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	b, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b}), nil
}

func load(certFile, keyFile string) (Pair, error) {
	c, err := os.ReadFile(certFile)
	if err != nil {
		return Pair{}, err
	}
	k, err := os.ReadFile(keyFile)
	return Pair{c, k}, err
}

// Load reads a certificate and key that somebody else provided.
func Load(certFile, keyFile string) (Pair, error) {
	p, err := load(certFile, keyFile)
	if err != nil {
		return p, err
	}
	if _, err := p.TLS(); err != nil {
		return p, fmt.Errorf("%s and %s: %w", certFile, keyFile, err)
	}
	return p, nil
}

// Save writes the pair to the two files, readable by their owner alone.
func (p Pair) Save(certFile, keyFile string) error { return p.save(certFile, keyFile) }

func (p Pair) save(certFile, keyFile string) error {
	if err := WriteFile(keyFile, p.Key); err != nil {
		return err
	}
	return WriteFile(certFile, p.Cert)
}

// WriteFile puts a secret in place whole or not at all, for its owner alone;
// missing directories are made.
func WriteFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// OpenSigningKey reads the key that signs service account tokens from dir, or
// makes one.
func OpenSigningKey(dir string) (*ecdsa.PrivateKey, error) {
	path := filepath.Join(dir, "sa.key")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k, err := newKey()
		if err != nil {
			return nil, err
		}
		b, err := encodeKey(k)
		if err != nil {
			return nil, err
		}
		return k, WriteFile(path, b)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM key", path)
	}
	k, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// LoadPool reads the authorities in a PEM file.
func LoadPool(path string) (*x509.CertPool, []byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, nil, fmt.Errorf("%s holds no PEM certificate", path)
	}
	return pool, b, nil
}
