module github.com/pilothouse/pilothouse/kube-proxy

go 1.26.0

require (
	github.com/pilothouse/pilothouse/proto v0.0.0
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/sys v0.48.0
	sigs.k8s.io/yaml v1.6.0
)

require (
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/prometheus/client_golang v1.25.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/tools v0.26.0 // indirect
)

replace (
	github.com/pilothouse/pilothouse/client => ../client
	github.com/pilothouse/pilothouse/proto => ../proto
)
