package authn

import (
	"encoding/json"
	"net/http"
)

// Where others learn to verify service account tokens.
const (
	// ConfigurationPath tells who signs tokens, and where the keys are.
	ConfigurationPath = "/.well-known/openid-configuration"
	// KeysPath has the keys.
	KeysPath = "/openid/v1/jwks"
)

// Discovery serves the two paths. keysURI is where the first says that the
// second is.
func (s *ServiceAccounts) Discovery(keysURI string) http.Handler {
	configuration, _ := json.Marshal(struct { // Strings alone.
		Issuer        string   `json:"issuer"`
		KeysURI       string   `json:"jwks_uri"`
		ResponseTypes []string `json:"response_types_supported"`
		SubjectTypes  []string `json:"subject_types_supported"`
		Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	}{s.Issuers[0], keysURI, []string{"id_token"}, []string{"public"}, Algorithms(s.Keys)})
	keys := KeySet(s.Keys)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, contentType := configuration, "application/json"
		if r.URL.Path == KeysPath {
			body, contentType = keys, "application/jwk-set+json"
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Write(body) // Who does not read the answer has gone.
	})
}
