module github.com/pilothouse/pilothouse/proto

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/robfig/cron/v3 v3.0.1
)

require gopkg.in/evanphx/json-patch.v4 v4.13.0
