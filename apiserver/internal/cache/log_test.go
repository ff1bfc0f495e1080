package cache

import "testing"

func TestLogForgets(t *testing.T) {
	var l changeLog
	add := func(rev int64) { l.add(&change{rev: rev, cur: &Object{}}) }
	add(1)
	add(2)
	add(2)
	for range logTicks {
		l.tick()
	}
	add(3)
	if l.floor != 0 || len(l.changes) != 4 {
		t.Fatalf("too early: %d changes after %d", len(l.changes), l.floor)
	}
	l.tick()
	if l.floor != 2 || len(l.changes) != 1 || l.after(2) != 3 || l.at(3).rev != 3 || l.next() != 4 {
		t.Fatalf("%d changes after %d, next %d", len(l.changes), l.floor, l.next())
	}
	big := make([]byte, logBytes/2)
	for rev := int64(4); rev < 8; rev++ {
		l.add(&change{rev: rev, prev: &Object{kept: packed{bytes: big}}})
	}
	if l.floor != 6 || len(l.changes) != 1 {
		t.Errorf("no room: %d changes after %d", len(l.changes), l.floor)
	}
	l.reset(9)
	if l.floor != 9 || l.next() != 8 || l.after(9) != 8 {
		t.Errorf("after a reset: floor %d, next %d", l.floor, l.next())
	}
}
