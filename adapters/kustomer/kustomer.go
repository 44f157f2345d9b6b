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
// taken and sent in lower case. Reading a customer that was merged into another
// is ErrConflict with the code record_merged.
//
// # Names
//
// The vendor's key ends in the type of its value: Str, Txt, Num, At, Bool, Url,
// Id or Tree [doc]. A name with such an ending is taken as the key. Any other
// name is looked up in the metadata: the definition whose key, with or without
// its ending, is the same letters and digits (order_id is orderIdStr, tracking_url
// is trackingUrl). Where none is, the
// value picks the ending: a String Str, a Number Num, a Bool Bool, a Time At, a
// Link Url; clearing needs a definition then. A String for a key in Id that is
// not defined is refused: it would go out as a reference to another record.
//
// # Values
//
// Str, Txt, Tree, Id: a String of at most 1024 code points [doc]. Url: a Link or
// a String. Num: a Number that survives a float64. Bool: a Bool. At: a Time, or
// a String that is an RFC 3339 time; sent in UTC to the millisecond. A List
// where the definition allows several values [doc]. Reading gives a Time for At
// and a Link for Url.
//
// # Clearing
//
// By null [doc].
//
// # Merge
//
// The server keeps the keys of custom that a PATCH leaves out [nobody: every
// client in use relies on it].
//
// A PATCH of a customer that leaves out company may unlink it from its company;
// the vendor's text says so [doc], nobody has tried. So the adapter reads the
// customer, and sends the company along with the revision it read; when somebody
// else was faster, the server answers 409 and the adapter reads and sends again.
//
// # Errors
//
// The status decides. 401 and 403 may each mean a wrong token or a missing role
// [doc]. 413 is a request over 100 kB.
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
	// or of its region: https://api.kustomerapp.com (US),
	// https://api.prod2.kustomerapp.com (EU), https://api.prod4.kustomerapp.com
	// (India). A /v1 at its end may stay.
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

	// Transport configures the HTTP chain; the zero value is good.
	Transport transport.Options
}

// Adapter sets custom attributes of one Kustomer organisation. It is safe for
// concurrent use.
type Adapter struct {
	*driver.Adapter
	api *kustomer.API
}

var _ adapters.Adapter = (*Adapter)(nil)

// New checks the Config and returns its Adapter. It sends nothing.
func New(config Config) (*Adapter, error) {
	base, err := config.Transport.BaseURL(strings.TrimSuffix(strings.TrimRight(config.URL, "/"), "/v1"))
	if config.Token == nil {
		err = errors.Join(err, errors.New("Token: missing; adapters.StaticToken makes one of a text"))
	}
	if err != nil {
		return nil, fmt.Errorf("kustomer: %w", err)
	}
	client := transport.NewClient(config.Transport, transport.Vendor{
		Base: base, Header: "Authorization", Prefix: "Bearer ", Token: config.Token,
	})
	api, err := kustomer.NewAPI(base.String(), kustomer.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("kustomer: %w", err)
	}
	if config.Account == "" {
		config.Account = base.Host
	}
	core, err := driver.New(&vendor{api: api}, driver.Options{
		Account: config.Account, Aliases: config.Aliases,
		DefinitionLifetime: config.DefinitionLifetime, Strict: config.Strict, Verify: config.Verify, Locker: config.Locker,
		Policy: config.Transport.Policy(),
	})
	if err != nil {
		return nil, fmt.Errorf("kustomer: %w", err)
	}
	return &Adapter{Adapter: core, api: api}, nil
}

// API is the typed client underneath.
func (a *Adapter) API() *kustomer.API { return a.api }
