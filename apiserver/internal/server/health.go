package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Check is one thing that health depends on.
type Check struct {
	// Name is what the check's path ends in.
	Name string
	// Live says that the check also counts for /livez and /healthz; others
	// count for /readyz alone.
	Live bool
	// Run is nil when all is well.
	Run func(ctx context.Context) error
}

// checkTime bounds one round of checks.
const checkTime = 5 * time.Second

// health answers /healthz, /livez and /readyz, with ?verbose, ?exclude=NAME
// and a path for each check.
func health(root string, checks []Check) http.Handler {
	if root != "readyz" {
		checks = slices.DeleteFunc(slices.Clone(checks), func(c Check) bool { return !c.Live })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), checkTime)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		one, named := strings.CutPrefix(r.URL.Path, "/"+root+"/")
		if named && one != "" {
			oneCheck(ctx, w, checks, one)
			return
		}
		allChecks(ctx, w, r, root, checks)
	})
}

func oneCheck(ctx context.Context, w http.ResponseWriter, checks []Check, name string) {
	i := slices.IndexFunc(checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return
	}
	if err := checks[i].Run(ctx); err != nil {
		http.Error(w, "internal server error: "+err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, "ok")
}

func allChecks(ctx context.Context, w http.ResponseWriter, r *http.Request, root string, checks []Check) {
	excluded := r.URL.Query()["exclude"]
	var report strings.Builder
	failed := false
	for _, c := range checks {
		if slices.Contains(excluded, c.Name) {
			fmt.Fprintf(&report, "[+]%s excluded: ok\n", c.Name)
			continue
		}
		if err := c.Run(ctx); err != nil {
			failed = true
			fmt.Fprintf(&report, "[-]%s failed: %v\n", c.Name, err)
		} else {
			fmt.Fprintf(&report, "[+]%s ok\n", c.Name)
		}
	}
	_, verbose := r.URL.Query()["verbose"]
	switch {
	case failed:
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, "%s%s check failed\n", report.String(), root)
	case verbose:
		fmt.Fprintf(w, "%s%s check passed\n", report.String(), root)
	default:
		fmt.Fprint(w, "ok")
	}
}
