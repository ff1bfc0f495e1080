package logs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Options choose what of a log is read and how it is written.
type Options struct {
	Follow     bool
	TailLines  int64 // -1 for all
	Since      time.Time
	LimitBytes int64 // 0 for no limit
	Timestamps bool
	Stream     string // "Stdout", "Stderr"; anything else is both
	// Running says whether the container still writes; following ends soon
	// after it says no.
	Running func() bool
}

// pollEvery is how often a followed file is looked at for more.
const pollEvery = 100 * time.Millisecond

// Read writes a log to w until its end, or with Follow until the container or
// ctx ends.
func Read(ctx context.Context, path string, o Options, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("failed to try resolving symlinks in path %q: %w", path, err)
	}
	defer func() { f.Close() }()
	if o.TailLines >= 0 {
		start, err := tailOffset(f, o.TailLines)
		if err != nil {
			return err
		}
		if _, err := f.Seek(start, io.SeekStart); err != nil {
			return err
		}
	}
	out := &limited{w: w, left: o.LimitBytes, endless: o.LimitBytes <= 0}
	r := bufio.NewReaderSize(f, 64<<10)
	var pending []byte
	ended := false
	for ctx.Err() == nil {
		line, err := r.ReadBytes('\n')
		pending = append(pending, line...)
		if err == nil {
			if err := emit(out, pending, o); err != nil {
				return quietly(err)
			}
			pending = pending[:0]
			continue
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
		if !o.Follow {
			if len(pending) > 0 {
				return quietly(emit(out, pending, o))
			}
			return nil
		}
		if fresh, ok := rotated(f, path); ok {
			f.Close()
			f = fresh
			r.Reset(f)
			pending = pending[:0]
			continue
		}
		if ended {
			return nil
		}
		// One more look after the end: the last lines may come late.
		ended = o.Running != nil && !o.Running()
		select {
		case <-ctx.Done():
		case <-time.After(pollEvery):
		}
	}
	return nil
}

// errLimit says that LimitBytes are written.
var errLimit = errors.New("the limit is reached")

func quietly(err error) error {
	if errors.Is(err, errLimit) {
		return nil
	}
	return err
}

// rotated opens the file anew when another has taken its path.
func rotated(f *os.File, path string) (*os.File, bool) {
	was, err := f.Stat()
	if err != nil {
		return nil, false
	}
	is, err := os.Stat(path)
	if err != nil || os.SameFile(was, is) {
		return nil, false
	}
	fresh, err := os.Open(path)
	return fresh, err == nil
}

func emit(w io.Writer, line []byte, o Options) error {
	e, ok := parse(line)
	if !ok {
		return nil
	}
	if !o.Since.IsZero() && e.time.Before(o.Since) {
		return nil
	}
	if o.Stream == "Stdout" && e.stream != "stdout" || o.Stream == "Stderr" && e.stream != "stderr" {
		return nil
	}
	var out []byte
	if o.Timestamps {
		out = append(append(out, e.stamp...), ' ')
	}
	out = append(out, e.text...)
	if !e.partial {
		out = append(out, '\n')
	}
	_, err := w.Write(out)
	return err
}

// limited cuts off after so many bytes.
type limited struct {
	w       io.Writer
	left    int64
	endless bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.endless {
		return l.w.Write(p)
	}
	cut := int64(len(p)) > l.left
	n, err := l.w.Write(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err == nil && (cut || l.left == 0) {
		err = errLimit
	}
	return n, err
}
