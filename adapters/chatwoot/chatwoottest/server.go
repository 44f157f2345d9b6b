package chatwoottest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
	"github.com/deskattr/deskattr/specs"
)

// TB is what the fake needs of a test; testing.TB is one.
type TB = fake.TB

// Request is a request as the fake received it.
type Request = fake.Request

// Fault is something that is to go wrong, see Server.SetFaults.
type Fault = fake.Fault

// Server is a running fake: its URL, Handler, Requests, SetFaults and Close are those of the embedded server.
type Server struct {
	*fake.Server

	t            TB
	state        State
	ignoresMerge bool
	ledger       ledger
	changed      map[string]time.Time // when a conversation was written, by id; SetState forgets it
	answers      int                  // so far, for their X-Request-Id
	minute       minute               // of State.Limit
}

// Option changes what New makes.
type Option func(*options)

type options struct {
	addr         string
	inProcess    bool
	ignoresMerge bool
	state        State
	version      string
}

// Addr listens on this loopback address instead of any free port.
func Addr(address string) Option { return func(o *options) { o.addr = address } }

// WithState starts with this state instead of the default one.
func WithState(state State) Option { return func(o *options) { o.state = state } }

// Version plays and reports this release, for example 4.16.2, whatever the state says.
func Version(version string) Option { return func(o *options) { o.version = version } }

// IgnoresMerge plays a fork that has destroy_custom_attributes on conversations and yet replaces the map whatever merge
// says. Nobody has seen one; a client that takes the one for a proof of the other loses everything to it.
func IgnoresMerge() Option { return func(o *options) { o.ignoresMerge = true } }

// InProcess opens no socket: the fake is reached through Client or Handler only, and its URL is made up. Tests in
// virtual time (testing/synctest) need it.
func InProcess() Option { return func(o *options) { o.inProcess = true } }

// New starts a fake that is closed with the test. Failing to start ends the test.
func New(t TB, option ...Option) *Server {
	t.Helper()
	o := options{state: defaultState()}
	for _, set := range option {
		set(&o)
	}
	if o.version != "" {
		o.state.Version, o.state.ReportedVersion = o.version, o.version
	}
	s := &Server{t: t, ignoresMerge: o.ignoresMerge, ledger: newLedger()}
	if err := s.replaceState(o.state); err != nil {
		t.Fatalf("chatwoot fake: %v", err)
	}
	var err error
	if s.Server, err = fake.New(t, s.config()); err == nil {
		if o.inProcess {
			s.URL = "https://chatwoot.invalid"
		} else {
			err = s.Listen(o.addr)
		}
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

// Client reaches the fake without a socket, whatever host the URL names.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: fake.RoundTripper(s.Handler())}
}

func (s *Server) config() fake.Config {
	return fake.Config{
		Vendor:   "chatwoot",
		Document: specs.Chatwoot,
		Before:   s.admit,
		NoRoute:  s.noRoute,
		Operations: map[string]fake.Handler{
			"getServerVersion":                    s.getServerVersion,
			"getConversation":                     s.withConversation(s.getConversation),
			"updateConversationCustomAttributes":  s.withConversation(s.updateConversationAttributes),
			"destroyConversationCustomAttributes": s.withConversation(s.destroyConversationAttributes),
			"searchContacts":                      s.inAccount(s.searchContacts),
			"getContact":                          s.withContact(s.getContact),
			"updateContact":                       s.withContact(s.updateContact),
			"putContact":                          s.withContact(s.updateContact), // routed to the same action
			"destroyContactCustomAttributes":      s.withContact(s.destroyContactAttributes),
			"listCustomAttributeDefinitions":      s.inAccount(s.listDefinitions),
		},
		State:      func() any { return s.state },
		SetState:   s.putState,
		Deviations: deviations,
	}
}

// deviations are the requests that work as they were meant although the document forbids them. What the server
// swallows without effect or crashes on is not among them: a test wants to hear of that. A bare key to destroy works
// too, but a deviation would hide the null that a forgotten list becomes.
var deviations = []fake.Deviation{
	{Operation: "updateConversationCustomAttributes", Field: "/merge",
		Reason: "ActiveModel casts any value to a boolean (conversation_custom_attributes_concern.rb at acae0a2ac)"},
}

// call is a request to the account, with its parameters read.
type call struct {
	*fake.Request
	params *object
	id     string // of the record, in canonical form; "" for a list
}

// writer is who calls, for the ledger: the token.
func (c call) writer() string { return token(c.Request) }

// inAccount reads the parameters and finds the account.
func (s *Server) inAccount(handle func(call) fake.Answer) fake.Handler {
	return func(r *fake.Request) fake.Answer {
		params, err := readParams(r)
		if err != nil {
			return s.badRequest(r)
		}
		if castID(r.Params["account_id"]) != fmt.Sprint(s.state.AccountID) {
			return s.notFound()
		}
		return handle(call{Request: r, params: params})
	}
}

// getServerVersion needs no token.
func (s *Server) getServerVersion(*fake.Request) fake.Answer {
	return s.json(http.StatusOK, map[string]string{
		"version":        s.state.ReportedVersion,
		"timestamp":      time.Now().UTC().Format(time.DateTime),
		"queue_services": "ok",
		"data_services":  "ok",
	})
}
