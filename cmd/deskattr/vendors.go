package main

import (
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/transport"
)

// vendor is all that the command knows of one vendor.
type vendor struct {
	name       string
	words      map[adapters.Kind]string // what the vendor calls the kinds
	prefix     string                   // of its environment variables
	numbered   bool                     // the account is a number that requests need
	defaultURL string
	pace       float64 // requests a second that are polite, before the server says more
	open       func(s settings, strict bool, options transport.Options) (desk, error)

	fake      func(dixatest.TB, fakeOptions) (fakeServer, string, error) // the string is its URL
	versions  bool                                                       // the fake plays versions of the server
	fakeBase  string                                                     // between the fake's URL and the API
	fakeToken string                                                     // of the fake's default state
}

// desk is what the command needs of an adapter.
type desk interface {
	adapters.Adapter
	adapters.Finder
}

var vendors = []vendor{
	{
		name:     "chatwoot",
		words:    map[adapters.Kind]string{adapters.Conversation: "conversation", adapters.Contact: "contact"},
		prefix:   "CHATWOOT",
		numbered: true,
		pace:     25,
		open: func(s settings, strict bool, options transport.Options) (desk, error) {
			account, err := strconv.ParseInt(s.account, 10, 64)
			if err != nil {
				return nil, usage("chatwoot: the account %q is not a number, as in the dashboard's URL", s.account)
			}
			return chatwoot.New(chatwoot.Config{
				URL: s.url, AccountID: account, Token: adapters.StaticToken(s.token), Strict: strict, Transport: options,
			})
		},
		fake: fakeChatwoot, versions: true, fakeToken: "admin",
	},
	{
		name:   "kustomer",
		words:  map[adapters.Kind]string{adapters.Conversation: "conversation", adapters.Contact: "customer"},
		prefix: "KUSTOMER",
		pace:   4,
		open: func(s settings, strict bool, options transport.Options) (desk, error) {
			return kustomer.New(kustomer.Config{
				URL: s.url, Account: s.account, Token: adapters.StaticToken(s.token), Strict: strict, Transport: options,
			})
		},
		fake: fakeKustomer, fakeToken: "token",
	},
	{
		name:       "dixa",
		words:      map[adapters.Kind]string{adapters.Conversation: "conversation", adapters.Contact: "end user"},
		prefix:     "DIXA",
		defaultURL: dixa.DefaultURL,
		pace:       10,
		open: func(s settings, strict bool, options transport.Options) (desk, error) {
			return dixa.New(dixa.Config{
				URL: s.url, Account: s.account, Token: adapters.StaticToken(s.token), Strict: strict, Transport: options,
			})
		},
		fake: fakeDixa, fakeBase: "/v1", fakeToken: "token",
	},
}

// findVendor is the vendor of this name.
func findVendor(name string) (vendor, error) {
	var names []string
	for _, v := range vendors {
		if v.name == name {
			return v, nil
		}
		names = append(names, v.name)
	}
	return vendor{}, usage("there is no vendor %q; VENDOR is %s", name, strings.Join(names, ", "))
}

// kinds are the words for KIND, the same at every vendor.
var kinds = []adapters.Kind{adapters.Conversation, adapters.Contact}

func findKind(word string) (adapters.Kind, error) {
	for _, kind := range kinds {
		if string(kind) == word {
			return kind, nil
		}
	}
	return "", usage("there is no kind of record %q; KIND is conversation or contact", word)
}
