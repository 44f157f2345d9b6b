package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

// fakeServer is a running fake of any vendor. The fakes of all vendors record
// requests of one type.
type fakeServer interface {
	Requests() []dixatest.Request
	Client() *http.Client
	Close()
}

// fakeOptions say how a fake is to run.
type fakeOptions struct {
	addr      string // "" is any free port of loopback
	inProcess bool   // without a socket, reached through its Client
	state     []byte // JSON; nil is the default state
	version   string // "" is the state's
}

// startFake starts the vendor's fake and returns its URL.
func startFake(v vendor, o fakeOptions, reports io.Writer) (server fakeServer, url string, err error) {
	defer func() {
		switch failure := recover().(type) {
		case nil:
		case fatal:
			err = failure
		default:
			panic(failure)
		}
	}()
	return v.fake(fakeHost{reports}, o)
}

// fakeHost is what a fake has in place of a test: what the fake reports, such
// as a request that does not fit the vendor's document, is written out.
type fakeHost struct{ reports io.Writer }

// fatal carries the reason why a fake cannot start up to startFake: Fatalf must
// not return.
type fatal struct{ error }

func (h fakeHost) Errorf(format string, args ...any) { fmt.Fprintf(h.reports, format+"\n", args...) }
func (h fakeHost) Fatalf(format string, args ...any) { panic(fatal{fmt.Errorf(format, args...)}) }
func (h fakeHost) Helper()                           {}
func (h fakeHost) Cleanup(func())                    {} // the fake lives as long as the program

func fakeChatwoot(t dixatest.TB, o fakeOptions) (fakeServer, string, error) {
	options, err := optionsOf(o, chatwoottest.Addr, chatwoottest.InProcess, chatwoottest.WithState)
	if err != nil {
		return nil, "", err
	}
	if o.version != "" {
		options = append(options, chatwoottest.Version(o.version))
	}
	server := chatwoottest.New(t, options...)
	return server, server.URL, nil
}

func fakeKustomer(t dixatest.TB, o fakeOptions) (fakeServer, string, error) {
	options, err := optionsOf(o, kustomertest.Addr, kustomertest.InProcess, kustomertest.WithState)
	if err != nil {
		return nil, "", err
	}
	server := kustomertest.New(t, options...)
	return server, server.URL, nil
}

func fakeDixa(t dixatest.TB, o fakeOptions) (fakeServer, string, error) {
	options, err := optionsOf(o, dixatest.Addr, dixatest.InProcess, dixatest.WithState)
	if err != nil {
		return nil, "", err
	}
	server := dixatest.New(t, options...)
	return server, server.URL, nil
}

// optionsOf are the options that every vendor's fake has, in the vendor's types.
func optionsOf[State, Option any](o fakeOptions, addr func(string) Option, inProcess func() Option, withState func(State) Option) ([]Option, error) {
	options := []Option{addr(o.addr)}
	if o.inProcess {
		options = append(options, inProcess())
	}
	if o.state != nil {
		var state State
		decoder := json.NewDecoder(bytes.NewReader(o.state))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&state); err != nil {
			return nil, fmt.Errorf("the state cannot be read: %w", err)
		}
		options = append(options, withState(state))
	}
	return options, nil
}
