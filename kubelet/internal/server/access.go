package server

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/authorization"
)

// How long answers of the API server about who somebody is and what they may do
// are taken for true.
const (
	allowedFor = 2 * time.Minute
	deniedFor  = 30 * time.Second
	// mostAnswers bounds how many are remembered.
	mostAnswers = 1000
	// askFor bounds one question.
	askFor = 5 * time.Second
)

// Access asks the API server who comes with a token, and whether they may use
// this node's API: what a metrics-server needs that runs as a pod.
type Access struct {
	// API is asked.
	API *client.Client
	// Node is this node's name.
	Node string

	mu      sync.Mutex
	answers map[[32]byte]answer
}

// answer is a decision that is remembered.
type answer struct {
	user    authentication.UserInfo
	ok      bool
	expires time.Time
}

// remembered asks once for each key, and again when the answer is old. An error
// is no answer.
func (a *Access) remembered(key string, ask func() (authentication.UserInfo, bool, error)) (authentication.UserInfo, bool, error) {
	sum := sha256.Sum256([]byte(key)) // so that no tokens lie about
	now := time.Now()
	a.mu.Lock()
	had, ok := a.answers[sum]
	a.mu.Unlock()
	if ok && now.Before(had.expires) {
		return had.user, had.ok, nil
	}
	user, allowed, err := ask()
	if err != nil {
		return user, false, err
	}
	lasts := deniedFor
	if allowed {
		lasts = allowedFor
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.answers) >= mostAnswers {
		maps.DeleteFunc(a.answers, func(_ [32]byte, x answer) bool { return now.After(x.expires) })
	}
	if a.answers == nil || len(a.answers) >= mostAnswers {
		a.answers = map[[32]byte]answer{}
	}
	a.answers[sum] = answer{user, allowed, now.Add(lasts)}
	return user, allowed, nil
}

// whose is the user that a token is of.
func (a *Access) whose(ctx context.Context, token string) (authentication.UserInfo, bool, error) {
	return a.remembered("token "+token, func() (authentication.UserInfo, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, askFor)
		defer cancel()
		got, err := client.Of[*authentication.TokenReview](a.API).Create(ctx, &authentication.TokenReview{Spec: authentication.TokenReviewSpec{Token: token}})
		if err != nil {
			return authentication.UserInfo{}, false, fmt.Errorf("ask who a token is of: %w", err)
		}
		return got.Status.User, got.Status.Authenticated, nil
	})
}

// may says whether a user may do a thing with a part of this node's API.
func (a *Access) may(ctx context.Context, user authentication.UserInfo, verb, part string) (bool, error) {
	key := strings.Join(append([]string{"may", user.Username, user.UID, verb, part}, user.Groups...), "\n")
	_, ok, err := a.remembered(key, func() (authentication.UserInfo, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, askFor)
		defer cancel()
		r := &authorization.SubjectAccessReview{Spec: authorization.SubjectAccessReviewSpec{User: user.Username, UID: user.UID, Groups: user.Groups,
			ResourceAttributes: &authorization.ResourceAttributes{Verb: verb, Version: "v1", Resource: "nodes", Subresource: part, Name: a.Node}}}
		for k, v := range user.Extra {
			if r.Spec.Extra == nil {
				r.Spec.Extra = map[string]authorization.ExtraValue{}
			}
			r.Spec.Extra[k] = authorization.ExtraValue(v)
		}
		got, err := client.Of[*authorization.SubjectAccessReview](a.API).Create(ctx, r)
		if err != nil {
			return user, false, fmt.Errorf("ask what %s may do: %w", user.Username, err)
		}
		return user, got.Status.Allowed, nil
	})
	return ok, err
}

// part is the subresource of nodes that a path counts as.
func part(path string) string {
	for prefix, name := range map[string]string{"/stats": "stats", "/metrics": "metrics", "/logs": "log", "/spec": "spec"} {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return name
		}
	}
	return "proxy"
}

// verb is what a method does.
func verb(method string) string {
	switch method {
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		return "patch"
	case http.MethodDelete:
		return "delete"
	}
	return "get"
}

// authorize lets the API server and administrators in by their certificates, and
// everybody else as far as the API server says.
func (s *Server) authorize(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var user authentication.UserInfo
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case len(r.TLS.VerifiedChains) > 0:
			who := r.TLS.VerifiedChains[0][0].Subject
			if slices.Contains(who.Organization, "system:masters") || who.CommonName == "kube-apiserver-kubelet-client" {
				next.ServeHTTP(w, r)
				return
			}
			user = authentication.UserInfo{Username: who.CommonName, Groups: append(slices.Clone(who.Organization), "system:authenticated")}
		case bearer && token != "" && s.Access != nil:
			var ok bool
			var err error
			if user, ok, err = s.Access.whose(r.Context(), token); err != nil {
				s.Log.Warn("cannot tell who uses the node API", "error", err)
			}
			if !ok {
				http.Error(w, "Unauthorized", http.StatusUnauthorized)
				return
			}
		default:
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		do, what := verb(r.Method), part(r.URL.Path)
		allowed := false
		if s.Access != nil {
			var err error
			if allowed, err = s.Access.may(r.Context(), user, do, what); err != nil {
				s.Log.Warn("cannot tell what a user of the node API may do", "error", err)
				http.Error(w, fmt.Sprintf("Authorization error (user=%s, verb=%s, resource=nodes, subresource=%s)", user.Username, do, what), http.StatusInternalServerError)
				return
			}
		}
		if !allowed {
			http.Error(w, fmt.Sprintf("Forbidden (user=%s, verb=%s, resource=nodes, subresource=%s)", user.Username, do, what), http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
