package rest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// A list of so many objects takes a seat more; none takes more than maxWidth.
const (
	objectsPerSeat = 500
	maxWidth       = 10
)

// Width is how many seats a list takes among those who wait for their turn. One
// of a namespace, or of what a field selects, touches little and takes one.
func (h *Handler) Width(r *http.Request, i *request.Info) int {
	if i.Namespace != "" || i.Subresource != "" || strings.Contains(r.URL.RawQuery, "fieldSelector=") {
		return 1
	}
	e := (*h.table.Load())[served{i.Group, i.Version, i.Resource}]
	if e == nil || e.table == nil {
		return 1
	}
	n := e.table.Len()
	if n > objectsPerSeat && strings.Contains(r.URL.RawQuery, "limit=") {
		if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && limit > 0 {
			n = min(n, limit)
		}
	}
	return min(1+n/objectsPerSeat, maxWidth)
}
