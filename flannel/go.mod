module github.com/pilothouse/pilothouse/flannel

go 1.26

require (
	github.com/google/go-cmp v0.7.0
	github.com/pilothouse/pilothouse/proto v0.0.0
	github.com/vishvananda/netlink v1.3.1
	golang.org/x/sys v0.47.0
)

require github.com/vishvananda/netns v0.0.5 // indirect

replace (
	github.com/pilothouse/pilothouse/client => ../client
	github.com/pilothouse/pilothouse/proto => ../proto
)
