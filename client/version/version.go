// Package version is what this build calls itself. The Makefile sets the
// variables with -ldflags; a plain go build keeps the defaults.
package version

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// Set by the linker: -X github.com/pilothouse/pilothouse/client/version.NAME=VALUE.
var (
	gitVersion   = "v1.32.0+pilothouse"
	gitCommit    = "unknown"
	gitTreeState = "unknown"
	buildDate    = "1970-01-01T00:00:00Z"
)

// Info is the version as /version shows it.
type Info struct {
	Major        string `json:"major"`
	Minor        string `json:"minor"`
	GitVersion   string `json:"gitVersion"`
	GitCommit    string `json:"gitCommit"`
	GitTreeState string `json:"gitTreeState"`
	BuildDate    string `json:"buildDate"`
	GoVersion    string `json:"goVersion"`
	Compiler     string `json:"compiler"`
	Platform     string `json:"platform"`
}

// Get is this build's version. Major and Minor are whole numbers: tools
// compare them.
func Get() Info {
	major, minor := numbers(gitVersion)
	return Info{
		Major: major, Minor: minor,
		GitVersion: gitVersion, GitCommit: gitCommit, GitTreeState: gitTreeState, BuildDate: buildDate,
		GoVersion: runtime.Version(), Compiler: runtime.Compiler,
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// numbers are the first two of v1.32.0+pilothouse.
func numbers(v string) (major, minor string) {
	parts := strings.SplitN(strings.TrimPrefix(v, "v"), ".", 3)
	if len(parts) < 2 {
		return "1", "32"
	}
	for _, p := range parts[:2] {
		if _, err := strconv.Atoi(p); err != nil {
			return "1", "32"
		}
	}
	return parts[0], parts[1]
}

// String is one line for --version, such as "Kubernetes v1.32.0+pilothouse".
func (i Info) String() string { return fmt.Sprintf("Kubernetes %s", i.GitVersion) }
