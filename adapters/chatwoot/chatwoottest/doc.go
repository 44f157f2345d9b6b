// Package chatwoottest is a fake Chatwoot server with a state, for tests and demonstrations.
//
//	server := chatwoottest.New(t) // stops with the test
//	// point the code under test at server.URL, account 1, token "admin"
//	got := server.State().Conversations["7"].CustomAttributes
//
// An adapter keeps to the vendor's limit here as well. A test with many calls gives it a transport.Limiter that is Off.
//
// It plays every operation of the document specs.Chatwoot. A request that does not fit the document is an error of the
// test, odd ids and unknown query parameters included, and is still answered as Chatwoot would answer it. Only a merge
// flag that is no boolean passes without a word, because it works.
//
// # State at the start
//
// Account 1 of a 4.17.0 server with the tokens "admin" (an administrator's), "agent" (an agent's) and "bot" (an agent
// bot's).
//
//   - Conversation 7, with contact 1: order_id "A-1042", order_total 129.9, gift false, tags ["express","return"].
//   - Contact 1, Robin Example: plan "pro", vip true, orders_count 12, last_order_on "2026-07-01".
//   - A definition for each of these, and for the conversation's refund_status, a list that is not set.
//
// # What is faithful
//
// The behaviour was read in Chatwoot's source at commit 59442e576 (2026-08-18) and observed by running its code for
// custom attributes, tokens and errors in a small application on Rails 7.2 and PostgreSQL 17, not in a whole Chatwoot.
// Merging and removal on conversations are of commit acae0a2ac (chatwoot/chatwoot#15119), released with 4.17.0.
//
//   - Conversations: custom_attributes replaces the map, or merges into it where merge is true for Rails; a missing
//     map is a 500 without merge and nothing with it; strings over 1500 characters and integers over 9999999999 on the
//     top level of the resulting map are a 422. Before 4.17.0, merge is ignored and destroy_custom_attributes is an
//     unknown route.
//   - Contacts: PUT and PATCH merge custom_attributes and additional_attributes, never replace, and have no limits.
//   - Values: null is stored; nulls within arrays are dropped; decimals pass through an IEEE double and are written as
//     Ruby writes them; integers keep every digit; U+0000 is a 500. A write echoes its keys in the order they came, a
//     read has them in the order of jsonb: by length, then by bytes. Writing an equal map stores nothing.
//   - A column that is SQL NULL: reads show null, writing is a 500 except replacing a conversation's map.
//   - Errors: the three shapes of 401, the two of 404, and the 400 and unknown-route 404 that depend on Accept.
//     Agent bots may read a conversation and post its custom_attributes; anything else is a 401.
//   - Order: an unknown route is a 404 whatever the token, as Rails routes first; then come the token, the syntax of the
//     body, the account and the record. That the token comes before the syntax was not tried.
//   - Search of contacts: a part of a name, an e-mail address, a telephone number or an identifier, the first three in any
//     case, with LIKE's wildcards; 15 on a page. The order is that of the ids if the request asks for any, else it
//     changes from page to page, because nothing promises that it does not. This was read and not run.
//   - Ids: Rails reads the digits an id starts with, so 7abc is 7.
//
// # Limits
//
// [Server.SetLimit] and State.Limit refuse what exceeds so many requests in a minute of the clock; the vendor's own number
// is 3000. All requests count, whoever sends them and whatever for, and a 429 comes ahead of everything else: Retry
// later in plain text, without Retry-After and without the application's headers. (Observed with rack-attack 6.7.0. That
// Chatwoot counts by address and leaves out its own is not played: here all callers are one.) The limits of search and other
// single routes are not played.
//
// # What hurts
//
// [IgnoresMerge] plays a server that promises merging and replaces; [Server.SetVersion] another release in the midst of
// a test; [Server.Lost] tells what writers took from each other where nobody could have known.
//
// # What is not played
//
// The lost updates of parallel writers (here each request is atomic), a second account, teams, and with them the crash that
// a bot's token may meet on reading, the inbox and team membership of agents, form-encoded bodies (like any body that is not JSON, they count as empty), error texts in the account's
// language, sorting a search by anything else, the location and the avatar of a contact, events and webhooks.
//
// # Faults
//
// SetFaults and PUT /_fake/faults, which takes a JSON list, make requests go wrong. A fault has a type and its
// parameters:
//
//	{"type":"status","operation":"OPERATION","skip":1,"times":2,"status":503}
//
//	latency         answer late by latency ms, jitter ms more or less
//	bandwidth       body at rate KB/s (of 1000 bytes)
//	slicer          body in pieces of average_size bytes, size_variation more or less, with delay µs between them
//	slow_close      connection closed delay ms late, and the answer ends with that
//	down            cut before the vendor sees the request
//	timeout         done, nothing comes back, cut after timeout ms; 0: never
//	reset_peer      done, connection reset after timeout ms
//	limit_data      cut after so many bytes of the body, though Content-Length promises all
//	status          an answer of this status, with header and body; the vendor sees nothing
//	html            the same with a page of HTML; status is 502 unless given
//	content_type    the vendor's answer under this content_type
//	truncated_json  the first half of the vendor's JSON, with a Content-Length that fits
//	lost_answer     done, cut without an answer
//	duplicate       the vendor gets the request twice in a row; its second answer goes back
//	clock_skew      Date is skew seconds ahead; beside a status (with header and body) Retry-After is a date of
//	                that clock, in retry_after seconds
//
// The first eight words and their units are toxiproxy's, for the way back from the vendor. Operation (the operationId),
// method and path choose the requests, all of them if left out. Of those, skip pass first, and times are struck: once
// if left out, -1 always. Toxicity is the chance to be struck; it, jitter and sizes are drawn from seed, and so are the
// same each time. The first four types only slow down, and all that match strike; of the others the first does. What
// takes a parameter of another type, or would do nothing, is refused. A wait ends when the client goes or the fake is
// closed. Down leaves the listener open, because /_fake/ is behind it: a connection is refused only by a fake that was
// closed.
//
// # Control
//
// GET and PUT /_fake/state, GET /_fake/requests and PUT /_fake/faults, without a token, do what [Server.State],
// [Server.SetState], Requests (the newest 10,000) and SetFaults do.
package chatwoottest
