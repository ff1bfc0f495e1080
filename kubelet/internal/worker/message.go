package worker

import (
	"os"
	"strings"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/logs"
	"github.com/pilothouse/pilothouse/proto/core"
)

// The bounds of a termination message, and of one made from the log.
const (
	maxMessage     = 4096
	maxLogMessage  = 2048
	maxLogMsgLines = 80
)

// message is what a container left as its last words; w.mu is held.
func (w *worker) message(c *core.Container, run *cri.Container) string {
	if run.State != cri.Exited {
		return ""
	}
	if text, ok := w.messages[run.ID]; ok {
		return text
	}
	text := ""
	if path := run.Annotations[cri.AnnotationMessageHostPath]; path != "" && run.Annotations[cri.AnnotationTerminationPath] != "" {
		if b, err := os.ReadFile(path); err == nil {
			text = string(b[:min(len(b), maxMessage)])
		}
	}
	if text == "" && run.ExitCode != 0 && core.TerminationMessagePolicy(run.Annotations[cri.AnnotationTerminationKind]) == core.TerminationMessageFallbackToLogsOnError {
		text = logs.Tail(run.LogPath, maxLogMsgLines, maxLogMessage)
	}
	text = strings.ToValidUTF8(text, "")
	w.messages[run.ID] = text
	return text
}
