package job

import (
	"slices"
	"strconv"
	"strings"
)

// indexes is a set of completion indexes, sorted.
type indexes []int

// parseIndexes reads the short form of a status, "1,3-5,7". What cannot be read
// or lies at limit or above is left out.
func parseIndexes(s string, limit int) indexes {
	var out indexes
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(to); err != nil {
				continue
			}
		}
		for i := a; i <= b && i < limit; i++ {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// has tells whether i is in the set.
func (x indexes) has(i int) bool {
	_, found := slices.BinarySearch(x, i)
	return found
}

// with is the set and i.
func (x indexes) with(i int) indexes {
	at, found := slices.BinarySearch(x, i)
	if found {
		return x
	}
	return slices.Insert(x, at, i)
}

// String is the short form: three or more in a row are a range.
func (x indexes) String() string {
	var parts []string
	for i := 0; i < len(x); {
		j := i
		for j+1 < len(x) && x[j+1] == x[j]+1 {
			j++
		}
		switch {
		case j == i:
			parts = append(parts, strconv.Itoa(x[i]))
		case j == i+1:
			parts = append(parts, strconv.Itoa(x[i]), strconv.Itoa(x[j]))
		default:
			parts = append(parts, strconv.Itoa(x[i])+"-"+strconv.Itoa(x[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}
