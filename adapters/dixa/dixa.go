// Package dixa sets custom attributes on conversations and end users of Dixa,
// with the contract of package adapters. Use [New].
//
// Most of what follows is in no page of the vendor's. [doc] means that the
// vendor's document says so, [others] that public clients rely on it, [nobody]
// that it is likely and nobody has proven it.
//
// # Records
//
// A contact is an end user. A conversation's id is a positive whole number
// without leading zeros, an end user's a UUID [doc]; capitals are taken and sent
// in lower case.
//
// # Names
//
// The vendor's key is the UUID of the attribute's definition [doc]; a name that
// is one is taken as the key, without a look-up. Any other name is looked up in
// the definitions of that kind of record: the one with this identifier, else
// with this label. Archived and deactivated definitions never match. What is
// read comes back under the identifier.
//
// # Values
//
// A Text attribute holds a String or a Link, a Select a List: the path from the
// root option to the chosen one, by the options' values [others]. Neither may be
// empty: what Dixa makes of that is unknown. Text and paths have no known limit
// of length. Nothing else can be stored.
//
// # Clearing
//
// By null [nobody]: the vendor's schema calls the values optional and says no
// more. An empty text or path that is read means an absent attribute.
//
// # Merge
//
// The server keeps the attributes that a PATCH leaves out [nobody: the name of
// the method, and every client in use]. The answer to a write may hold only what
// was written, so a Result is never Complete.
//
// # Errors
//
// The status decides. 401 may also mean that the token's owner may not do this
// [doc]. Whether a PATCH that is refused with 400 was done in part is unknown:
// its effect is unknown.
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
// specs/dixa/openapi.yaml. The vendor's pages: https://docs.dixa.io/openapi
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
		return nil, fmt.Errorf("dixa: %w", err)
	}
	client := transport.NewClient(config.Transport, transport.Vendor{
		Base: base, Header: "Authorization", Token: config.Token, // the raw token, no "Bearer"
	})
	api, err := dixa.NewAPI(base.String(), dixa.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("dixa: %w", err)
	}
	core, err := driver.New(&vendor{api: api}, driver.Options{
		Account: config.Account, Aliases: config.Aliases,
		DefinitionLifetime: config.DefinitionLifetime, Strict: config.Strict, Verify: config.Verify, Locker: config.Locker,
		Policy: config.Transport.Policy(),
	})
	if err != nil {
		return nil, fmt.Errorf("dixa: %w", err)
	}
	return &Adapter{Adapter: core, api: api}, nil
}

// API is the typed client underneath.
func (a *Adapter) API() *dixa.API { return a.api }
