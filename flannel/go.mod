module github.com/pilothouse/pilothouse/flannel

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/pilothouse/pilothouse/proto v0.0.0
	github.com/vishvananda/netlink v1.3.1
	golang.org/x/sys v0.48.0
)

require (
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	sigs.k8s.io/yaml v1.6.0 // indirect
)

require (
	github.com/pilothouse/pilothouse/client v0.0.0
	github.com/spf13/pflag v1.0.10
	github.com/vishvananda/netns v0.0.5 // indirect
	golang.org/x/sync v0.24.0
)

replace (
	github.com/pilothouse/pilothouse/client => ../client
	github.com/pilothouse/pilothouse/proto => ../proto
)
