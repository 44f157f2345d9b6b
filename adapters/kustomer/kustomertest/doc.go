// Package kustomertest is a fake Kustomer: an HTTP server with a state of its own, for tests of programs that set
// custom attributes there. In a test, one line starts it and the test's end stops it:
//
//	server := kustomertest.New(t)
//
// Point the client at server.URL with the token "token". Whatever the client sends or the fake answers is held against
// the OpenAPI document of package specs, and what does not fit it is an error of the test.
//
// An adapter keeps to the vendor's limit here as well. A test with many calls gives it a transport.Limiter that is Off.
//
// # State
//
// A new server has, unless [WithState] says otherwise:
//
//   - conversation 64a1f0c2d3e4b5a697880001 of the first customer, with the external id T-77: orderIdStr "A-1001", orderTotalNum 129.90,
//     giftBool false, deliveryAt "2026-02-03T09:30:00.000Z", trackingUrl "https://parcels.example/A-1001"
//   - conversation 64a1f0c2d3e4b5a697880002 of the second customer, without custom attributes
//   - customer 64a1f0c2d3e4b5a697880011, "Ada Example", of company 64a1f0c2d3e4b5a697880021, with the address
//     ada@shop.example, the number +12125550100 and the external id C/1001: planStr "pro", vipBool true, ordersNum 12,
//     interestsStr ["books","tea"]
//   - customer 64a1f0c2d3e4b5a697880012, "Bo Sample", with planStr "free" and no company
//   - customer 64a1f0c2d3e4b5a697880013 with the address ada@work.example, which was merged into the first
//   - definitions of all these, and of summaryTxt (conversation), renewalAt, referrerId and regionTree (customer), which no
//     record has. planStr is one of free, pro and business; referrerId is the id of a customer; legacyTierStr of a
//     customer is deleted.
//
// [Server.State] and [Server.SetState] read and replace it, as GET and PUT of /_fake/state do for programs in other
// languages. GET /_fake/requests lists what was received, the newest 10,000 requests.
//
// # What is played
//
// Each line names where the behaviour is known from. "Nobody" means that the vendor's behaviour is not known and the
// fake's is a choice, made so that a client that gets along with it is on the safe side.
//
//   - Only "Authorization: Bearer" is accepted; anything else is 401, ahead of every other check. (Kustomer's page on
//     errors; the body: nobody.)
//   - A PATCH merges custom key by key. (Clients in use rely on it: Pipedream's Kustomer components, among others. No
//     page says so.) Null clears. (Kustomer's page on custom attributes.) The answer is the whole record; custom is
//     missing where no attribute has a value. (Recording find_by_email_success of nebulab/solidus_kustomer, 2020.)
//   - An attribute whose name does not end in Str, Txt, Num, At, Bool, Url, Id or Tree is 400, and nothing of the request
//     is done. (Recording create_failure of the same project, with this body.)
//   - 400 too, in the same shape, for a value of the wrong type, a text of more than 1024 characters, a bad date or URL,
//     more than 100 attributes in a request, and an unknown field. (Kustomer's pages on errors and custom attributes,
//     and its published interface; the bodies: nobody.)
//   - A value outside the definition's enumeration is 400. (Kustomer's page on errors, about enumerations in general.)
//   - A Tree takes the id of a node that is not deleted, and where lastNodeRequired is set only one without further
//     ones below. (Kustomer's chat for Android offers just these; that the API refuses others: nobody.)
//   - A definition with multi or array takes an array, and nothing else does. (Kustomer's published sample of metadata;
//     that a single value is refused there: nobody.)
//   - An attribute that is not defined is accepted, except one in Id. (Kustomer's text on metadata singles out Id;
//     medium confidence.) An Id names a record that exists, as far as the fake has that kind of record; other
//     targets pass.
//   - A PATCH of a customer without company unlinks the customer from its company. (Kustomer's text of the operation. It
//     may well be wrong for a PATCH, but an adapter must not depend on that.)
//   - A rev that is not the record's is 409; every change adds one to it. (The published interface and a captured event
//     of Pipedream's; that 409 answers a stale one: nobody.)
//   - A merged customer answers with the record that survived. (The published interface; medium confidence.)
//   - An id that is not 24 hexadecimal digits is 400 (Kustomer's page on errors), with capitals too (nobody). An unknown one
//     is 404 (recording find_failure).
//   - A body of more than 100 KB, taken to be 102400 bytes, is 413. (Kustomer's older page on errors.)
//   - Values of a sensitive attribute are masked in answers, as for a key without the permission to read them.
//     (Kustomer's text on metadata; what the mask looks like: nobody.) A text of stars, unless State.Masks says
//     otherwise: an object is what cards in the agents' application are given (Kustomer's page on data masking there).
//   - A customer is found by e-mail address, telephone number or external id, a conversation by external id.
//     (The published interface; the 404 of a missing one: recording find_failure.) Values are compared letter by
//     letter, capitals too; of several records the first by id answers. (Nobody.)
//   - Answers carry x-ratelimit-limit, -remaining and -reset, and those of a PATCH limit and remaining for the record.
//     (Kustomer's page on rate limits; the recording update_customer.) Unless there is a limit, the numbers never
//     change, and the reset of 60 is seconds from now, which is one of the two readings of the documentation.
//   - [Server.SetLimit] and State.Limit refuse with 429 what exceeds so many requests of the organization in a minute;
//     1000 is that of the plan Enterprise. (Kustomer's page on rate limits.) The minute begins with a request. The
//     headers then say what is left, and the reset is in seconds since 1970, the other reading. (Kustomer's tap of
//     Singer.) Whether 401 comes first: nobody; here it does, since only the token tells the organization. The body of
//     the 429: nobody.
//   - [Server.SetObjectLimit] and State.ObjectLimit do so for the updates of one record. (The published interface has
//     this limit and not its number: nobody.) The organization's headers then still tell of room.
//   - The media type of a body is not looked at: the published interface has application/json-patch+json for
//     conversations, everybody sends application/json. Only the latter is in the document, so any other is answered and
//     reported to the test.
//   - A path that Kustomer does not have is 404 in the shape of an unknown record. (Nobody.)
//
// Dates, numbers and addresses are stored as sent. (Nobody knows whether Kustomer rewrites them.)
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
// Roles (the one token may do everything), lists of ids (400), search, and the delays of the real server. A [Fault] stands
// in for a 403. Fields other than custom, company, customer and rev are stored as sent and only held against the document; what Kustomer
// makes of them, for example of tag names, is not shown.
package kustomertest
