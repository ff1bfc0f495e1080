module github.com/pilothouse/pilothouse/kubectl

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/gorilla/websocket v1.5.4-0.20250319132907-e064f32e3674
	github.com/pilothouse/pilothouse/client v0.0.0
	github.com/pilothouse/pilothouse/proto v0.0.0
	github.com/spf13/cobra v1.10.2
	golang.org/x/term v0.47.0
	sigs.k8s.io/yaml v1.6.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/robfig/cron/v3 v3.0.1 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gopkg.in/evanphx/json-patch.v4 v4.13.0 // indirect
)

replace (
	github.com/pilothouse/pilothouse/client => ../client
	github.com/pilothouse/pilothouse/proto => ../proto
)
