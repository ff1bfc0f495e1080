// Package impersonation lets users who may do so act as somebody else, whom
// they name in headers: Impersonate-User, -Group, -Uid and -Extra-*. Every name
// is asked for by itself, with the verb impersonate.
package impersonation

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

const (
	prefix      = "Impersonate-"
	userHeader  = prefix + "User"
	groupHeader = prefix + "Group"
	uidHeader   = prefix + "Uid"
	extraPrefix = prefix + "Extra-"

	authenticationGroup = "authentication.k8s.io"
)

// NobodyError says that groups or more are asked for, and no user.
type NobodyError struct{ what []want }

// Error lists what is asked for.
func (e *NobodyError) Error() string {
	var refs []string
	for _, w := range e.what {
		refs = append(refs, w.String())
	}
	return fmt.Sprintf("requested [%s] without impersonating a user", strings.Join(refs, " "))
}

// want is one name that is asked for.
type want struct{ kind, namespace, name, key string }

// String is the name as an object reference prints.
func (w want) String() string {
	version := ""
	if w.kind == "UID" || w.kind == "UserExtra" {
		version = authenticationGroup + "/v1"
	}
	return fmt.Sprintf("{%s %s %s  %s  %s}", w.kind, w.namespace, w.name, version, w.key)
}

// info is the question whether the name may be taken.
func (w want) info() request.Info {
	i := request.Info{IsResource: true, Verb: "impersonate", Version: "v1", Name: w.name, Namespace: w.namespace}
	switch w.kind {
	case "User":
		i.Resource = "users"
	case "Group":
		i.Resource = "groups"
	case "ServiceAccount":
		i.Resource = "serviceaccounts"
	case "UID":
		i.Group, i.Resource = authenticationGroup, "uids"
	case "UserExtra":
		i.Group, i.Resource, i.Subresource = authenticationGroup, "userextras", w.key
	}
	return i
}

// As is whom r is from when u sends it: u, or who the headers say, which are
// then taken off. Errors: the Status to answer, or a *NobodyError.
func As(r *http.Request, u *authn.User, may *authz.Authorizer) (*authn.User, error) {
	if !asked(r.Header) {
		return u, nil
	}
	wants, as, err := read(r.Header)
	if err != nil || as == nil {
		return u, err
	}
	for _, w := range wants {
		i := w.info()
		if d := may.Decide(r.Context(), u, &i); !d.Allowed {
			return nil, authz.Forbidden(u, &i, d.Reason())
		}
	}
	for h := range r.Header {
		if strings.HasPrefix(h, prefix) {
			delete(r.Header, h)
		}
	}
	return as, nil
}

// asked says whether any of the headers is there: nearly always not.
func asked(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// read takes the headers apart.
func read(h http.Header) ([]want, *authn.User, error) {
	var wants []want
	as := &authn.User{Name: h.Get(userHeader), UID: h.Get(uidHeader)}
	var accountGroups []string
	if as.Name != "" {
		if ns, name, ok := authn.SplitAccountUser(as.Name); ok {
			wants = append(wants, want{kind: "ServiceAccount", namespace: ns, name: name})
			accountGroups = authn.AccountGroups(ns)
		} else {
			wants = append(wants, want{kind: "User", name: as.Name})
		}
	}
	for _, g := range h.Values(groupHeader) {
		wants = append(wants, want{kind: "Group", name: g})
		as.Groups = append(as.Groups, g)
	}
	for name, values := range h {
		key, ok := strings.CutPrefix(name, extraPrefix)
		if !ok {
			continue
		}
		key = authn.ExtraKey(key)
		for _, v := range values {
			wants = append(wants, want{kind: "UserExtra", name: v, key: key})
			if as.Extra == nil {
				as.Extra = map[string][]string{}
			}
			as.Extra[key] = append(as.Extra[key], v)
		}
	}
	if as.UID != "" {
		wants = append(wants, want{kind: "UID", name: as.UID})
	}
	if as.Name == "" {
		if len(wants) > 0 {
			return nil, nil, &NobodyError{wants}
		}
		return nil, nil, nil
	}
	if len(as.Groups) == 0 {
		as.Groups = accountGroups
	}
	proved := authn.Authenticated
	if as.Name == authn.Anonymous {
		proved = authn.Unauthenticated
	}
	if !slices.Contains(as.Groups, authn.Authenticated) && !slices.Contains(as.Groups, authn.Unauthenticated) {
		as.Groups = append(as.Groups, proved)
	}
	return wants, as, nil
}
