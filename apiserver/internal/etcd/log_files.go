package etcd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.etcd.io/etcd/server/v3/storage/wal"
)

// A start reads every file of the write-ahead log twice before it serves anybody,
// so these are small and few: after a burst of writes etcd's own numbers left half
// a gigabyte to read. Smaller files also spare disks that hold a small cluster.
const (
	logFileSize = 16 << 20
	// snapshotEvery is how many writes lie between two snapshots: what is older than
	// the last one need not be read again. A snapshot holds the members alone, for
	// the data is in the database, and costs a few syncs.
	snapshotEvery = 2000
)

func init() { wal.SegmentSizeBytes = logFileSize } // read by members as they start

// trimLog removes the files of the log that the member in dir does not need to
// start. The member does so itself while it runs, but only twice a minute.
func trimLog(dir string) error {
	member := filepath.Join(dir, "member")
	snapshots, err := names(filepath.Join(member, "snap"), ".snap")
	if err != nil {
		return err
	}
	logs, err := names(filepath.Join(member, "wal"), ".wal")
	if err != nil {
		return err
	}
	for _, name := range superfluous(logs, snapshots) {
		if err := os.Remove(filepath.Join(member, "wal", name)); err != nil {
			return err
		}
	}
	return nil
}

// names are the files in a folder that end so, in order. A folder that is not
// there has none.
func names(dir, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), suffix) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// superfluous are those files of the log that lie before the third last snapshot.
// The last one may lack its record in the log, if the process was killed between
// the two, and that has room to happen twice. A file is named by its number and its first entry, SEQ-INDEX.wal, a
// snapshot by its term and its last entry, TERM-INDEX.snap, all in 16 hexadecimal
// digits, so that the order of names is theirs.
func superfluous(logs, snapshots []string) []string {
	if len(snapshots) < 3 {
		return nil
	}
	var indexes []uint64
	for _, name := range snapshots {
		i, ok := index(name)
		if !ok {
			return nil
		}
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	from := indexes[len(indexes)-3]
	keep := 0
	for at, name := range logs {
		i, ok := index(name)
		if !ok {
			return nil
		}
		if i <= from {
			keep = at
		}
	}
	return logs[:keep]
}

// index is the second number in a file's name.
func index(name string) (i uint64, ok bool) {
	var first uint64
	n, err := fmt.Sscanf(strings.TrimSuffix(name, filepath.Ext(name)), "%016x-%016x", &first, &i)
	return i, n == 2 && err == nil
}
