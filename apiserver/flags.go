package apiserver

import "github.com/pilothouse/pilothouse/client/daemon"

// AddFlags binds the flags to the Config, whose values are the defaults.
func (c *Config) AddFlags(g *daemon.FlagGroups) {
	fs := g.Group("Storage")
	fs.StringVar(&c.DataDir, "data-dir", c.DataDir, "directory of the embedded etcd, the keys and the kubeconfigs")
	fs.StringSliceVar(&c.EtcdServers, "etcd-servers", c.EtcdServers, "URLs of an etcd cluster; without them a member runs inside the server")
	fs.StringVar(&c.EtcdCAFile, "etcd-cafile", c.EtcdCAFile, "authority of the etcd servers' certificates")
	fs.StringVar(&c.EtcdCertFile, "etcd-certfile", c.EtcdCertFile, "client certificate for etcd")
	fs.StringVar(&c.EtcdKeyFile, "etcd-keyfile", c.EtcdKeyFile, "key of the client certificate for etcd")

	fs = g.Group("Serving")
	fs.StringVar(&c.BindAddress, "bind-address", c.BindAddress, "address to serve on")
	fs.IntVar(&c.SecurePort, "secure-port", c.SecurePort, "port to serve HTTPS on; 0 picks a free one")
	fs.IntVar(&c.InsecurePort, "insecure-port", c.InsecurePort, "port to serve plain HTTP on, on loopback and without asking for credentials; 0 for none")
	fs.StringVar(&c.AdvertiseAddress, "advertise-address", c.AdvertiseAddress, "address at which the cluster finds the server; by default that of the default route")
	fs.StringVar(&c.TLSCertFile, "tls-cert-file", c.TLSCertFile, "serving certificate; by default one that the cluster's authority signs")
	fs.StringVar(&c.TLSKeyFile, "tls-private-key-file", c.TLSKeyFile, "key of the serving certificate")
	fs.StringSliceVar(&c.ExtraHosts, "tls-extra-hosts", c.ExtraHosts, "further names and addresses for the certificate that the server makes for itself")
	fs.IntVar(&c.MaxRequests, "max-requests-inflight", c.MaxRequests, "with --max-mutating-requests-inflight, how many requests are worked on at once; the priority levels share them. 0 for both: no limit")
	fs.IntVar(&c.MaxMutatingRequests, "max-mutating-requests-inflight", c.MaxMutatingRequests, "see --max-requests-inflight")
	fs.DurationVar(&c.RequestTimeout, "request-timeout", c.RequestTimeout, "how long a request may take; watches, logs and the like have no such limit")
	fs.DurationVar(&c.MinWatchTime, "min-request-timeout", c.MinWatchTime, "how long a watch lasts at least, and twice that at most, unless its client says")
	fs.DurationVar(&c.ShutdownDelay, "shutdown-delay-duration", c.ShutdownDelay, "how long requests are still served after the stop, while /readyz fails")
	fs.DurationVar(&c.ShutdownTimeout, "shutdown-timeout", c.ShutdownTimeout, "how long requests may take to end when the server stops")

	fs = g.Group("Authentication")
	fs.StringVar(&c.ClientCAFile, "client-ca-file", c.ClientCAFile, "authorities whose client certificates count, besides the cluster's own")
	fs.StringVar(&c.TokenAuthFile, "token-auth-file", c.TokenAuthFile, `file of bearer tokens, in lines token,user,uid,"group1,group2"`)
	fs.BoolVar(&c.AnonymousAuth, "anonymous-auth", c.AnonymousAuth, "let requests without credentials in, as system:anonymous")
	fs.StringVar(&c.RequestHeader.ClientCAFile, "requestheader-client-ca-file", c.RequestHeader.ClientCAFile, "authority of the proxies that say in headers who a request is from; by default one of the server's own")
	fs.StringSliceVar(&c.RequestHeader.AllowedNames, "requestheader-allowed-names", c.RequestHeader.AllowedNames, "common names of those proxies; empty for any")
	fs.StringSliceVar(&c.RequestHeader.UsernameHeaders, "requestheader-username-headers", c.RequestHeader.UsernameHeaders, "headers that name the user")
	fs.StringSliceVar(&c.RequestHeader.UIDHeaders, "requestheader-uid-headers", c.RequestHeader.UIDHeaders, "headers that have the user's uid")
	fs.StringSliceVar(&c.RequestHeader.GroupHeaders, "requestheader-group-headers", c.RequestHeader.GroupHeaders, "headers that have the user's groups")
	fs.StringSliceVar(&c.RequestHeader.ExtraPrefixes, "requestheader-extra-headers-prefix", c.RequestHeader.ExtraPrefixes, "how headers begin that tell more of the user")
	fs.StringVar(&c.ProxyClientCertFile, "proxy-client-cert-file", c.ProxyClientCertFile, "certificate with which the server goes to API services behind it")
	fs.StringVar(&c.ProxyClientKeyFile, "proxy-client-key-file", c.ProxyClientKeyFile, "key of that certificate")

	fs = g.Group("Service accounts")
	fs.StringSliceVar(&c.ServiceAccountIssuers, "service-account-issuer", c.ServiceAccountIssuers, "who service account tokens may say signed them; the first is written into new ones")
	fs.StringVar(&c.ServiceAccountJWKSURI, "service-account-jwks-uri", c.ServiceAccountJWKSURI, "where others find the keys; by default at the server itself")
	fs.StringSliceVar(&c.APIAudiences, "api-audiences", c.APIAudiences, "whom tokens must be for to count here; by default the issuers")
	fs.StringSliceVar(&c.ServiceAccountKeyFiles, "service-account-key-file", c.ServiceAccountKeyFiles, "files of further keys, public or private, that verify tokens")
	fs.StringVar(&c.ServiceAccountSigningKeyFile, "service-account-signing-key-file", c.ServiceAccountSigningKeyFile, "key that signs tokens; by default one of the server's own")
	fs.DurationVar(&c.ServiceAccountMaxLife, "service-account-max-token-expiration", c.ServiceAccountMaxLife, "how long a token is good at most; 0 for no limit")
	fs.BoolVar(&c.ServiceAccountExtend, "service-account-extend-token-expiration", c.ServiceAccountExtend, "let mounted tokens live for a year, for programs that read them only once")

	fs = g.Group("Services")
	fs.StringVar(&c.ServiceRange, "service-cluster-ip-range", c.ServiceRange, "CIDR of the services' addresses")
	fs.StringVar(&c.NodePortRange, "service-node-port-range", c.NodePortRange, "FIRST-LAST of the services' node ports")
	fs.StringVar(&c.ClusterDomain, "cluster-domain", c.ClusterDomain, "domain that ends the services' DNS names")
}
