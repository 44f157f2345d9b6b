// Package adapters is one way to set custom attributes on the conversations and
// contacts of several help desks, with one meaning at all of them.
//
// Take an adapter (package chatwoot, kustomer or dixa below this one; package
// memory for tests) and call UpdateAttributes:
//
//	result, err := desk.UpdateAttributes(ctx, adapters.ConversationRef("42"), adapters.Attributes{
//		"order_id": adapters.String("012345"),
//		"plan":     adapters.Clear(),
//	})
//
// # The contract
//
// Every adapter keeps it, and package adapterstest proves that it does: the
// cases there carry these numbers.
//
//  1. Named attributes are set; all others stay as they are. An example stands
//     below.
//
//  2. Clear removes; clearing what is absent succeeds. An empty text is stored
//     where the vendor can hold one, else it is ErrUnsupported: never a removal.
//
//  3. Nothing to change is no request and no error. An invalid Ref is refused
//     first.
//
//  4. An invalid Ref, the zero Value, an empty name, two names for one attribute
//     and a value the vendor cannot hold are ErrInvalid or ErrUnsupported. The
//     error names the attribute, all bad ones together, and nothing is sent that
//     writes.
//
//  5. Values arrive exactly or are refused. Where the adapter merges because the
//     server cannot, what it carries along keeps its meaning as JSON, and every
//     number each of its digits.
//
//  6. The map of the caller is neither changed nor kept.
//
//  7. The same call twice leaves the same state as once.
//
//  8. Calls through one adapter never lose each other's writes: each write to a
//     record waits for the one before. What another process or a person can
//     make a call lose, [Capabilities] tells.
//
//  9. An adapter is safe for concurrent use.
//
//  10. When the context ends, waiting, sending and reading end at once, and
//     errors.Is(err, ctx.Err()) holds.
//
//  11. Status 408, 429, 502, 503, 504 and failed connections are tried again,
//     within the configured attempts and the deadline, at random intervals; a
//     Retry-After is obeyed up to a minute. A request that replaces a whole map
//     is never repeated as it is: it is read, merged and sent anew.
//
//  12. Every other failure is one *[Error], wrapped once. The status decides its
//     class (the table stands below), save for the rows of the vendor's own
//     table, which match status and shape of the body, never translated text.
//
//  13. Bodies are bounded: 64 KiB of a failure, 16 MiB of a success. HTML, text,
//     nothing at all, and a body cut off are ordinary errors.
//
//  14. A success that cannot be understood is ErrMalformed.
//
//  15. No token stands in an error, a log or a %+v; no attribute value, e-mail
//     address or telephone number in Error() or a log. The vendor's own words
//     are in Detail alone. An id cannot reach another route.
//
//  16. Redirects are answers, never followed. The token goes to the vendor's own
//     host only. Plain http is for loopback unless allowed. An http.Client that
//     the caller passes is copied, never changed.
//
//  17. [Capabilities] tell the truth: what they list can be set, and all else is
//     ErrUnsupported.
//
//  18. Each vendor's package documents Records, Names, Values, Clearing, Merge,
//     Errors, Limits, Escape hatch and Document, in this order, and says how
//     each fact is known.
//
//  19. [Verify], as an option or in the vendor's Config, reads back after the
//     write: an attribute that was set holds its value, one that was cleared is
//     absent. Attributes that nobody named are looked at where this write
//     replaced the whole map: what our own replacement took away is put back,
//     anything else that is gone is reported. A report is ErrConflict with
//     EffectApplied. The answer to the write itself never counts.
//
//  20. [IfEqual] reads first, under the record's lock, and refuses with
//     ErrConflict and EffectNone when the named attributes are not what the
//     caller expects. A write that is built anew is checked anew.
//
// # Strict
//
// With Strict in the vendor's Config, a name needs a definition and a value must
// fit it: the type, one of the choices (by value or by label), the length, the
// pattern. All that do not are reported together, each with its code, and
// nothing is sent but reads. What may be set is what the account's definitions
// say; what may be sent without Strict is what the vendor takes.
//
// # What nobody can see
//
// An adapter that replaces a whole map (Chatwoot before 4.17.0) reads it just
// before. What a person or another process writes between that read and the
// replacement is lost, and no later read tells that it was ever there. A [Locker]
// that all writers share prevents it; Verify cannot see it. Capabilities tell
// where this can be.
//
// # What a call does (1, 2)
//
//	before                    changes                            after
//	order_id "1", vip true    order_id String("2")               order_id "2", vip true
//	order_id "1", vip true    vip Clear()                        order_id "1"
//	(none)                    plan String("gold"), vip Clear()   plan "gold"
//
// # Classes by status (12)
//
//	3xx        ErrMalformed          408        ErrUnavailable
//	401        ErrUnauthenticated    409        ErrConflict
//	402, 403   ErrForbidden          429        ErrRateLimited
//	404, 410   ErrNotFound           other 4xx  ErrInvalid
//	                                 5xx        ErrUnavailable
//
// # Effect
//
// A failed call says what it did to the record. Each request that writes is
// applied (2xx), refused (3xx, 4xx, or no connection came about) or doubtful (no
// answer, 5xx, a 2xx that is not understood; at Dixa also 400). Any applied:
// EffectPartial. None applied and one doubtful: EffectUnknown. Else EffectNone.
// The same call may always be made again (7).
package adapters
