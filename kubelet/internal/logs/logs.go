// Package logs reads and rotates the log files that the container runtime
// writes: one line per entry, "2026-01-02T15:04:05.999999999Z stdout F text",
// where P instead of F marks a piece of a longer line.
//
// read.go serves a log to a client, rotate.go keeps the files small; this file
// knows the format.
package logs

import (
	"bytes"
	"io"
	"os"
	"time"
)

// entry is one line of a log file taken apart.
type entry struct {
	time    time.Time
	stamp   []byte // as written
	stream  string // stdout or stderr
	partial bool   // the line goes on in the next entry
	text    []byte // without the line's end
}

// parse takes a line apart; ok is false for what is no log line.
func parse(line []byte) (e entry, ok bool) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	parts := bytes.SplitN(line, []byte(" "), 4)
	if len(parts) < 3 {
		return entry{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, string(parts[0]))
	if err != nil {
		return entry{}, false
	}
	e = entry{time: t, stamp: parts[0], stream: string(parts[1]), partial: bytes.HasPrefix(parts[2], []byte("P"))}
	if len(parts) == 4 {
		e.text = parts[3]
	}
	return e, true
}

// Tail is the end of a log without its stamps: at most so many lines and bytes.
func Tail(path string, lines, size int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	start, err := tailOffset(f, int64(lines))
	if err != nil {
		return ""
	}
	if _, err := f.Seek(start, io.SeekStart); err != nil {
		return ""
	}
	raw, err := io.ReadAll(io.LimitReader(f, 4<<20))
	if err != nil {
		return ""
	}
	var out []byte
	for line := range bytes.Lines(raw) {
		if e, ok := parse(line); ok {
			out = append(out, e.text...)
			if !e.partial {
				out = append(out, '\n')
			}
		}
	}
	return string(out[max(0, len(out)-size):])
}

// tailOffset finds where the last n lines of a file begin. Pieces of one long
// line count as one.
func tailOffset(f io.ReadSeeker, n int64) (int64, error) {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || n <= 0 {
		return end, err
	}
	const block = 16 << 10
	var rest []byte // what was read from pos on
	pos, found := end, int64(0)
	for pos > 0 {
		size := min(int64(block), pos)
		pos -= size
		buf := make([]byte, size, size+int64(len(rest)))
		if _, err := f.Seek(pos, io.SeekStart); err != nil {
			return 0, err
		}
		if _, err := io.ReadFull(f, buf); err != nil {
			return 0, err
		}
		rest = append(buf, rest...)
		stop := len(rest)
		for {
			i := bytes.LastIndexByte(rest[:max(stop-1, 0)], '\n')
			if i < 0 {
				break
			}
			// A full entry ends at stop; the line before it ends at i.
			if complete(rest[i+1 : stop]) {
				if found++; found > n {
					return pos + int64(stop), nil
				}
			}
			stop = i + 1
		}
		rest = rest[:stop]
	}
	if found+1 > n && len(rest) > 0 && complete(rest) && found >= n {
		return int64(len(rest)), nil
	}
	return 0, nil
}

// complete says whether an entry ends a line of the container's.
func complete(line []byte) bool {
	e, ok := parse(line)
	return !ok || !e.partial
}
