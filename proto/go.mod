module github.com/pilothouse/pilothouse/proto

go 1.26
