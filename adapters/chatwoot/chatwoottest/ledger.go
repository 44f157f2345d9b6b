package chatwoottest

import (
	"encoding/json"
	"maps"
	"slices"
)

// Loss is an attribute of a conversation that a writer set, changed or removed, and that another writer, who replaced
// the whole map and had not seen that, took back.
type Loss struct{ Conversation, Attribute string }

// Lost lists what writers lost in the time between another writer's last look at a conversation and its replacement of
// the map, in the order it happened. No client can avoid these losses alone; each other one is a client's fault.
//
// A writer is a token; whoever calls SetState is one too. A look is a read or the answer to a write. A replacement
// by a writer that never looked is counted for nothing: that is no race.
func (s *Server) Lost() []Loss {
	var losses []Loss
	s.Locked(func() { losses = slices.Clone(s.ledger.losses) })
	return losses
}

// ledger notes who changed and who saw what, for Lost.
type ledger struct {
	now     int
	changed map[Loss]int // when
	seen    map[look]int // when last
	losses  []Loss
}

type look struct{ conversation, writer string }

func newLedger() ledger { return ledger{changed: map[Loss]int{}, seen: map[look]int{}} }

// look notes that a writer sees the conversation as it is.
func (l *ledger) look(id, writer string) { l.seen[look{id, writer}] = l.now }

// write notes what a write changes, and what it loses if it is a replacement.
func (l *ledger) write(id, writer string, old, next map[string]json.RawMessage, replaces bool) {
	l.now++
	seen, looked := l.seen[look{id, writer}]
	keys := maps.Clone(old)
	if keys == nil {
		keys = map[string]json.RawMessage{}
	}
	maps.Copy(keys, next)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if old[key] != nil && next[key] != nil && string(old[key]) == string(next[key]) {
			continue
		}
		place := Loss{id, key}
		if replaces && looked && l.changed[place] > seen { // not by this writer: its own writes are looks, too
			l.losses = append(l.losses, place)
		}
		l.changed[place] = l.now
	}
	l.look(id, writer)
}
