// Package chatwoot sets custom attributes on conversations and contacts of
// Chatwoot, with the contract of package adapters. Use [New].
//
// Most of what follows is in no page of the vendor's. [code] means that it was
// read in the vendor's source (2026-08, between 4.16.2 and 4.17.0), [run] that
// it was seen on a server running that code.
//
// # Records
//
// A conversation's id is the number in its URL (display_id, counted for each
// account), not the one in the database. A contact's id is the one in its URL.
// Both are positive whole numbers without leading zeros: the server itself would
// read "7abc" as 7 [run].
//
// Find looks contacts up by e-mail address, telephone number and external id
// (identifier), each of which the server keeps unique in an account [code].
// Conversations cannot be looked up: they have no such field. Find asks the
// search, which finds a text anywhere in a name or a field, and takes only those
// whose field is the whole text; case does not count in an e-mail address.
// The filter would compare the whole field itself, but puts a plus before a
// number and lower-cases an id [code]: a release that does otherwise would find
// nothing and not say so. 20 pages of 15 are read; if there are more and none
// matched, the error is ErrUnsupported. The server allows 100 searches a minute
// for an account [code]. Further e-mail addresses of a contact, which newer
// servers have, are not compared. None of it was run.
//
// # Names
//
// A name is the key, as it is: any text. The server checks no name against the
// definitions; an attribute without one is stored and not shown [code].
//
// # Values
//
// Any JSON. Numbers must survive a float64, as the server stores fractions so;
// on conversations a text has at most 1500 code points and a whole number is at
// most 9999999999 [run]. JSON may hold no null inside an array (the server drops
// it) and nest at most 98 levels deep. A Time is stored as RFC 3339 text in UTC
// and comes back as a String; so does a Link. A stored null reads as absent.
//
// Strict holds values against what the dashboard offers; the server holds them
// against nothing [code]. Currency and percent are numbers, a list is a choice of
// its values, a checkbox is true or false. A pattern is what stands between
// JavaScript's slashes, as the dashboard stores it [code]; what Go cannot read of
// it is not checked. A date may be a day or a moment: a dashboard has stored the
// moment at which the day begins where its user is [code], whether all do nobody
// knows. Raw of a definition is the server's object to the byte.
//
// # Clearing
//
// By the destroy_custom_attributes endpoint of the record [code]: of contacts
// since 2021, of conversations since 4.17.0. On an older server the attribute is
// left out of the replaced map. A null would be stored, not removed [run].
//
// # Merge
//
// Contacts: the server merges, top level keys only [code]. Conversations: the
// server replaces the whole map; from 4.17.0 on it merges when asked. An older
// server ignores that wish and replaces [code], so the adapter asks only where
// it has proof. Merging and removing came with one release: so it begins with a
// removal of nothing, which has no effect where merging exists, shows the whole
// map, and meets no route where it does not. Then it looks at the answer to its
// first merge. Where that has more than was sent, merging is proven for the life
// of the Adapter. Where it has not, the server may ignore the wish all the same,
// as a fork could (nobody has seen one): a merge of nothing tells, which shows the
// map or empties it. In the second case the adapter puts back what was there, with
// the change and what others wrote since, and replaces from then on. If that
// breaks off, the error says so, and the same call through the same Adapter puts
// it back.
//
// Later merges are looked at in the same way where a read or a removal went
// before: with Verify, with IfEqual, and where the call clears. Without, nobody
// can say what the answer ought to hold: from a server that is set back to a
// release before 4.17.0 while the Adapter lives, such a call takes away what it
// does not name. What a foreign writer removed stays removed.
//
// Without proof, with an agent bot's token (which may not remove), and where the
// server refuses a merge or a removal because of what is stored (422, or 500 for a
// column that is NULL), the adapter reads, merges and replaces; such a request is
// never repeated blindly. A merge that crashed though the map was seen is an error:
// it may have been done.
//
// The server takes no lock while merging: of 40 merges sent at once about half
// were lost, each answered with 200 [run]. Writes through one Adapter wait for
// each other. Nobody can keep a write of another process, or of a person in the
// dashboard, from being lost in the same moment, unless all share a Locker.
//
// # Errors
//
// The status decides, save for these rows, matched on status and shape [code]:
//
//	401 with "errors", or exactly "Invalid Access Token"  ErrUnauthenticated
//	401 with another "error" (role, bot, other account)   ErrForbidden
//	422 with "error" and no "attributes"                  ErrUnavailable: a statement timeout, tried again
//	422 with "attributes"                                 ErrInvalid
//
// An agent bot's token reads and writes conversations, no contacts and no
// definitions, so it cannot be Strict; to clear, it replaces the map. Its refusal
// looks like that of a role [code]. A conversation that belongs to a team seems to
// make the server crash (500) when such a token reads it [code]; then it cannot be
// written with that token either, since its map has to be read.
//
// A contact whose column is NULL makes the server crash at each write (500) [run].
// Nothing is written, and nothing but the server's operator can mend it.
//
// A text or a number over the limit that is already stored makes the server
// refuse every write to a conversation that keeps it (422) [run]. The error names
// each such attribute, with the code too_long or too_large; set or clear them in
// the same call.
//
// # Limits
//
// 3000 requests a minute for each client address unless the operator set
// another number; 429 comes as text without Retry-After, and a wait of a minute
// always clears it [code].
//
// # Escape hatch
//
// [Adapter.API] is the typed client of the whole API, with the same token, retry
// and bounds.
//
// # Document
//
// specs/chatwoot/openapi.yaml. The vendor's pages:
// https://developers.chatwoot.com/api-reference/introduction
package chatwoot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// Config says which account to work with, and how.
type Config struct {
	// URL is the root of the installation, for example
	// https://app.chatwoot.com.
	URL string

	// AccountID is the number of the account, as in the dashboard's URL.
	AccountID int64

	// Account is a label for errors and logs; "" means the account's number.
	Account string

	// Token gives the access token of a user or an agent bot. It is asked
	// before each request, and once more after a 401. See
	// [adapters.StaticToken].
	Token func(context.Context) (string, error)

	// Aliases are names for attributes, by kind of record: from the name the
	// caller uses to Chatwoot's key.
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

// Adapter sets custom attributes of one Chatwoot account. It is safe for
// concurrent use.
type Adapter struct {
	*driver.Adapter
	api *chatwoot.API
}

var (
	_ adapters.Adapter = (*Adapter)(nil)
	_ adapters.Finder  = (*Adapter)(nil)
)

// New checks the Config and returns its Adapter. It sends nothing.
func New(config Config) (*Adapter, error) {
	base, err := config.Transport.BaseURL(config.URL)
	if config.AccountID <= 0 {
		err = errors.Join(err, errors.New("AccountID: give the number of the account, as in the dashboard's URL"))
	}
	if config.Token == nil {
		err = errors.Join(err, errors.New("Token: missing; adapters.StaticToken makes one of a text"))
	}
	if err != nil {
		_, aliases := driver.New(&vendor{}, driver.Options{Aliases: config.Aliases}) // what is wrong there is told at once, too
		return nil, fmt.Errorf("chatwoot: %w", errors.Join(err, aliases))
	}
	if config.Account == "" {
		config.Account = strconv.FormatInt(config.AccountID, 10)
	}
	client, retry := transport.NewClient(config.Transport, transport.Vendor{
		Name: "chatwoot", Account: config.Account,
		Base:      base,
		Header:    "api-access-token", // with hyphens: nginx drops headers with underscores
		Token:     config.Token,
		Transient: statementTimeout,
		Limit: transport.Limit{
			Requests: 3000, Per: time.Minute, Windows: true,
			Key: base.Host, Share: 0.5, // people behind the same address count too
		},
	})
	api, err := chatwoot.NewAPI(base.String(), chatwoot.WithHTTPClient(client))
	if err != nil {
		return nil, fmt.Errorf("chatwoot: %w", err)
	}
	core, err := driver.New(&vendor{api: api, account: config.AccountID}, driver.Options{
		Account: config.Account, Aliases: config.Aliases,
		DefinitionLifetime: config.DefinitionLifetime, Strict: config.Strict, Verify: config.Verify, Locker: config.Locker,
		Retry: retry,
	})
	if err != nil {
		return nil, fmt.Errorf("chatwoot: %w", err)
	}
	return &Adapter{Adapter: core, api: api}, nil
}

// API is the typed client underneath, with the same limits, retries and token. A POST
// that may have made something, a message say, is not sent again; see
// transport.Repeatable.
func (a *Adapter) API() *chatwoot.API { return a.api }
