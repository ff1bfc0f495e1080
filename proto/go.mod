module github.com/pilothouse/pilothouse/proto

go 1.26.0

require (
	github.com/evanphx/json-patch/v5 v5.9.11
	github.com/google/go-cmp v0.7.0
	github.com/robfig/cron/v3 v3.0.1
)
