package adapters

// Code says in one stable word what is wrong: for programs that want more than
// the class. New codes may be added; at most 40 ever exist.
type Code string

// What may be wrong with a call, found before anything is written.
const (
	CodeBadRef             Code = "bad_ref"             // the record's kind or id is not one the vendor can have
	CodeBadName            Code = "bad_name"            // the attribute's name is empty or cannot be sent
	CodeBadValue           Code = "bad_value"           // the zero Value, text that is not UTF-8 or holds U+0000, a number or JSON that is none
	CodeUnknownAttribute   Code = "unknown_attribute"   // no definition has this name, and the vendor needs one
	CodeAmbiguousAttribute Code = "ambiguous_attribute" // several definitions have this name
	CodeDoubledAttribute   Code = "doubled_attribute"   // two names of the call mean one attribute
	CodeWrongType          Code = "wrong_type"          // the attribute holds another type of value
	CodeTooLong            Code = "too_long"            // the text is longer than the vendor stores
	CodeTooLarge           Code = "too_large"           // the number, or the whole request, is beyond the vendor's limit
	CodeInexact            Code = "inexact"             // the vendor would store another number than this one
	CodeEmptyText          Code = "empty_text"          // the vendor cannot hold an empty text; clear the attribute instead
	CodeUnsupportedValue   Code = "unsupported_value"   // the vendor has no such kind of value
	CodeUnsupportedKind    Code = "unsupported_kind"    // the vendor has no such kind of record
	CodeUnsupportedLookup  Code = "unsupported_lookup"  // the vendor cannot look records of this kind up by this
	CodeNotAChoice         Code = "not_a_choice"        // strict: the definition lists the choices, and this is none
	CodePatternMismatch    Code = "pattern_mismatch"    // strict: the text does not match the definition's pattern
	CodeArchived           Code = "archived"            // strict: the definition is no longer in use
	CodeReadOnly           Code = "read_only"           // strict: the vendor lets nobody set it through its API
	CodeMasked             Code = "masked"              // the value is the vendor's mask for what it hides, not a value
)

// What the vendor, the network or the caller's context may say.
const (
	CodeCanceled        Code = "canceled"         // the context was cancelled
	CodeTimeout         Code = "timeout"          // the context's deadline passed, or the vendor gave up waiting
	CodeConnection      Code = "connection"       // no answer: the connection failed or broke
	CodeNameLookup      Code = "name_lookup"      // the host's name is not known
	CodeUntrusted       Code = "untrusted"        // the server's certificate is not trusted
	CodeToken           Code = "token"            // the Token function failed
	CodeBadToken        Code = "bad_token"        // the vendor does not know the token
	CodeNotPermitted    Code = "not_permitted"    // the token may not do this
	CodePlan            Code = "plan"             // the account's plan does not include it
	CodeRecordNotFound  Code = "record_not_found" // no such record, or not for this token
	CodeRecordMerged    Code = "record_merged"    // the record was merged into another
	CodeStale           Code = "stale"            // the record changed while it was being written
	CodeRejected        Code = "rejected"         // the vendor refused the data
	CodeRedirected      Code = "redirected"       // the server pointed elsewhere; the base URL is likely wrong
	CodeRateLimited     Code = "rate_limited"     // too many requests
	CodeServerError     Code = "server_error"     // the vendor failed
	CodeMalformedAnswer Code = "malformed_answer" // the answer cannot be understood
	CodeAmbiguousRecord Code = "ambiguous_record" // several records match the lookup
	CodeNotEqual        Code = "not_equal"        // IfEqual: the attribute is not what the caller expects
	CodeNotKept         Code = "not_kept"         // Verify: after the write the attribute is not what was written
	CodeLock            Code = "lock"             // the Locker failed
)
