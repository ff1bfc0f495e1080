package printer

import (
	"fmt"
	"time"
)

// Age is how long ago t was, in the short form of the tables: 35s, 4m10s,
// 3h20m, 5d, 2y40d.
func Age(t time.Time, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return Duration(now.Sub(t))
}

// Duration is d in at most two units, coarser the longer it is.
func Duration(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s < -1:
		return "<invalid>"
	case s < 0:
		return "0s"
	case s < 120:
		return fmt.Sprintf("%ds", s)
	}
	m := s / 60
	switch {
	case m < 10:
		return two(m, "m", s%60, "s")
	case m < 180:
		return fmt.Sprintf("%dm", m)
	}
	h := m / 60
	switch {
	case h < 8:
		return two(h, "h", m%60, "m")
	case h < 48:
		return fmt.Sprintf("%dh", h)
	case h < 192:
		return two(h/24, "d", h%24, "h")
	case h < 24*365*2:
		return fmt.Sprintf("%dd", h/24)
	case h < 24*365*8:
		return two(h/24/365, "y", h/24%365, "d")
	}
	return fmt.Sprintf("%dy", h/24/365)
}

func two(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d%s", a, unitA)
	}
	return fmt.Sprintf("%d%s%d%s", a, unitA, b, unitB)
}
