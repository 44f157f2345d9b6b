package chatwoot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// What is known of the server's way with conversations.
const (
	unproven int32 = iota
	merges         // it was seen to keep what a merge did not name: 4.17.0 and later
	replaces       // it has no merge, or was seen to ignore the wish, or the token may not remove
)

// writeConversation merges on the server, and here where the server does not.
func (d *vendor) writeConversation(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	if d.merging.Load() == replaces {
		return d.replace(ctx, ref, change)
	}
	record, err := d.merge(ctx, ref, change)
	switch {
	case err == nil:
		return record, nil
	case noRoute(err):
		d.merging.Store(replaces)
	case status(err) == http.StatusInternalServerError && d.owed.of(ref) != nil:
		return record, err // the map was seen, so the crash is not that of a NULL column
	case !mayStillReplace(err):
		return record, err
	}
	record, replaceErr := d.replaceAnew(ctx, ref, change)
	if replaceErr == nil && status(err) == http.StatusUnauthorized {
		// The token may write and not remove: an agent bot's. It will not change.
		d.merging.Store(replaces)
	}
	return record, replaceErr
}

// merge clears and sets where the server keeps the rest. Where that is not proven
// it begins with a removal of nothing, which came with the same release: it has no
// effect where merging exists, and meets no route where it does not. The removal
// comes before the merge, because both removals show what is held, and a server
// that has lost them must be known before it is asked to merge.
func (d *vendor) merge(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	var held map[string]json.RawMessage
	if change.Before != nil {
		held = change.Before.Values
	}
	if len(change.Set) > 0 && d.merging.Load() == unproven {
		record, err := d.remove(ctx, ref, nil)
		if err != nil {
			return record, err
		}
		held = record.Values
	}
	if len(change.Clear) > 0 {
		record, err := d.remove(ctx, ref, change.Clear)
		if err != nil || len(change.Set) == 0 && d.owed.of(ref) == nil {
			return record, err // else a merge of nothing is to tell what became of the rest
		}
		held = record.Values
	}
	d.owed.seen(ref, held)
	held = d.owed.over(ref, held)
	if len(keptOverLimit(held, change)) > 0 {
		// A server that merges would refuse. One that has come to replace would
		// not, and could not be given back what it took.
		return d.replaceAnew(ctx, ref, change)
	}
	record, err := d.ask(ctx, ref, change.Set)
	switch {
	case err != nil:
		if held != nil && (status(err) < 300 || status(err) > 499) {
			d.owed.note(ref, held, change.Set) // it may have been written, and as a replacement
		}
		return record, err
	case len(record.Values) > len(change.Set):
		// More than was sent: the rest is kept. What is missing all the same a
		// foreign writer has removed, and it stays removed.
		d.merging.CompareAndSwap(unproven, merges)
	case d.merging.Load() == unproven || lacks(record, held):
		return d.settle(ctx, ref, change, held)
	}
	d.owed.settled(ref)
	return record, nil
}

// lacks tells whether something that was held is not in a record.
func lacks(record driver.Record, held map[string]json.RawMessage) bool {
	for key := range held {
		if _, there := record.Values[key]; !there {
			return true
		}
	}
	return false
}

// remove clears these attributes. An empty list is a question.
func (d *vendor) remove(ctx context.Context, ref adapters.Ref, keys []string) (driver.Record, error) {
	if len(keys) == 0 {
		ctx, keys = transport.Harmless(ctx), []string{}
	}
	return conversation(d.api.DestroyConversationCustomAttributes(ctx, d.account, number(ref), chatwoot.CustomAttributeKeys{CustomAttributes: keys}))
}

// ask asks the server to merge. What it makes of the wish only its answer tells.
func (d *vendor) ask(ctx context.Context, ref adapters.Ref, set map[string]json.RawMessage) (driver.Record, error) {
	yes := true
	return conversation(d.api.UpdateConversationCustomAttributes(ctx, d.account, number(ref),
		chatwoot.UpdateConversationCustomAttributes{CustomAttributes: set, Merge: &yes}))
}

// settle finds out what became of the attributes that an answer to a merge does
// not have: a merge of nothing shows the whole map where merging works, and
// empties it where the wish is ignored. There it is put back in one replacement:
// what was held, the change, and what others wrote since.
//
// Until that is done it is noted what is missing, for the next call: after a
// failure here nobody could know it from the server.
func (d *vendor) settle(ctx context.Context, ref adapters.Ref, change driver.Change, held map[string]json.RawMessage) (driver.Record, error) {
	d.owed.note(ref, merged(held, change), nil)
	now, err := d.Read(ctx, ref) // the question may take away what others wrote
	if err != nil {
		return driver.Record{}, d.unsettled(ctx, err)
	}
	d.owed.note(ref, d.owed.over(ref, now.Values), nil)
	record, err := d.ask(ctx, ref, map[string]json.RawMessage{})
	if err != nil {
		return driver.Record{}, d.unsettled(ctx, err)
	}
	if len(record.Values) > 0 {
		d.merging.CompareAndSwap(unproven, merges)
		d.owed.settled(ref)
		return record, nil
	}
	d.merging.Store(replaces)
	change.Before = nil // it is older than what the server made of it
	return d.replace(ctx, ref, change)
}

// unsettled says that the record may lack what nobody asked to remove.
func (d *vendor) unsettled(ctx context.Context, err error) error {
	failure, doubtful := transport.Failure(ctx, err, d.Explain)
	if doubtful {
		return err // the core has to see for itself that it was not understood
	}
	failure.Err = fmt.Errorf("whether the server merges had to be asked, or what it took away put back, and that failed; "+
		"make the same call again through this adapter, which knows what was there: %w", cmp.Or(failure.Err, failure.Class))
	return failure
}

// replaceAnew replaces where the server may have been asked something since the core
// read, for which it may have waited: so the record is read once more, and held
// against what the caller expects.
func (d *vendor) replaceAnew(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	if change.Before == nil {
		return d.replace(ctx, ref, change)
	}
	ctx = transport.Together(ctx, 2)
	now, err := d.Read(ctx, ref)
	if err == nil && change.Check != nil && len(change.Clear) == 0 { // else it may be cleared already
		err = change.Check(now)
	}
	if err != nil {
		return driver.Record{}, err
	}
	change.Before = &now
	return d.replace(ctx, ref, change)
}

// replace merges here and sends the whole map: once, because sending the same map
// again would undo what others wrote since it was read.
func (d *vendor) replace(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	known := d.merging.Load() == replaces
	stored := change.Before
	if stored == nil {
		ctx = transport.Together(ctx, 2) // nobody has to wait between the read and the replacement
		read, err := d.Read(ctx, ref)
		if err != nil {
			if known && d.owed.of(ref) != nil {
				err = d.unsettled(ctx, err)
			}
			return driver.Record{}, err
		}
		stored = &read
	}
	values := stored.Values
	d.owed.seen(ref, values)
	if known {
		values = d.owed.over(ref, values)
	}
	record, err := conversation(d.api.UpdateConversationCustomAttributes(transport.Once(ctx), d.account, number(ref),
		chatwoot.UpdateConversationCustomAttributes{CustomAttributes: merged(values, change)}))
	if err != nil {
		err = d.overLimit(ctx, err, values, change)
		if known && d.owed.of(ref) != nil {
			err = d.unsettled(ctx, err)
		}
		return driver.Record{}, err
	}
	if known {
		d.owed.settled(ref)
	}
	record.Replaced = true
	return record, nil
}

// conversation is what the answer to a write tells: the whole map. The server
// never leaves it out.
func conversation(answer *chatwoot.ConversationCustomAttributes, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	if answer.CustomAttributes == nil {
		return driver.Record{}, errNoMap
	}
	return driver.Record{Values: answer.CustomAttributes, Complete: true}, nil
}

// status is that of the answer that the error is, or 0.
func status(err error) int {
	var answer *chatwoot.StatusError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.StatusCode
}

// noRoute tells the 404 of a server that does not know the endpoint from that of
// a conversation that does not exist: only Rails itself sends the status along.
func noRoute(err error) bool {
	var answer *chatwoot.StatusError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound && errorBody(answer.Body).Status == http.StatusNotFound
}

// mayStillReplace tells whether a merge or its proof failed in a way that a
// replacement may not: the token may not remove (401), a stored value is
// over the limit (422), the column is NULL (500), or a proxy answered for the
// missing route (404 without the server's words).
func mayStillReplace(err error) bool {
	var answer *chatwoot.StatusError
	if !errors.As(err, &answer) {
		return false
	}
	body := errorBody(answer.Body)
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return body.Error != "" && body.Error != "Invalid Access Token"
	case http.StatusNotFound:
		return body.Error == ""
	case http.StatusUnprocessableEntity:
		return !statementTimeout(answer.StatusCode, answer.Body)
	case http.StatusInternalServerError:
		return true
	}
	return false
}
