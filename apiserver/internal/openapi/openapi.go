// Package openapi publishes the description of the API that kubectl explain
// and validation read: /openapi/v2 whole, /openapi/v3 by group.
package openapi

import (
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
)

// New makes the handler for the table.
func New(table []*resources.Resource) http.Handler { return http.NotFoundHandler() }
