module github.com/pilothouse/pilothouse/e2e

go 1.26.0

require (
	github.com/pilothouse/pilothouse/client v0.0.0
	github.com/pilothouse/pilothouse/proto v0.0.0
	golang.org/x/sync v0.24.0
	golang.org/x/sys v0.49.0
)

require (
	github.com/robfig/cron/v3 v3.0.1 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	sigs.k8s.io/yaml v1.6.0 // indirect
)

replace github.com/pilothouse/pilothouse/client => ../client

replace github.com/pilothouse/pilothouse/proto => ../proto
