package event_test

import (
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/internal/apitest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEventsArriveBeforeClose(t *testing.T) {
	s := apitest.New(t)
	c := s.NewClient()
	rec := event.NewRecorder(c, "kubelet", "node1")
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "web", UID: "u1"}}
	node := &core.Node{ObjectMeta: meta.ObjectMeta{Name: "node1"}}
	for range 3 {
		rec.Eventf(pod, core.EventTypeWarning, "BackOff", "restarting %s", "nginx")
	}
	rec.Eventf(node, core.EventTypeNormal, "Starting", "here I am")
	rec.Close()
	rec.Close()
	rec.Eventf(pod, core.EventTypeNormal, "Late", "nobody hears this")

	list, err := client.Of[*core.Event](c).List(t.Context(), "default", client.ListOptions{})
	if err != nil || len(list.Items) != 2 {
		t.Fatalf("%d events, want 2 (a node's are in namespace default): %v", len(list.Items), err)
	}
	for _, e := range list.Items {
		switch e.Reason {
		case "BackOff":
			if e.Count != 3 || e.Message != "restarting nginx" || e.Source.Host != "node1" || e.Source.Component != "kubelet" {
				t.Errorf("%+v", e)
			}
			if o := e.InvolvedObject; o.Kind != "Pod" || o.APIVersion != "v1" || o.UID != "u1" || !strings.HasPrefix(e.Name, "web.") {
				t.Errorf("%s is about %+v", e.Name, o)
			}
		case "Starting":
			if e.InvolvedObject.Kind != "Node" || e.Count != 1 {
				t.Errorf("%+v", e)
			}
		default:
			t.Errorf("unexpected %s", e.Reason)
		}
	}
}

// TestAHangingServerHoldsNobodyUp: neither the caller nor Close.
func TestAHangingServerHoldsNobodyUp(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	rec := event.NewRecorder(s.NewClient(), "test", "")
	for range 3 * 4000 {
		rec.Record(core.ObjectReference{Kind: "Pod", Namespace: "default", Name: "web"}, "Normal", "Same", "again")
	}
	rec.Close()
}

func TestNilRecorder(t *testing.T) {
	var rec *event.Recorder
	rec.Eventf(&core.Pod{}, "Normal", "Nothing", "happens")
	rec.Close()
}
