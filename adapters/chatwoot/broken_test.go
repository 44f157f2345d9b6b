package chatwoot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
)

// TestSuiteFindsFaults proves the conformance suite: an adapter with one fault
// fails the case that names the fault, and no other but those that the fault
// makes impossible.
func TestSuiteFindsFaults(t *testing.T) {
	for _, test := range []struct {
		fault string
		fails string // the case; "" for none
		with  fault
		also  []string // cases that cannot hold either
	}{
		{"none", "", fault{}, nil},
		{"forgets the merge", "01 keeps what nobody named", fault{request: func(body []byte) []byte {
			var sent struct {
				Values map[string]json.RawMessage `json:"custom_attributes"`
			}
			if json.Unmarshal(body, &sent) != nil || sent.Values["kept"] == nil {
				return body
			}
			for _, key := range []string{"kept", "plan", "gone"} {
				delete(sent.Values, key)
			}
			body, _ = json.Marshal(sent)
			return body
		}}, []string{"04 strict takes what fits", "19 what is read back is the result", "19 what others write elsewhere is not reported"}},
		{"clears for an empty text", "02 an empty text is no removal", fault{update: func(next update, ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
			cleared := adapters.Attributes{}
			for name, value := range changes {
				if cleared[name] = value; value.Equal(adapters.String("")) {
					cleared[name] = adapters.Clear()
				}
			}
			return next(ctx, ref, cleared)
		}}, nil},
		{"sends on empty input", "03 nothing to change is no request", fault{reads: true}, nil},
		{"sends the good attributes beside a bad one", "04 one bad attribute stops all, and all bad ones are named", fault{update: func(next update, ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
			result, err := next(ctx, ref, changes)
			if failure := (*adapters.Error)(nil); errors.As(err, &failure) && len(failure.Details) > 0 {
				good := adapters.Attributes{}
				for name, value := range changes {
					if !slices.ContainsFunc(failure.Details, func(d *adapters.Error) bool { return d.Name == name }) {
						good[name] = value
					}
				}
				_, _ = next(ctx, ref, good)
			}
			return result, err
		}}, nil},
		{"loses digits above 2^53", "05 carries numbers on digit by digit", fault{request: func(body []byte) []byte {
			return bytes.ReplaceAll(body, []byte("9007199254740993"), []byte("9007199254740992"))
		}}, nil},
		{"escapes < in carried values in another way", "05 carries text on byte by byte", fault{request: func(body []byte) []byte {
			return bytes.ReplaceAll(body, []byte(`\u003c`), []byte("<"))
		}}, nil},
		{"mutates the caller's map", "06 leaves the caller's map alone", fault{update: func(next update, ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
			defer clear(changes)
			return next(ctx, ref, changes)
		}}, nil},
		{"has no lock", "08 writers of one adapter lose nothing", fault{fresh: true}, nil},
		{"ignores the context", "10 its end is the end of the wait for an answer", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			return next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
		}}, nil},
		{"repeats a replacement as it was", "11 a lost answer and a foreign writer lose nothing", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err != nil && r.GetBody != nil && r.Context().Err() == nil {
				r = r.Clone(r.Context())
				r.Body, _ = r.GetBody()
				return next.RoundTrip(r)
			}
			return answer, err
		}}, nil},
		{"classes by the body", "12 the status decides the class", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && answer.StatusCode >= 400 {
				body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
				if bytes.Contains(body, []byte("Not Found, rate limit")) {
					answer.StatusCode = http.StatusNotFound
				}
				answer.Body = io.NopCloser(bytes.NewReader(body))
			}
			return answer, err
		}}, nil},
		{"swallows a 500", "12 a 500 is a failure", fault{failed: func(failure *adapters.Error) error {
			if failure.Status == http.StatusInternalServerError {
				return nil
			}
			return failure
		}}, nil},
		{"takes any 2xx for a success", "14 a success that cannot be understood is malformed", fault{failed: func(failure *adapters.Error) error {
			if failure.Code == adapters.CodeMalformedAnswer {
				return nil
			}
			return failure
		}}, []string{"13 a packed body without end is an ordinary error"}},
		{"reads bodies to their end", "13 a packed body without end is an ordinary error", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && answer.Uncompressed {
				_, _ = io.CopyN(io.Discard, answer.Body, 20<<20) // enough to be seen
			}
			return answer, err
		}}, nil},
		{"takes a Content-Type at its word", "13 a success in JSON is read whatever its Content-Type", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
				answer.Body = io.NopCloser(strings.NewReader(""))
			}
			return answer, err
		}}, nil},
		{"keeps headers as they are", "13 headers of any size are ordinary errors", fault{read: func(failure *adapters.Error) error {
			if len(failure.RequestID) >= 100 {
				failure.RequestID += strings.Repeat("x", 1000)
			}
			return failure
		}}, nil},
		{"keeps the vendor's words as they are", "15 errors show no character for another", fault{read: func(failure *adapters.Error) error {
			failure.Detail += "\x1b[2J"
			return failure
		}}, nil},
		{"sends names in a header", "15 names and values reach no header and no URL", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			if r.Body != nil {
				body, _ := io.ReadAll(r.Body)
				r = r.Clone(r.Context())
				r.Body = io.NopCloser(bytes.NewReader(body))
				r.Header.Set("X-Attributes", fmt.Sprintf("%+q", body))
			}
			return next.RoundTrip(r)
		}}, nil},
		{"sends any token", "15 a token that cannot be had or sent ends the call", fault{again: func(s *adapterstest.Settings) {
			if token := s.Token; token != nil {
				s.Token = func(ctx context.Context) (string, error) {
					text, err := token(ctx)
					return strings.Join(strings.Fields(text), ""), err
				}
			}
		}}, nil},
		{"cuts white space off an id", "15 ids reach no other route", fault{update: func(next update, ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
			ref.ID = strings.TrimSpace(ref.ID)
			return next(ctx, ref, changes)
		}}, nil},
		{"follows redirects on reads", "16 redirects are not followed", fault{trip: func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && r.Method == http.MethodGet && answer.StatusCode/100 == 3 && answer.Header.Get("Location") != "" {
				r = r.Clone(r.Context())
				r.URL, _ = r.URL.Parse(answer.Header.Get("Location"))
				return next.RoundTrip(r)
			}
			return answer, err
		}}, nil},
		{"leaks the token in an error", "15 errors tell neither token nor values", fault{failed: func(failure *adapters.Error) error {
			failure.Err = fmt.Errorf("%w (token secret-token)", failure.Err)
			return failure
		}}, nil},
		{"takes 007 for 7", "15 ids reach no other route", fault{update: func(next update, ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
			ref.ID = strings.TrimLeft(ref.ID, "0")
			return next(ctx, ref, changes)
		}}, nil},
		{"believes the answer to its write", "19 what was not kept is reported", fault{settings: func(s *adapters.UpdateSettings) { s.Verify = false }},
			[]string{"19 reading back that fails says that it was written"}},
		{"writes over anything", "20 refuses to write over anything else", fault{settings: func(s *adapters.UpdateSettings) { s.IfEqual = nil }},
			[]string{"20 an attribute that is absent is not an empty one", "20 what it expects must be a value"}},
		{"forgets the names of the call", "01 keeps the names of the call where asked", fault{settings: func(s *adapters.UpdateSettings) { s.KeepNames = false }}, nil},
		{"is not strict", "04 strict refuses what does not fit", fault{again: func(s *adapterstest.Settings) { s.Strict = false }},
			[]string{"04 strict refuses a name that no definition has", "04 strict names all that do not fit"}},
		{"forgets the Locker", "08 a Locker is held while writing", fault{again: func(s *adapterstest.Settings) { s.Locker = nil }},
			[]string{"08 a Locker that fails stops the call"}},
		{"does not read under aliases", "01 an alias is written and read", fault{reading: func(read adapters.Attributes) {
			if value, ok := read["my_own_name"]; ok {
				delete(read, "my_own_name")
				read["order_id"] = value
			}
		}}, nil},
	} {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			var failed []string
			for _, c := range adapterstest.Cases() {
				attempts := 1
				if test.with.fresh && c.String() == test.fails {
					attempts = 50 // whether writers meet is chance
				}
				for range attempts {
					if r := record(t, c, test.with.harness()); len(r.messages) > 0 {
						failed = append(failed, c.String())
						t.Logf("%s: %s", c, r.messages[0])
						break
					}
				}
			}
			want := slices.DeleteFunc(append([]string{test.fails}, test.also...), func(c string) bool { return c == "" })
			slices.Sort(want)
			if test.fault == "forgets the Locker" { // whether writers meet is chance
				failed = slices.DeleteFunc(failed, func(c string) bool { return c == "08 adapters with one Locker lose nothing" })
			}
			slices.Sort(failed)
			if !slices.Equal(failed, want) {
				t.Errorf("fails the cases %q, want %q", failed, want)
			}
		})
	}
}

type update func(context.Context, adapters.Ref, adapters.Attributes) (adapters.Result, error)

// fault is one thing that is wrong with an adapter.
type fault struct {
	request func(body []byte) []byte                                       // changes what is sent
	trip    func(http.RoundTripper, *http.Request) (*http.Response, error) // or how
	update  func(update, context.Context, adapters.Ref, adapters.Attributes) (adapters.Result, error)
	failed  func(*adapters.Error) error // changes the error of an update
	read    func(*adapters.Error) error // or of a read
	reads   bool                        // reads where there is nothing to change
	fresh   bool                        // takes another adapter for each call

	settings func(*adapters.UpdateSettings) // changes what a call asks for
	again    func(*adapterstest.Settings)   // or what a further adapter is given
	reading  func(adapters.Attributes)      // or what was read
}

// harness is the world of an old server, whose maps the adapter merges itself,
// with the fault in the adapter.
func (f fault) harness() adapterstest.Harness {
	return adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
		client = f.client(client.Transport)
		server := serve(t, "4.16.2")
		again := func(s adapterstest.Settings) adapters.Adapter {
			if f.again != nil {
				f.again(&s)
			}
			sound := func() adapters.Adapter { return openAgain(t, server.URL, client, adapters.Conversation, s) }
			adapter := &broken{Adapter: sound(), fault: f}
			if f.fresh {
				adapter.open = sound
			}
			return adapter
		}
		w := world(adapters.Conversation, server, again(adapterstest.Settings{}))
		w.Again = again
		return w
	}}
}

// client sends with the fault that lies between the adapter and the wire.
func (f fault) client(next http.RoundTripper) *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if f.request != nil && r.Body != nil {
			body, _ := io.ReadAll(r.Body)
			body = f.request(body)
			r = r.Clone(r.Context())
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		if f.trip != nil {
			return f.trip(next, r)
		}
		return next.RoundTrip(r)
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// broken is an adapter with a fault.
type broken struct {
	adapters.Adapter
	fault fault
	open  func() adapters.Adapter
}

func (b *broken) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	if b.fault.settings != nil {
		settings := adapters.Settings(options...)
		b.fault.settings(&settings)
		options = nil
		if settings.Verify {
			options = append(options, adapters.Verify())
		}
		if settings.IfEqual != nil {
			options = append(options, adapters.IfEqual(settings.IfEqual))
		}
		if settings.Before != nil {
			options = append(options, adapters.Before(settings.Before))
		}
		if settings.KeepNames {
			options = append(options, adapters.KeepNames())
		}
	}
	next := func(ctx context.Context, ref adapters.Ref, changes adapters.Attributes) (adapters.Result, error) {
		if b.open != nil {
			return b.open().UpdateAttributes(ctx, ref, changes, options...)
		}
		return b.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	}
	if b.fault.reads && len(changes) == 0 {
		_, err := b.Attributes(ctx, ref)
		return adapters.Result{}, err
	}
	if b.fault.update != nil {
		return b.fault.update(next, ctx, ref, changes)
	}
	result, err := next(ctx, ref, changes)
	var failure *adapters.Error
	if b.fault.failed != nil && errors.As(err, &failure) {
		err = b.fault.failed(failure)
	}
	return result, err
}

func (b *broken) Attributes(ctx context.Context, ref adapters.Ref) (adapters.Attributes, error) {
	read, err := b.Adapter.Attributes(ctx, ref)
	if b.fault.reading != nil {
		b.fault.reading(read)
	}
	var failure *adapters.Error
	if b.fault.read != nil && errors.As(err, &failure) {
		err = b.fault.read(failure)
	}
	return read, err
}

// recorder stands in for a *testing.T and keeps what a case reports.
type recorder struct {
	t        *testing.T
	mu       sync.Mutex
	messages []string
	cleanups []func()
}

// record runs a case, to its end or to its first Fatalf.
func record(t *testing.T, c adapterstest.Case, harness adapterstest.Harness) *recorder {
	r := &recorder{t: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for _, cleanup := range slices.Backward(r.cleanups) {
				cleanup()
			}
		}()
		c.Run(r, harness)
	}()
	<-done
	return r
}

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.t.Context() }
func (r *recorder) Cleanup(cleanup func())   { r.cleanups = append(r.cleanups, cleanup) }
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
