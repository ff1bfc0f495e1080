package authn

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"

	"github.com/golang-jwt/jwt/v5"
)

// TokenKey verifies tokens.
type TokenKey struct {
	// ID is what tokens call the key.
	ID string
	// Public verifies.
	Public crypto.PublicKey
	method jwt.SigningMethod
}

// NewTokenKey makes a key of an RSA or ECDSA public key.
func NewTokenKey(public crypto.PublicKey) (TokenKey, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return TokenKey{}, err
	}
	sum := sha256.Sum256(der)
	k := TokenKey{ID: base64.RawURLEncoding.EncodeToString(sum[:]), Public: public}
	switch p := public.(type) {
	case *rsa.PublicKey:
		k.method = jwt.SigningMethodRS256
	case *ecdsa.PublicKey:
		switch p.Curve.Params().BitSize {
		case 256:
			k.method = jwt.SigningMethodES256
		case 384:
			k.method = jwt.SigningMethodES384
		case 521:
			k.method = jwt.SigningMethodES512
		}
	}
	if k.method == nil {
		return k, fmt.Errorf("a key of type %T cannot sign tokens: it must be RSA or ECDSA", public)
	}
	return k, nil
}

// ReadTokenKeys reads the public keys in a PEM file; of private keys it takes
// the public half.
func ReadTokenKeys(path string) ([]TokenKey, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []TokenKey
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		public, err := publicKey(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if public == nil {
			continue
		}
		k, err := NewTokenKey(public)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no PEM key", path)
	}
	return keys, nil
}

func publicKey(block *pem.Block) (crypto.PublicKey, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return c.PublicKey, nil
	}
	k, err := privateKey(block)
	if k == nil {
		return nil, err
	}
	return k.Public(), nil
}

// privateKey is nil for a block that is no private key.
func privateKey(block *pem.Block) (crypto.Signer, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if s, ok := k.(crypto.Signer); ok {
			return s, nil
		}
		return nil, errors.New("the key cannot sign")
	}
	return nil, nil
}

// ReadSigningKey reads the first private key in a PEM file.
func ReadSigningKey(path string) (crypto.Signer, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		k, err := privateKey(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if k != nil {
			return k, nil
		}
	}
	return nil, fmt.Errorf("%s holds no PEM private key", path)
}

// jwk is a key as /openid/v1/jwks shows it.
type jwk struct {
	Use   string `json:"use"`
	Type  string `json:"kty"`
	ID    string `json:"kid"`
	Curve string `json:"crv,omitempty"`
	Alg   string `json:"alg"`
	X     string `json:"x,omitempty"`
	Y     string `json:"y,omitempty"`
	N     string `json:"n,omitempty"`
	E     string `json:"e,omitempty"`
}

// KeySet is the JSON with which others verify tokens.
func KeySet(keys []TokenKey) []byte {
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, k := range keys {
		j := jwk{Use: "sig", ID: k.ID, Alg: k.method.Alg()}
		switch p := k.Public.(type) {
		case *rsa.PublicKey:
			j.Type, j.N, j.E = "RSA", encodeBytes(p.N.Bytes()), encodeBytes(big.NewInt(int64(p.E)).Bytes())
		case *ecdsa.PublicKey:
			size := (p.Curve.Params().BitSize + 7) / 8
			point, err := p.Bytes() // 4, X, Y
			if err != nil {
				continue
			}
			j.Type, j.Curve = "EC", p.Curve.Params().Name
			j.X, j.Y = encodeBytes(point[1:1+size]), encodeBytes(point[1+size:])
		}
		set.Keys = append(set.Keys, j)
	}
	b, _ := json.Marshal(set) // Strings alone.
	return b
}

// Algorithms are those that the keys sign with, each once.
func Algorithms(keys []TokenKey) []string {
	var out []string
	seen := map[string]bool{}
	for _, k := range keys {
		if a := k.method.Alg(); !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

func encodeBytes(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
