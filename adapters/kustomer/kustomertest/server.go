package kustomertest

import (
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
	"github.com/deskattr/deskattr/specs"
)

// Server is a running fake. URL is where it is reached, Requests what it received, SetFaults makes it fail.
type Server struct {
	*fake.Server

	t     TB
	state State // guarded by the lock of fake.Server, and so is the rest
	used  limits
}

// TB is what the fake needs of a test; testing.TB satisfies it.
type TB = fake.TB

// Request is a request as the fake received it.
type Request = fake.Request

// Fault is something that goes wrong with matching requests.
type Fault = fake.Fault

// Option changes how [New] sets up a server.
type Option func(*options)

type options struct {
	addr      string
	inProcess bool
	state     State
}

// Addr makes the server listen there, a loopback address such as "127.0.0.1:8080", in place of any free port.
func Addr(addr string) Option { return func(o *options) { o.addr = addr } }

// InProcess leaves out the socket, and with it Addr. The URL is made up; only [Server.Client] reaches the server. Tests
// in virtual time (testing/synctest) need this.
func InProcess() Option { return func(o *options) { o.inProcess = true } }

// WithState is the state to start with.
func WithState(state State) Option { return func(o *options) { o.state = state } }

// New starts a server that ends with the test. What cannot be started ends the test.
func New(t TB, opts ...Option) *Server {
	t.Helper()
	o := options{state: defaultState()}
	for _, option := range opts {
		option(&o)
	}
	if err := o.state.check(); err != nil {
		t.Fatalf("kustomer fake: %v", err)
	}
	s := &Server{t: t, state: o.state.clone()}
	if !o.inProcess {
		s.Server = fake.Start(t, s.config(), o.addr)
		return s
	}
	base, err := fake.New(t, s.config())
	if err != nil {
		t.Fatalf("%v", err)
	}
	s.Server = base
	s.URL = "https://kustomer.invalid"
	return s
}

func (s *Server) config() fake.Config {
	operations := s.operations()
	for id, handler := range operations {
		operations[id] = s.countedHandler(handler)
	}
	return fake.Config{
		Vendor:     "kustomer",
		Document:   specs.Kustomer,
		Operations: operations,
		Deviations: deviations,
		Before:     s.admit,
		NoRoute:    s.countedHandler(func(*fake.Request) fake.Answer { return refuse(notFound("")) }),
		State:      func() any { return s.state },
		SetState:   s.decodeState,
	}
}

func (s *Server) operations() map[string]fake.Handler {
	return map[string]fake.Handler{
		"getConversation":              s.getConversation,
		"getConversationByExternalID":  s.getConversationByExternalID,
		"updateConversationAttributes": s.updateConversation,
		"getCustomer":                  s.getCustomer,
		"getCustomerByEmail":           s.getCustomerByEmail,
		"getCustomerByExternalID":      s.getCustomerByExternalID,
		"getCustomerByPhone":           s.getCustomerByPhone,
		"updateCustomerAttributes":     s.updateCustomer,
		"getMetadata":                  s.getMetadata,
	}
}

// deviations are the answers that show a record: a mask may be an object, which the document does not have.
var deviations = []fake.Deviation{
	maskIn("getConversation"), maskIn("getConversationByExternalID"), maskIn("updateConversationAttributes"),
	maskIn("getCustomer"), maskIn("getCustomerByEmail"), maskIn("getCustomerByExternalID"), maskIn("getCustomerByPhone"),
	maskIn("updateCustomerAttributes"),
}

func maskIn(operation string) fake.Deviation {
	return fake.Deviation{
		Operation: operation, Status: http.StatusOK, Field: "/data/attributes/custom/*",
		Reason: "Kustomer's page on data masking in cards: a masked field is an object with isMasked and maskedPresentation",
	}
}

// admit stops callers without the token, and what is too much.
func (s *Server) admit(r *fake.Request) *fake.Answer {
	refusal := s.authenticate(r)
	if refusal == nil {
		refusal = s.throttle(r)
	}
	if refusal != nil {
		refusal = new(s.counted(r, *refusal))
	}
	return refusal
}

func (s *Server) authenticate(r *fake.Request) *fake.Answer {
	if r.Header.Get("Authorization") == "Bearer "+s.state.Token {
		return nil
	}
	return new(refuse(problem{Status: http.StatusUnauthorized, Code: "unauthorized", Title: "Unauthorized"}))
}

// Client reaches the server without a socket, whatever the URL of a request.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: fake.RoundTripper(s.Handler())}
}

// State is a copy of the state.
func (s *Server) State() State {
	var copied State
	s.Locked(func() { copied = s.state.clone() })
	return copied
}

// SetState replaces the state with a copy of this one. A state that makes no sense ends the test.
func (s *Server) SetState(state State) {
	s.t.Helper()
	s.changeState(func(present *State) { *present = state })
}

// changeState takes the changed state if it makes sense, and counts anew.
func (s *Server) changeState(change func(*State)) {
	s.t.Helper()
	var err error
	s.Locked(func() {
		next := s.state
		change(&next)
		if err = next.check(); err == nil {
			s.state, s.used = next.clone(), limits{}
		}
	})
	if err != nil {
		s.t.Fatalf("kustomer fake: %v", err)
	}
}

func (s *Server) decodeState(data []byte) error {
	var next State
	if err := fake.Decode(data, &next); err != nil {
		return err
	}
	if err := next.check(); err != nil {
		return err
	}
	s.state, s.used = next.clone(), limits{}
	return nil
}
