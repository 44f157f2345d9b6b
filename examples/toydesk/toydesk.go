// Package toydesk sets custom attributes on tickets and people of Toydesk, a help
// desk that does not exist: how a vendor is added outside of deskattr's module.
// This file is what users see, driver.go what is true of the vendor; the contract
// of package adapters comes with package driver. Use [New].
//
// All facts are from fake_test.go. A real vendor's package says how each is known.
//
// # Records
//
// A conversation is a ticket with an id like t-17, a contact a person with an id
// like p-4.
//
// # Names
//
// A key is cf: and 1 to 40 lower-case letters, digits and _. Names may leave out
// the cf:, and what is read comes back without it.
//
// # Values
//
// A String, a Number that a float64 holds exactly, a Bool. The server drops an
// empty text, so it is refused.
//
// # Clearing
//
// The key is left out of the map.
//
// # Merge
//
// Emulated: PUT replaces the whole map, if If-Match names the version that it was
// built on, else it gets 412, and is built anew. So nobody's write is lost.
//
// # Errors
//
// The status decides, save for 412, which is ErrConflict.
//
// # Limits
//
// None.
//
// # Escape hatch
//
// None; an adapter with a typed client returns it from a method API of its own.
//
// # Document
//
// None.
package toydesk

import (
	"context"
	"errors"
	"fmt"

	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Config says which Toydesk to work with, and how.
type Config struct {
	// URL is the server, for example https://toydesk.example.
	URL string

	// Token gives the API token, for each request anew; see adapters.StaticToken.
	Token func(context.Context) (string, error)

	// Options are the core's: Strict, Verify and so on; Retry is the chain's.
	Options driver.Options

	// Transport configures the HTTP chain; the zero value is good.
	Transport transport.Options
}

// New checks the Config and returns its adapter. It sends nothing.
func New(config Config) (*driver.Adapter, error) {
	base, err := config.Transport.BaseURL(config.URL)
	if config.Token == nil {
		err = errors.Join(err, errors.New("Token: missing; adapters.StaticToken makes one of a text"))
	}
	if err != nil {
		return nil, fmt.Errorf("toydesk: %w", err)
	}
	client, retry := transport.NewClient(config.Transport, transport.Vendor{Name: "toydesk", Account: config.Options.Account, Base: base, Header: "X-Toydesk-Key", Token: config.Token})
	config.Options.Retry = retry
	core, err := driver.New(&vendor{client: client, base: base.String()}, config.Options)
	if err != nil {
		return nil, fmt.Errorf("toydesk: %w", err)
	}
	return core, nil
}
