package apiserver_test

import (
	"crypto/rand"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// sameSuffix is a source of randomness whose next reads of the size of a
// generated name's suffix are all zero.
type sameSuffix struct {
	io.Reader
	mu   sync.Mutex
	left int
}

// suffixes is what all servers of these tests draw from: it is put in place before
// the first of them starts.
var suffixes = &sameSuffix{Reader: rand.Reader}

func init() { rand.Reader = suffixes }

func (s *sameSuffix) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) != 5 || s.left == 0 {
		return s.Reader.Read(p)
	}
	s.left--
	clear(p)
	return len(p), nil
}

func (s *sameSuffix) next(n int) {
	s.mu.Lock()
	s.left = n
	s.mu.Unlock()
}

// TestGeneratedNameIsTaken: a name that turns out to be taken is generated anew,
// a few times, and what is made of the name with it.
func TestGeneratedNameIsTaken(t *testing.T) {
	source := suffixes
	c := testserver.Start(t, nil).Client(t)
	maps := client.Of[*core.ConfigMap](c)
	generated := func() (*core.ConfigMap, error) {
		m := &core.ConfigMap{}
		m.Namespace, m.GenerateName = "default", "a-"
		return maps.Create(t.Context(), m)
	}
	source.next(1)
	first, err := generated()
	if err != nil || first.Name != "a-bbbbb" {
		t.Fatalf("%+v, %v", first, err)
	}
	source.next(4)
	second, err := generated()
	if err != nil || second.Name == first.Name || !strings.HasPrefix(second.Name, "a-") {
		t.Fatalf("%+v, %v", second, err)
	}
	source.next(1000)
	_, err = generated()
	if want := `configmaps "a-bbbbb" already exists, the server was not able to generate a unique name for the object`; !client.IsAlreadyExists(err) || err.Error() != want {
		t.Errorf("with every name taken: %v, want %s", err, want)
	}

	jobs := client.Of[*batch.Job](c)
	for i, taken := range []int{1, 2} {
		j := &batch.Job{}
		j.Namespace, j.GenerateName = "default", "j-"
		j.Spec.Template.Spec.RestartPolicy = core.RestartPolicyNever
		j.Spec.Template.Spec.Containers = []core.Container{{Name: "c", Image: "i"}}
		source.next(taken)
		got, err := jobs.Create(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		if labels := got.Spec.Template.Labels; labels["batch.kubernetes.io/job-name"] != got.Name || (i == 1) == (got.Name == "j-bbbbb") {
			t.Errorf("job %s has pods with %v", got.Name, labels)
		}
	}
	source.next(0)
}
