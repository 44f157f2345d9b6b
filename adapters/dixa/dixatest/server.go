package dixatest

import (
	"net/http"
	"slices"

	"github.com/deskattr/deskattr/adapters/internal/fake"
	"github.com/deskattr/deskattr/specs"
)

// TB is what the fake needs of a test; testing.TB satisfies it, and a program passes its own.
type TB = fake.TB

// Request is a request as the server received it.
type Request = fake.Request

// Fault is something that goes wrong with matching requests.
type Fault = fake.Fault

// Server is a running fake. Dixa's paths begin with their version, so the API is at URL + "/v1" and URL + "/beta".
type Server struct {
	*fake.Server
	t      TB
	vendor *vendor
}

// Option changes what New makes.
type Option func(*options)

type options struct {
	addr      string
	state     State
	inProcess bool
}

// Addr makes the server listen there instead of on a free port. It must be a loopback address.
func Addr(addr string) Option { return func(o *options) { o.addr = addr } }

// WithState replaces the default state.
func WithState(state State) Option { return func(o *options) { o.state = state } }

// InProcess makes a server without a socket. Its URL does not exist; Client reaches it. That is the form for
// testing/synctest, and the faster one.
func InProcess() Option { return func(o *options) { o.inProcess = true } }

// New starts a fake that ends with the test.
func New(t TB, opts ...Option) *Server {
	t.Helper()
	o := options{state: defaultState()}
	for _, option := range opts {
		option(&o)
	}
	v := &vendor{}
	base, err := fake.New(t, v.config())
	if err != nil {
		t.Fatalf("%v", err)
	}
	s := &Server{base, t, v}
	s.SetState(o.state)
	if o.inProcess {
		s.URL = "https://dixa.invalid"
	} else if err := s.Listen(o.addr); err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

// Client reaches the server without a socket, whatever host the URL of a request names.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: fake.RoundTripper(s.Handler())}
}

// State returns a copy of the present state.
func (s *Server) State() State {
	var state State
	s.Locked(func() { state = s.vendor.state.clone() })
	return state
}

// SetState replaces the state by a copy of this one. A state that cannot be played ends the test.
func (s *Server) SetState(state State) {
	s.t.Helper()
	if err := state.check(); err != nil {
		s.t.Fatalf("dixa fake: state: %v", err)
	}
	state = state.clone()
	s.Locked(func() { s.vendor.state, s.vendor.used = state, nil })
}

// vendor is Dixa. Its methods are called with the server's lock held.
type vendor struct {
	state State
	used  buckets // of State.Limit
}

func (v *vendor) config() fake.Config {
	return fake.Config{
		Vendor:   "dixa",
		Document: specs.Dixa,
		Prefixes: []string{"/v1", "/beta"},
		Operations: map[string]fake.Handler{
			"listEndUsers":                      v.listEndUsers,
			"getEndUser":                        v.getEndUser,
			"patchEndUserCustomAttributes":      v.patchEndUser,
			"getConversation":                   v.getConversation,
			"patchConversationCustomAttributes": v.patchConversation,
			"claimConversation":                 v.claimConversation,
			"listActivityLog":                   v.listActivityLog,
			"listConversationActivityLog":       v.listConversationActivityLog,
			"listCustomAttributeDefinitions":    v.listDefinitions,
		},
		Before:  v.admit,
		NoRoute: func(*fake.Request) fake.Answer { return notFound() },
		State:   func() any { return v.state },
		SetState: func(data []byte) error {
			var state State
			err := fake.Decode(data, &state)
			if err == nil {
				err = state.check()
			}
			if err == nil {
				v.state, v.used = state, nil
			}
			return err
		},
	}
}

// admit counts first: whether the limit or the token is looked at first is not known.
func (v *vendor) admit(r *fake.Request) *fake.Answer {
	if refusal := v.throttle(r); refusal != nil {
		return refusal
	}
	return v.authenticate(r)
}

// authenticate lets the gateway speak first: without a token that it knows, even a wrong path is answered with 401.
func (v *vendor) authenticate(r *fake.Request) *fake.Answer {
	token := r.Header.Get("Authorization")
	limited := slices.Contains(v.state.LimitedTokens, token)
	setsAttributes := r.Operation == "patchConversationCustomAttributes" || r.Operation == "patchEndUserCustomAttributes"
	switch {
	case token != v.state.Token && !limited:
		return new(failure(http.StatusUnauthorized, "Unauthorized"))
	case limited && setsAttributes:
		return new(failure(http.StatusUnauthorized, "User is unauthorized to perform an underlying operation"))
	}
	return nil
}
