// Package transcript runs scripts of commands and writes down what each printed
// and how it ended, in a form that can be compared with what the same commands
// printed against another server.
//
// A script is the comment of a txtar archive, whose files lie in the folder
// that the commands run in. Each line is a command for bash. A line that begins
// with "~ " only prepares: it is tried until it succeeds, and nothing of it is
// written down. Lines that begin with # are comments. "@all" in a line of its
// own says that every version of the program runs the script, not only the
// main one.
//
// A transcript shows each command after a "$ ", then its output, then its
// errors, each line after "2| ", and its exit code when that is not zero.
package transcript

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// Script is a list of commands and the files they use.
type Script struct {
	// Lines are the commands.
	Lines []Line
	// Files are written before the first command.
	Files []txtar.File
	// All says that every version of the program runs the script.
	All bool
	// Recorded is the transcript of each version of the program.
	Recorded map[string]string
}

// Line is one command.
type Line struct {
	Text string
	// Prepares says that the command is tried until it succeeds, and that
	// nothing of it is written down.
	Prepares bool
}

// prefix is what the names of the archive's transcripts begin with.
const prefix = "transcript "

// Parse reads a script and its transcripts.
func Parse(archive *txtar.Archive) *Script {
	s := &Script{Recorded: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimSpace(line)
		rest, prepares := strings.CutPrefix(line, "~ ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line == "@all":
			s.All = true
		default:
			s.Lines = append(s.Lines, Line{Text: rest, Prepares: prepares})
		}
	}
	for _, f := range archive.Files {
		if version, ok := strings.CutPrefix(f.Name, prefix); ok {
			s.Recorded[version] = string(f.Data)
		} else {
			s.Files = append(s.Files, f)
		}
	}
	return s
}

// Record puts the transcript of one version of the program into the archive.
func Record(archive *txtar.Archive, version, text string) {
	name := prefix + version
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			archive.Files[i].Data = []byte(text)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

// Forget takes the transcript of one version out of the archive: it is the main
// one's.
func Forget(archive *txtar.Archive, version string) {
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == prefix+version })
}

// patience is how long a command that prepares may take to succeed, and any
// other to end.
const patience = 60 * time.Second

// Run runs the commands one after the other in dir and returns the transcript.
func (s *Script) Run(ctx context.Context, dir string, env []string) (string, error) {
	for _, f := range s.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(f.Name, ".sh") {
			mode = 0o755
		}
		if err := os.WriteFile(path, f.Data, mode); err != nil {
			return "", err
		}
	}
	var out strings.Builder
	for _, line := range s.Lines {
		if line.Prepares {
			if err := prepare(ctx, dir, env, line.Text); err != nil {
				return out.String(), err
			}
			continue
		}
		stdout, stderr, code, err := run(ctx, dir, env, line.Text)
		if err != nil {
			return out.String(), err
		}
		fmt.Fprintf(&out, "$ %s\n", line.Text)
		out.WriteString(entry(stdout, stderr, code, dir))
	}
	return out.String(), nil
}

// prepare tries a command until it succeeds.
func prepare(ctx context.Context, dir string, env []string, text string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		stdout, stderr, code, err := run(ctx, dir, env, text)
		if err == nil && code == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: does not succeed: %w\n%s%s", text, err, stdout, stderr)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// run runs a command.
func run(ctx context.Context, dir string, env []string, text string) (stdout, stderr string, code int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var o, e bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, env, &o, &e, 5*time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return o.String(), e.String(), -1, fmt.Errorf("%s: not done after %s: %w", text, patience, ctx.Err())
	}
	if errors.As(err, &exit) {
		return o.String(), e.String(), exit.ExitCode(), nil
	}
	return o.String(), e.String(), 0, err
}

// entry is what a transcript says of one command.
func entry(stdout, stderr string, code int, dir string) string {
	stdout, stderr = strings.ReplaceAll(stdout, dir, "DIR"), strings.ReplaceAll(stderr, dir, "DIR")
	var b strings.Builder
	b.WriteString(Normal(stdout))
	if stdout != "" && !strings.HasSuffix(stdout, "\n") {
		b.WriteString("\n[no newline]\n")
	}
	for line := range strings.Lines(Normal(stderr)) {
		b.WriteString("2| " + strings.TrimRight(line, "\n") + "\n")
	}
	if code != 0 {
		fmt.Fprintf(&b, "[exit %d]\n", code)
	}
	return b.String()
}

// Entry is what a transcript says of one command.
type Entry struct {
	Command, Result string
}

// Entries splits a transcript.
func Entries(text string) []Entry {
	var all []Entry
	for line := range strings.Lines(text) {
		if cmd, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, Entry{Command: strings.TrimSuffix(cmd, "\n")})
		} else if len(all) > 0 {
			all[len(all)-1].Result += line
		}
	}
	return all
}
