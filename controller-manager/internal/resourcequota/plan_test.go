package resourcequota

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func parse(t *testing.T, text string) *core.ResourceQuota {
	t.Helper()
	q := &core.ResourceQuota{}
	if err := codec.DecodeJSON([]byte(text), q); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name, cur, base, counted, want string
		fresh                          bool
	}{
		{"a new quota", `{"spec":{"hard":{"pods":"5"}}}`, `{"spec":{"hard":{"pods":"5"}}}`, `{"pods":"2"}`, `{"hard":{"pods":"5"},"used":{"pods":"2"}}`, true},
		{"all is well", `{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"2"}}}`, "", `{"pods":"2"}`, `{"hard":{"pods":"5"},"used":{"pods":"2"}}`, false},
		{"the limit was raised", `{"spec":{"hard":{"pods":"9"}},"status":{"hard":{"pods":"5"},"used":{"pods":"2"}}}`, "", `{"pods":"2"}`, `{"hard":{"pods":"9"},"used":{"pods":"2"}}`, false},
		{"it was wrong and has been charged since", `{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"4"}}}`,
			`{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"3"}}}`, `{"pods":"2"}`, `{"hard":{"pods":"5"},"used":{"pods":"3"}}`, false},
		{"never below nothing", `{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"0"}}}`,
			`{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"3"}}}`, `{"pods":"2"}`, `{"hard":{"pods":"5"},"used":{"pods":"0"}}`, false},
		{"a bound is new", `{"spec":{"hard":{"pods":"5","secrets":"1"}},"status":{"hard":{"pods":"5"},"used":{"pods":"2"}}}`, "", `{"pods":"2","secrets":"7"}`,
			`{"hard":{"pods":"5","secrets":"1"},"used":{"pods":"2","secrets":"7"}}`, true},
		{"a bound is gone", `{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5","secrets":"1"},"used":{"pods":"2","secrets":"1"}}}`, "", `{"pods":"2"}`, `{"hard":{"pods":"5"},"used":{"pods":"2"}}`, false},
		{"one could not be counted", `{"spec":{"hard":{"pods":"5","secrets":"1"}},"status":{"hard":{"pods":"5","secrets":"1"},"used":{"pods":"2","secrets":"1"}}}`, "", `{"pods":"3"}`,
			`{"hard":{"pods":"5","secrets":"1"},"used":{"pods":"3","secrets":"1"}}`, false},
		{"a kind that is not there", `{"spec":{"hard":{"count/widgets.example.com":"5"}}}`, "", `{}`, `{"hard":{"count/widgets.example.com":"5"},"used":{}}`, true},
		{"what nobody knows", `{"spec":{"hard":{"example.com/x":"5"}}}`, "", `{}`, `{"hard":{"example.com/x":"5"},"used":{}}`, false},
		{"charged since the count only", `{"spec":{"hard":{"pods":"5"}},"status":{"hard":{"pods":"5"},"used":{"pods":"4"}}}`, `{"spec":{"hard":{"pods":"5"}}}`, `{"pods":"2"}`,
			`{"hard":{"pods":"5"},"used":{"pods":"4"}}`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.base == "" {
				c.base = c.cur
			}
			counted := parse(t, `{"status":{"used":`+c.counted+`}}`).Status.Used
			got, fresh := plan(parse(t, c.cur), parse(t, c.base), counted)
			if want := parse(t, `{"status":`+c.want+`}`).Status; !same(got, want) || fresh != c.fresh {
				t.Errorf("%v, %v\nwant %v, %v", got, fresh, want, c.fresh)
			}
		})
	}
}

func TestOverdue(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	going := func(in time.Duration, grace int64) *core.Pod {
		at := meta.NewTime(now.Add(in))
		return &core.Pod{ObjectMeta: meta.ObjectMeta{DeletionTimestamp: &at, DeletionGracePeriodSeconds: &grace}}
	}
	pods := []*core.Pod{{}, going(time.Minute, 60), going(30*time.Second, 30), going(-time.Hour, 30)}
	if got, want := overdue(pods, now), now.Add(time.Minute); !got.Equal(want) {
		t.Errorf("first at %v, want %v", got, want)
	}
	if got := overdue(pods, now.Add(time.Hour)); !got.IsZero() {
		t.Errorf("%v is past", got)
	}
}
