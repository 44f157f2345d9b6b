package chatwoot

import (
	"context"
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
	merges         // merge and removal exist: 4.17.0 and later
	replaces       // they do not, or the token may not use them
)

// writeConversation merges on the server where that is proven, else here.
func (d *vendor) writeConversation(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	known := d.merging.Load()
	if known == unproven {
		err := d.prove(ctx, ref)
		switch {
		case err == nil:
			known = merges
			d.merging.Store(merges)
		case noRoute(err):
			known = replaces
			d.merging.Store(replaces)
		case !mayStillReplace(err):
			return driver.Record{}, err
		}
	}
	if known == merges {
		record, err := d.merge(ctx, ref, change)
		if err == nil || !mayStillReplace(err) {
			return record, err
		}
	}
	record, err := d.replace(ctx, ref, change)
	if err == nil && known == unproven {
		// The token may write and not remove: an agent bot's. It will not change.
		d.merging.CompareAndSwap(unproven, replaces)
	}
	return record, err
}

// prove asks for the removal of nothing: no effect and no event, 200 where
// merging exists, a 404 without a route where it does not. Merge and removal
// came with the same release.
func (d *vendor) prove(ctx context.Context, ref adapters.Ref) error {
	answer, err := d.api.DestroyConversationCustomAttributes(transport.Harmless(ctx), d.account, number(ref), chatwoot.CustomAttributeKeys{CustomAttributes: []string{}})
	_, err = conversation(answer, err)
	return err
}

// merge sets and clears where the server keeps the rest.
func (d *vendor) merge(ctx context.Context, ref adapters.Ref, change driver.Change) (record driver.Record, err error) {
	if len(change.Set) > 0 {
		yes := true
		answer, err := d.api.UpdateConversationCustomAttributes(ctx, d.account, number(ref), chatwoot.UpdateConversationCustomAttributes{CustomAttributes: change.Set, Merge: &yes})
		if record, err = conversation(answer, err); err != nil || len(change.Clear) == 0 {
			return record, err
		}
	}
	answer, err := d.api.DestroyConversationCustomAttributes(ctx, d.account, number(ref), chatwoot.CustomAttributeKeys{CustomAttributes: change.Clear})
	return conversation(answer, err)
}

// replace reads, merges here and sends the whole map: once, because sending the
// same map again would undo what others wrote since it was read.
func (d *vendor) replace(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	stored, err := d.Read(ctx, ref)
	if err != nil {
		return driver.Record{}, err
	}
	answer, err := d.api.UpdateConversationCustomAttributes(transport.Once(ctx), d.account, number(ref),
		chatwoot.UpdateConversationCustomAttributes{CustomAttributes: merged(stored.Values, change)})
	return conversation(answer, err)
}

// conversation is what the answer to a write tells: the whole map. The server
// never leaves it out.
func conversation(answer *chatwoot.ConversationCustomAttributes, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	if answer.CustomAttributes == nil {
		return driver.Record{}, fmt.Errorf("%w: it holds no custom_attributes", adapters.ErrMalformed)
	}
	return driver.Record{Values: answer.CustomAttributes, Complete: true}, nil
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
		return body.Status == http.StatusNotFound || body.Error == ""
	case http.StatusUnprocessableEntity:
		return !statementTimeout(answer.StatusCode, answer.Body)
	case http.StatusInternalServerError:
		return true
	}
	return false
}
