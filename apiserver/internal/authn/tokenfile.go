package authn

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// TokenFile knows the tokens of a file of lines `token,user,uid,"group1,group2"`,
// the groups being optional.
type TokenFile struct {
	users map[[sha256.Size]byte]*User
}

// ReadTokenFile reads the file at path.
func ReadTokenFile(path string) (*TokenFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	t := &TokenFile{users: map[[sha256.Size]byte]*User{}}
	for line := 1; ; line++ {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(rec) < 3 || strings.TrimSpace(rec[0]) == "" {
			return nil, fmt.Errorf("%s: line %d: want token,user,uid and perhaps groups", path, line)
		}
		u := &User{Name: strings.TrimSpace(rec[1]), UID: strings.TrimSpace(rec[2])}
		if len(rec) > 3 {
			for g := range strings.SplitSeq(rec[3], ",") {
				if g = strings.TrimSpace(g); g != "" {
					u.Groups = append(u.Groups, g)
				}
			}
		}
		u.Groups = append(u.Groups, Authenticated)
		t.users[sha256.Sum256([]byte(strings.TrimSpace(rec[0])))] = u
	}
}

// Holder is whose token it is, or nil. Tokens are compared by their hashes, so
// the time it takes tells nothing about them. They are good for whatever the
// server answers to.
func (t *TokenFile) Holder(_ context.Context, token string, audiences []string) (*User, []string, error) {
	u := t.users[sha256.Sum256([]byte(token))]
	if u == nil {
		return nil, nil, nil
	}
	return u, audiences, nil
}
