package usage

import (
	"bufio"
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// point is one look at what a node or a container has used.
type point struct {
	at     time.Time     // of the look
	cpu    time.Duration // processor time since start
	memory uint64        // the working set now, in bytes
	start  time.Time     // of the container; zero for a node
}

// report is what a kubelet says in one look.
type report struct {
	node       point
	containers map[container]*point
}

// container names one.
type container struct{ namespace, pod, name string }

// parse reads the text of /metrics/resource. Lines that are not understood, and
// metrics that do not matter here, are passed over. A line without a time is of
// the time now.
func parse(text []byte, now time.Time) report {
	r := report{containers: map[container]*point{}}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, labels, value, at, ok := sample(lines.Text())
		if !ok {
			continue
		}
		if at.IsZero() {
			at = now
		}
		switch name {
		case "node_cpu_usage_seconds_total":
			r.node.cpu, r.node.at = seconds(value), at
			continue
		case "node_memory_working_set_bytes":
			r.node.memory = uint64(value)
			continue
		case "container_cpu_usage_seconds_total", "container_memory_working_set_bytes", "container_start_time_seconds":
		default:
			continue
		}
		c := container{label(labels, "namespace"), label(labels, "pod"), label(labels, "container")}
		p := r.containers[c]
		if p == nil {
			p = &point{}
			r.containers[c] = p
		}
		switch name {
		case "container_cpu_usage_seconds_total":
			p.cpu, p.at = seconds(value), at
		case "container_memory_working_set_bytes":
			p.memory = uint64(value)
		default:
			p.start = time.Unix(0, int64(seconds(value)))
		}
	}
	for c, p := range r.containers {
		if p.at.IsZero() || p.memory == 0 { // Only half of it could be measured.
			delete(r.containers, c)
		}
	}
	return r
}

// seconds is a span of time that is given as a number of seconds.
func seconds(v float64) time.Duration { return time.Duration(math.Round(v * 1e9)) }

// sample takes a line such as name{a="b"} 12.5 1700000000000 apart.
func sample(line string) (name, labels string, value float64, at time.Time, ok bool) {
	if line == "" || line[0] == '#' {
		return
	}
	rest := line
	if open := strings.IndexByte(line, '{'); open >= 0 {
		end := strings.LastIndexByte(line, '}')
		if end < open {
			return
		}
		name, labels, rest = line[:open], line[open+1:end], line[end+1:]
	} else if name, rest, ok = strings.Cut(line, " "); !ok {
		return
	}
	fields := strings.Fields(rest)
	if len(fields) == 0 || len(fields) > 2 {
		return name, labels, 0, at, false
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) || value < 0 {
		return name, labels, 0, at, false
	}
	if len(fields) == 2 {
		ms, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return name, labels, 0, at, false
		}
		at = time.UnixMilli(ms)
	}
	return name, labels, value, at, true
}

// label is the value of one label. The names of namespaces, pods and containers
// have nothing in them that would be written with a backslash.
func label(labels, name string) string {
	for labels != "" {
		key, rest, ok := strings.Cut(labels, `="`)
		if !ok {
			return ""
		}
		value, after, ok := strings.Cut(rest, `"`)
		if !ok {
			return ""
		}
		if strings.Trim(key, ", ") == name {
			return value
		}
		labels = after
	}
	return ""
}
