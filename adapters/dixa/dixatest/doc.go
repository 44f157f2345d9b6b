// Package dixatest is a fake Dixa for tests, demonstrations and work without an account:
//
//	server := dixatest.New(t)
//	adapter, err := dixa.New(dixa.Config{URL: server.URL + "/v1", Token: adapters.StaticToken("token")})
//
// An adapter keeps to the vendor's limit here as well. A test with many calls gives it a transport.Limiter that is Off.
//
// It keeps its state in memory, plays the operations that the adapter needs and a few beside under both /v1 and /beta,
// and reports to t each request that does not fit specs/dixa/openapi.yaml. The other operations of that document it
// answers with status 501. It shares no code with the client.
//
// # State
//
// A new server accepts the token "token", and "limited", whose user may not set custom attributes. It holds
//
//   - conversation 42, an EmailConversation: order_id "A-1001", topic ["delivery","late"];
//     43, a ChatConversation without attributes, assigned to an agent;
//   - end user 0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01 (alice@example.com, +4512345601, external id shop-1): customer_id
//     "C-2001", plan ["premium"], vip ["yes"]; 0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f02 (bob@example.com, +4512345602,
//     shop-2, also bob@home.example and +4512345603) without attributes;
//   - definitions for conversations: the Texts order_id (2f5515b6-7e98-4f4d-9010-bfd2a27d4f35) and tracking_url, the
//     Selects topic (e14708a6-eed9-495c-9d88-c72331e9e247, which offers delivery, returns and str1/str2) and
//     refund_status, the archived order_number and the deactivated gift_wrap;
//   - definitions for end users: the Text customer_id, the Selects plan and vip;
//   - an activity log that begins with the creation of the two conversations.
//
// [Server.SetState] and [WithState] replace it. State and faults can also be had over HTTP, by any program:
// GET and PUT /_fake/state, GET /_fake/requests (the newest 10,000), PUT /_fake/faults.
//
// # What is known
//
// Dixa's server is not public. This much comes from its OpenAPI documents (beta of 2026-06-13, v1 of 2024-03-27) and
// the pages under docs.dixa.io/openapi: paths, statuses, fields, the {"message"} of errors and the wording of the
// general ones, the brackets in Z[GMT], relative links to the next page, and that 401 also means that the token's
// user may not do this. That Authorization holds the token without a prefix is in the vendor's samples and its own
// clients (Dixa-public/dixa-cli-public, dixa-mcp-public). That the gateway says "Unauthorized" to a missing and to a
// wrong token alike was seen by a third party. That a Select takes the path of one choice is said of the search filter
// alone; public clients rely on it for writing. GET /endusers leaves out the custom attributes, has a filter each by
// email, phone and external id, of which one may be given, and lists 404 among its answers.
//
// # What nobody knows
//
// Where Dixa's behaviour is unknown, the fake does what catches most mistakes:
//
//   - "Bearer " before the token is refused, though the real server may accept it.
//   - The answer to a PATCH holds only the attributes it set, without those it cleared. State.PatchAnswersAll makes
//     it all of the record.
//   - A PATCH is all or nothing. State.PartialPatch applies what is good before it answers 400.
//   - null clears, an attribute that is required or absent too; attributes that are not named stay. State.Nulls makes
//     null be ignored or refused, or store an empty text or path.
//   - Refused with 400: a definition that does not exist, is of the other kind of record, archived or deactivated; a
//     text for a Select, an array for a Text, an empty text or array, a path that is not in the option tree or leads
//     through a deactivated option. The words after the colon are the fake's own.
//   - The path may end at an option that has others below it, unless State.LeavesOnly.
//   - The filters of GET /endusers compare the whole of the first address, and case counts. State.LooseFilters makes
//     them find parts, in any case and in the additional addresses too. A filter that nobody matches gives an empty
//     list, or 404 with State.NobodyIsNotFound; one that several match gives them all, or 400 with
//     State.DuplicatesRefused, since the vendor names duplicates among the causes of 400. Filters without a value, and
//     one that comes twice, are 400. Its end users come by id, 100 a page or State.PageLimit, and the link to the next
//     page repeats the filter.
//   - Attributes that are not set are left out of a record, and its list is empty rather than missing.
//   - A claim without force is one with force false. The words of its 409 are the fake's own. Any UUID is an agent.
//   - The activity log runs from old to new, 100 entries a page, and its attributes carry no _type. Each PATCH of a
//     conversation that sets or clears anything adds one ConversationCustomAttributesUpdated, whose values leave out
//     the cleared. The log of a conversation that does not exist is empty, since no 404 is documented.
//   - An unknown route is 404 with the documented message.
//   - [Server.SetLimit] and State.Limit refuse what exceeds so many requests a second of one token; the vendor's numbers
//     are 10 and, for those at once, a State.Burst of 4. The 429 comes ahead of the token's check, without a header
//     that tells when to come back, and its words are the fake's own.
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
// # What is not played
//
// The limit of 864,000 requests a day, errors of status 500, and errors in text, which Dixa may send: a
// [Fault] makes any of them. Agents and queues, and races between requests, which the fake takes one at a time.
//
// Nothing is known that Dixa tolerates against its document, so every request that does not fit is reported. That a
// UUID is one is not held against the document but by the fake: its answer is a 400.
package dixatest
