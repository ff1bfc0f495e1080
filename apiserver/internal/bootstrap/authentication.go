package bootstrap

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const authenticationMap = "extension-apiserver-authentication"

// Authentication is the data of the ConfigMap by which API services behind the
// server learn whom to believe: the authorities of clients and of proxies, and
// the headers in which proxies name users.
func Authentication(clients, proxies []byte, names, userHeaders, groupHeaders, extraPrefixes []string) map[string]string {
	list := func(l []string) string {
		if l == nil {
			l = []string{}
		}
		b, _ := json.Marshal(l) // Strings alone.
		return string(b)
	}
	return map[string]string{
		"client-ca-file":                     string(clients),
		"requestheader-client-ca-file":       string(proxies),
		"requestheader-allowed-names":        list(names),
		"requestheader-username-headers":     list(userHeaders),
		"requestheader-group-headers":        list(groupHeaders),
		"requestheader-extra-headers-prefix": list(extraPrefixes),
	}
}

// authentication puts the ConfigMap in its place.
func (c *Cluster) authentication(ctx context.Context) error {
	if c.Authentication == nil {
		return nil
	}
	const path = "/api/v1/namespaces/" + core.NamespaceSystem + "/configmaps"
	m := &core.ConfigMap{TypeMeta: meta.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"}}
	m.Namespace, m.Name = core.NamespaceSystem, authenticationMap
	var err error
	if o := c.Cache.Table("configmaps").Get(m.Namespace, m.Name); o == nil {
		m.Data = c.Authentication
		err = c.put(ctx, http.MethodPost, path, m)
	} else if err = codec.DecodeJSON(o.JSON(), m); err == nil && !maps.Equal(m.Data, c.Authentication) {
		m.Data = c.Authentication
		err = c.put(ctx, http.MethodPut, path+"/"+m.Name, m)
	}
	if err != nil {
		return fmt.Errorf("put config map %s/%s: %w", m.Namespace, m.Name, err)
	}
	return nil
}
