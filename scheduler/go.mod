module github.com/pilothouse/pilothouse/scheduler

go 1.26.0

require (
	github.com/pilothouse/pilothouse/client v0.0.0
	github.com/pilothouse/pilothouse/proto v0.0.0
)

replace (
	github.com/pilothouse/pilothouse/client => ../client
	github.com/pilothouse/pilothouse/proto => ../proto
)
