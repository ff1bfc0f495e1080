package serviceaccounttoken

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Key signs tokens.
type Key struct {
	signer crypto.Signer
	method jwt.SigningMethod
	id     string
}

// LoadKey reads the private key in a PEM file.
func LoadKey(path string) (*Key, error) {
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
			return newKey(k)
		}
	}
	return nil, fmt.Errorf("%s holds no PEM private key", path)
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
		s, _ := k.(crypto.Signer)
		return s, err
	}
	return nil, nil
}

func newKey(signer crypto.Signer) (*Key, error) {
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(der)
	k := &Key{signer: signer, id: base64.RawURLEncoding.EncodeToString(sum[:])}
	switch p := signer.Public().(type) {
	case *rsa.PublicKey:
		k.method = jwt.SigningMethodRS256
	case *ecdsa.PublicKey:
		k.method = map[int]jwt.SigningMethod{256: jwt.SigningMethodES256, 384: jwt.SigningMethodES384, 521: jwt.SigningMethodES512}[p.Curve.Params().BitSize]
	}
	if k.method == nil {
		return nil, fmt.Errorf("a key of type %T cannot sign tokens: it must be RSA or ECDSA", signer.Public())
	}
	return k, nil
}

// sign makes the token of a secret: it never ends, and is good as long as it
// lies in the secret and the account is there.
func (k *Key) sign(s *core.Secret, account *core.ServiceAccount) (string, error) {
	const claim = "kubernetes.io/serviceaccount/"
	t := jwt.NewWithClaims(k.method, jwt.MapClaims{
		"iss":                          "kubernetes/serviceaccount",
		"sub":                          "system:serviceaccount:" + account.Namespace + ":" + account.Name,
		claim + "namespace":            account.Namespace,
		claim + "secret.name":          s.Name,
		claim + "service-account.name": account.Name,
		claim + "service-account.uid":  string(account.UID),
	})
	t.Header = map[string]any{"alg": k.method.Alg(), "kid": k.id}
	return t.SignedString(k.signer)
}
