// Package dixa sets custom attributes on conversations and end users of Dixa,
// with the contract of package adapters. Use [New].
//
// Most of what follows is in no page of the vendor's. [doc] means that the
// vendor's document says so, [others] that public clients rely on it, [nobody]
// that nobody has proven it: it is likely, or either truth does no harm.
//
// # Records
//
// A contact is an end user. A conversation's id is a positive whole number
// without leading zeros, an end user's a UUID [doc]; capitals are taken and sent
// in lower case.
//
// End users are found by e-mail, phone and external id, with the filters of the
// vendor's list [doc]. How these compare is known to [nobody], so what they let
// pass is compared here: the whole value, without case for an e-mail, with any of
// an end user's addresses or numbers. An e-mail with capitals is asked for in
// lower case too. What the filters hide is not found: perhaps an address that is
// not the first one, or one that Dixa keeps with capitals. Pages are read to the
// end of the list, at most 20, else the answer is ErrMalformed. No match is an
// empty list or 404 [doc: both]; several are listed or, it may be, refused with
// 400 [doc: duplicates are among its causes], which is ErrInvalid. Conversations
// are not found: the vendor searches them by text and by filters, none of which
// is one of these fields.
//
// # Names
//
// The vendor's key is the UUID of the attribute's definition [doc]; a name that
// is one is taken as the key, without a look-up. Any other name is looked up in
// the definitions of that kind of record: the one with this identifier, else
// with this label. Archived and deactivated definitions never match [others]:
// whether Dixa would take a value for them is known to [nobody]. What is read
// comes back under the identifier; under the UUID where that identifier means
// another attribute by now, as it may after archiving [nobody]. So reading looks
// into the definitions, too; where they cannot be read, it does without.
//
// # Values
//
// A Text attribute holds a String or a Link, which is stored as text and read as
// a String; a Select holds a List: the path from the root option to the chosen
// one, by the options' values, one choice and not several [others; the vendor
// says so of its search]. Neither may be empty: what Dixa makes of that is known
// to [nobody]. Text and paths have no known limit of length. Nothing else can be
// stored.
//
// With Strict the path must be in the definition's tree, from the root; each part
// is an option's value or label, the value is sent, and options that are
// deactivated are refused. Without, a List goes as it is. Whether a path may end
// at an option that has others below it is known to [nobody]: it is sent, and
// where Dixa refuses it, that is ErrInvalid.
//
// # Clearing
//
// By null [nobody: the vendor's schema calls the values optional and says no
// more, and no public client sends one]. Where Dixa refuses null, the call fails
// with ErrInvalid; where it keeps an empty text or path instead, that is read as
// an absent attribute; where it ignores null, the call succeeds and the attribute
// stays. Only [adapters.Verify] tells: then it is ErrConflict with the code
// not_kept. Use it until you have seen your account clear.
//
// # Merge
//
// The server keeps the attributes that a PATCH leaves out [nobody: the name of
// the method, and every client in use]. If it did not, a write would take away what
// it does not name, and Verify, which looks at what was named, would not tell. Whether the answer to a write holds all
// attributes or those that were written is known to [nobody], so a Result is
// never Complete; under Verify it is what was read, and Complete.
//
// # Errors
//
// The status decides. 401 may also mean that the token's owner may not do this
// [doc]. Whether a PATCH that is refused with 400 was done in part is known to
// [nobody]: its effect is unknown.
//
// # Limits
//
// 10 requests a second with a burst of 4, and 864000 a day, for each token
// [doc]; 429 beyond.
//
// # Escape hatch
//
// [Adapter.API] is the typed client, with the same token, retry and bounds.
//
// # Document
//
// specs/dixa/openapi.yaml. Both versions, v1 and beta, have all that this package
// uses, and it is the same in both [doc]. The vendor's pages:
// https://docs.dixa.io/openapi
package dixa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/dixa"
)

// DefaultURL is Dixa's API in the version that is called stable.
const DefaultURL = "https://dev.dixa.io/v1"

// Config says which organisation to work with, and how.
type Config struct {
	// URL is the API with its version; "" means DefaultURL. The other version
	// is https://dev.dixa.io/beta.
	URL string

	// Account is a label for errors and logs.
	Account string

	// Token gives the API token. It is asked before each request, and once more
	// after a 401. See [adapters.StaticToken].
	Token func(context.Context) (string, error)

	// Aliases are names for attributes, by kind of record: from the name the
	// caller uses to the UUID, identifier or label of the definition.
	Aliases map[adapters.Kind]map[string]string

	// DefinitionLifetime is how long definitions are taken as known; 0 means
	// five minutes.
	DefinitionLifetime time.Duration

	// Strict refuses names without a definition and values that do not fit it,
	// before anything is written. Definitions that cannot be read are an error.
	Strict bool

	// Verify reads back after each write: see [adapters.Verify].
	Verify bool

	// Locker keeps other processes from writing at the same time; nil: none.
	Locker adapters.Locker

	// Transport configures the HTTP chain; the zero value is good.
	Transport transport.Options
}

// Adapter sets custom attributes of one Dixa organisation. It is safe for
// concurrent use.
type Adapter struct {
	*driver.Adapter
	api *dixa.API
}

var _ adapters.Adapter = (*Adapter)(nil)

// New checks the Config and returns its Adapter. It sends nothing.
func New(config Config) (*Adapter, error) {
	if config.URL == "" {
		config.URL = DefaultURL
	}
	base, err := config.Transport.BaseURL(config.URL)
	if err == nil && base.Path == "" {
		err = errors.New("URL: end it with the version, /v1 or /beta")
	}
	if config.Token == nil {
		err = errors.Join(err, errors.New("Token: missing; adapters.StaticToken makes one of a text"))
	}
	if err != nil {
		_, aliases := driver.New(&vendor{}, driver.Options{Aliases: config.Aliases}) // what is wrong there is told at once, too
		return nil, fmt.Errorf("dixa: %w", errors.Join(err, aliases))
	}
	client, retry := transport.NewClient(config.Transport, transport.Vendor{
		Name: "dixa", Account: config.Account,
		Base: base, Header: "Authorization", Token: config.Token, // the raw token, no "Bearer"
		// A burst of 3 leaves room for requests that arrive closer together than
		// they were sent. 864000 a day are what 10 a second come to.
		Limit: transport.Limit{Requests: 10, Per: time.Second, Burst: 3, ByToken: true},
	})
	api, err := dixa.NewAPI(base.String(), dixa.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("dixa: %w", err)
	}
	core, err := driver.New(&vendor{api: api}, driver.Options{
		Account: config.Account, Aliases: config.Aliases,
		DefinitionLifetime: config.DefinitionLifetime, Strict: config.Strict, Verify: config.Verify, Locker: config.Locker,
		Retry: retry,
	})
	if err != nil {
		return nil, fmt.Errorf("dixa: %w", err)
	}
	return &Adapter{Adapter: core, api: api}, nil
}

// API is the typed client underneath, with the same limits, retries and token. A POST
// that may have made something, a message say, is not sent again; see
// transport.Repeatable.
func (a *Adapter) API() *dixa.API { return a.api }
