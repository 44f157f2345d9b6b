package chatwoot

import (
	"encoding/json"
	"maps"
	"sync"

	"github.com/deskattr/deskattr/adapters"
)

// owed is what conversations held before a merge that nobody could confirm. If
// the server made a replacement of it, this is all that is left of the rest. It
// lives as long as the adapter.
type owed struct {
	mu      sync.Mutex
	records map[adapters.Ref]debt
}

// debt is what a conversation is to hold.
type debt struct {
	values map[string]json.RawMessage
	// asked is what a merge without an answer was to set; nil where the answer came
	// and the rest was not in it.
	asked map[string]json.RawMessage
}

// note keeps what a conversation is to hold.
func (o *owed) note(ref adapters.Ref, values, asked map[string]json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.records == nil {
		o.records = map[adapters.Ref]debt{}
	}
	o.records[ref] = debt{values, asked}
}

// seen looks at what a conversation holds now. Where that is something the merge
// without an answer was not to set, it took nothing away: what is missing all the
// same a foreign writer has removed, and it stays removed.
func (o *owed) seen(ref adapters.Ref, values map[string]json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	noted := o.records[ref]
	if noted.asked == nil {
		return
	}
	for key := range noted.values {
		_, asked := noted.asked[key]
		if _, there := values[key]; there && !asked {
			delete(o.records, ref)
			return
		}
	}
}

// settled forgets a conversation that is as it should be.
func (o *owed) settled(ref adapters.Ref) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.records, ref)
}

// of is what was noted, nil if nothing.
func (o *owed) of(ref adapters.Ref) map[string]json.RawMessage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.records[ref].values
}

// over is what was noted with these newer values in it.
func (o *owed) over(ref adapters.Ref, values map[string]json.RawMessage) map[string]json.RawMessage {
	noted := o.of(ref)
	if noted == nil {
		return values
	}
	all := maps.Clone(noted)
	maps.Copy(all, values)
	return all
}
