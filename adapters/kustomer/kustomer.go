// Package kustomer sets custom attributes on conversations and customers of
// Kustomer, with the contract of package adapters. Use [New].
//
// Most of what follows is in no page of the vendor's. [doc] means that a
// published document says so, [recorded] that it was seen in recorded traffic,
// [nobody] that it follows from how others use the API and nobody has proven it.
//
// # Records
//
// A contact is a customer. Ids are 24 hexadecimal digits [doc]; capitals are
// taken and sent in lower case.
//
// A customer that was merged answers as the one that survived [doc]. Reading or
// writing it is ErrConflict with the code record_merged, which names that one;
// looking it up finds that one.
//
// Contacts are looked up by e-mail address, telephone number and external id,
// conversations by external id [doc]; a 404 is none [recorded]. Which one the
// vendor gives where several match, and whether capitals count in an address, is
// not known [nobody]: an address with capitals is looked up as given, then in
// lower case. A value of which a part between slashes is . or .. (a/../b) is
// refused: a proxy may take it for another address.
//
// # Names
//
// The vendor's key ends in the type of its value: Str, Txt, Num, At, Bool, Url,
// Id or Tree [doc]. A name with such an ending is taken as the key. Any other
// name is looked up in the metadata: the definition whose key, with or without
// its ending, is the same letters and digits (order_id is orderIdStr, tracking_url
// is trackingUrl). Where none is, the value picks the ending: a String Str, a
// Number Num, a Bool Bool, a Time At, a Link Url; clearing needs a definition
// then. That the vendor stores what nobody defined is likely [nobody]. For a key
// in Id that is not defined, a String or List is refused: it would go out as a
// reference to another record, which the vendor wants defined [doc].
//
// A definition's type follows from the ending [doc]. Beside it are read the
// choices of a list, whether values are masked, and whether the definition was
// deleted [doc]; the nodes of a tree and whether only its last level may be chosen
// [doc: the code of the vendor's own chat reads them so]; whether several values
// are held, by multi or array: which of them counts is not known [nobody]. What is
// of another type than the document says is taken as absent. The vendor refuses
// values outside the choices itself [nobody: it says so of lists in general].
//
// # Values
//
// Str, Txt, Tree, Id: a String of at most 1024 code points [doc]. Url: a Link or
// a String. Num: a Number that survives a float64. Bool: a Bool. At: a Time, or
// a String that is an RFC 3339 time; sent in UTC, to the millisecond or with the
// digits that the String has beyond. A List of texts, times or URLs where the
// definition allows several values [doc]; lists of numbers can be read, as JSON,
// and not set. More than 100 attributes in one call are refused by the vendor
// [doc]. A Tree holds the id of a node, a choice the value itself [doc].
//
// Reading gives a Time for At, unless it is finer than a millisecond, and a Link
// for Url.
//
// Reading a sensitive attribute gives the vendor's mask where the token may not
// read it [doc]. Its shape here is not known [nobody]: cards that the vendor
// shows get an object with isMasked [doc], which is read as JSON and can never be
// set; a text with stars is read as a String. So that no mask is stored in place
// of what it hides, a text with three stars in a row makes the adapter read the
// metadata, and is refused with the code masked where the attribute is sensitive.
// A text that is masked by other signs looks like any other: do not write back
// what was read of a sensitive attribute. Verify leaves such attributes out.
//
// # Clearing
//
// By null [doc].
//
// # Merge
//
// The server keeps the keys of custom that a PATCH leaves out [nobody: every
// client in use relies on it]. If it did not, a write would take away what it does
// not name, and Verify, which looks at what was named, would not tell.
//
// A PATCH of a customer that leaves out company may unlink it from its company;
// the vendor's text says so [doc], nobody has tried. So the adapter reads the
// customer, and sends the company along with the revision it read; when somebody
// else was faster, the server answers 409 and the adapter reads and sends again.
// Config.SkipCompany turns that off.
//
// With IfEqual the revision that was compared is sent, for conversations too:
// nobody can come between the comparison and the write. That a stale revision is
// refused with 409 follows from the vendor's text on that status [nobody].
//
// # Errors
//
// The status decides. 401 and 403 may each mean a wrong token or a missing role
// [doc]: to read and to update conversations and customers, and to read metadata. 413 is a request over 100 kB [doc]. The answer to a token of another
// region is explained by the URL to use; its words are known, neither its status
// nor its shape [nobody].
//
// # Limits
//
// By organisation, shared by all its tokens: 300 to 2000 requests a minute by
// plan; and an unpublished limit of updates to one record. Both answer 429
// [doc].
//
// # Escape hatch
//
// [Adapter.API] is the typed client, with the same token, retry and bounds.
//
// # Document
//
// specs/kustomer/openapi.yaml. The vendor's pages:
// https://developer.kustomer.com/api/core-resources
package kustomer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// Config says which organisation to work with, and how.
type Config struct {
	// URL is the API of the organisation, https://ORGANISATION.api.kustomerapp.com,
	// or of its region: US, EU or India. A /v1 at its end may stay.
	URL string

	// Account is a label for errors and logs; "" means the host.
	Account string

	// Token gives the API key. It is asked before each request, and once more
	// after a 401. See [adapters.StaticToken].
	Token func(context.Context) (string, error)

	// Aliases are names for attributes, by kind of record: from the name the
	// caller uses to Kustomer's key.
	Aliases map[adapters.Kind]map[string]string

	// DefinitionLifetime is how long metadata is taken as known; 0 means five
	// minutes.
	DefinitionLifetime time.Duration

	// Strict refuses names without a definition and values that do not fit it,
	// before anything is written. Definitions that cannot be read are an error.
	Strict bool

	// Verify reads back after each write: see [adapters.Verify].
	Verify bool

	// Locker keeps other processes from writing at the same time; nil: none.
	Locker adapters.Locker

	// SkipCompany does not read a customer before writing to it: one request
	// less. If the vendor unlinks companies that are left out (see Merge above),
	// the customer loses its company; and that a customer was merged shows only
	// after the one that survived was written. With IfEqual, which reads anyway,
	// it changes nothing.
	SkipCompany bool

	// Transport configures the HTTP chain; the zero value is good.
	Transport transport.Options
}

// Adapter sets custom attributes of one Kustomer organisation. It is safe for
// concurrent use.
type Adapter struct {
	*driver.Adapter
	api *kustomer.API
}

var (
	_ adapters.Adapter = (*Adapter)(nil)
	_ adapters.Finder  = (*Adapter)(nil)
)

// New checks the Config and returns its Adapter. It sends nothing.
func New(config Config) (*Adapter, error) {
	base, err := config.Transport.BaseURL(strings.TrimSuffix(strings.TrimRight(config.URL, "/"), "/v1"))
	if config.Token == nil {
		err = errors.Join(err, errors.New("Token: missing; adapters.StaticToken makes one of a text"))
	}
	if err != nil {
		_, aliases := driver.New(&vendor{}, driver.Options{Aliases: config.Aliases}) // what is wrong there is told at once, too
		return nil, fmt.Errorf("kustomer: %w", errors.Join(err, aliases))
	}
	if config.Account == "" {
		config.Account = base.Host
	}
	client, retry := transport.NewClient(config.Transport, transport.Vendor{
		Name: "kustomer", Account: config.Account,
		Base: base, Header: "Authorization", Prefix: "Bearer ", Token: config.Token,
		Limit: transport.Limit{
			Requests: 500, Per: time.Minute, // half of it is within the least plan's 300; the first answer tells the true number
			Key: base.Host + " " + config.Account, Share: 0.5, // all keys of the organisation count
			Record: &transport.Limit{Requests: 60, Per: time.Minute, Burst: 10},
		},
	})
	api, err := kustomer.NewAPI(base.String(), kustomer.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("kustomer: %w", err)
	}
	core, err := driver.New(&vendor{api: api, skipCompany: config.SkipCompany}, driver.Options{
		Account: config.Account, Aliases: config.Aliases,
		DefinitionLifetime: config.DefinitionLifetime, Strict: config.Strict, Verify: config.Verify, Locker: config.Locker,
		Retry: retry,
	})
	if err != nil {
		return nil, fmt.Errorf("kustomer: %w", err)
	}
	return &Adapter{Adapter: core, api: api}, nil
}

// API is the typed client underneath, with the same limits, retries and token. A POST
// that may have made something, a message say, is not sent again; see
// transport.Repeatable.
func (a *Adapter) API() *kustomer.API { return a.api }
