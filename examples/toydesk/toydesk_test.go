package toydesk_test

import (
	"context"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/examples/toydesk"
)

func open(t adapterstest.TB, server *fake, client *http.Client, options driver.Options) *driver.Adapter {
	return openWith(t, server, client, options, adapters.StaticToken(key))
}

func openWith(t adapterstest.TB, server *fake, client *http.Client, options driver.Options, token func(context.Context) (string, error)) *driver.Adapter {
	adapter, err := toydesk.New(toydesk.Config{
		URL: server.URL, Token: token, Options: options,
		Transport: transport.Options{Client: client, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return adapter
}

func TestConformance(t *testing.T) {
	for kind, ids := range map[adapters.Kind][2]string{adapters.Conversation: {"t-17", "t-18"}, adapters.Contact: {"p-4", "p-5"}} {
		t.Run(string(kind), func(t *testing.T) {
			adapterstest.Run(t, adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
				server := start(t)
				route := map[adapters.Kind]string{adapters.Conversation: "/tickets/", adapters.Contact: "/people/"}[kind] + ids[0]
				world := adapterstest.World{
					Adapter: open(t, server, client, driver.Options{}), Token: key, Kept: "cf:kept",
					Ref: adapters.Ref{Kind: kind, ID: ids[0]}, Absent: adapters.Ref{Kind: kind, ID: ids[1]},
					BadIDs: []string{"t-0", "p-0", "t-017", "p-017", "17", "T-17", "t-17/", "t-" + strings.Repeat("1", 19)},
					Samples: map[adapters.ValueKind]adapterstest.Sample{
						adapters.ValueString: sample("order_id", adapters.String("012345"), adapters.String("<é>")),
						adapters.ValueNumber: sample("total", adapters.Number("19.90"), adapters.Int(-4)),
						adapters.ValueBool:   sample("vip", adapters.Bool(true), adapters.Bool(false)),
					},
					Doubled: []string{"order_id", "cf:order_id"},
					Again: func(s adapterstest.Settings) adapters.Adapter {
						if s.Token == nil {
							s.Token = adapters.StaticToken(key)
						}
						return openWith(t, server, client, driver.Options{
							Strict: s.Strict, Locker: s.Locker, Aliases: map[adapters.Kind]map[string]string{kind: s.Aliases},
						}, s.Token)
					},
					Undefined: "nobody_defined_this",
					Defined: []adapterstest.Sample{
						sample("order_id", adapters.String("012345"), adapters.String("7")),
						sample("vip", adapters.Bool(true), adapters.Bool(false)),
					},
					Misfits: []adapterstest.Misfit{
						{Name: "order_id", Value: adapters.Int(7), Code: adapters.CodeWrongType},
						{Name: "plan", Value: adapters.String("none of them"), Code: adapters.CodeNotAChoice},
					},
					Stored: func() map[string]json.RawMessage { return server.stored(route) },
					Store:  func(fields map[string]json.RawMessage) { server.store(route, fields) },
				}
				for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
					world.Texts = append(world.Texts, sample(name, adapters.String("x"), adapters.String("y")))
				}
				return world
			}})
		})
	}
}

// sample is an attribute that is named and read without its prefix.
func sample(name string, values ...adapters.Value) adapterstest.Sample {
	return adapterstest.Sample{Name: name, Key: "cf:" + name, Read: name, Values: [2]adapters.Value(values)}
}

var ticket = adapters.ConversationRef("t-17")

const (
	route = "/tickets/t-17"
	get   = "GET " + route
	put   = "PUT " + route
)

// TestForeignWriter: the version keeps what somebody else writes between our
// read and our replacement of the map.
func TestForeignWriter(t *testing.T) {
	server := start(t)
	desk := open(t, server, nil, driver.Options{})
	server.meddle = func(fields values) { fields["cf:theirs"] = json.RawMessage(`"x"`) }
	_, err := desk.UpdateAttributes(t.Context(), ticket, adapters.Attributes{"order_id": adapters.String("1")})
	if err != nil {
		t.Fatal(err)
	}
	if stored := server.stored(route); string(stored["cf:theirs"]) != `"x"` || string(stored["cf:order_id"]) != `"1"` {
		t.Errorf("the ticket holds %s", stored)
	}
	if sent, want := server.sent(), []string{get, put, get, put}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

// TestStrict: the driver lists definitions, the core holds the call against them.
func TestStrict(t *testing.T) {
	server := start(t)
	desk := open(t, server, nil, driver.Options{Strict: true})
	_, err := desk.UpdateAttributes(t.Context(), ticket, adapters.Attributes{
		"order_di": adapters.String("1"), "plan": adapters.String("gold"), "total": adapters.String("19.90"), "vip": adapters.Bool(true),
	})
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Effect != adapters.EffectNone {
		t.Fatalf("%v", err)
	}
	var codes []adapters.Code
	for _, bad := range failure.Details {
		codes = append(codes, bad.Code)
	}
	if want := []adapters.Code{adapters.CodeUnknownAttribute, adapters.CodeNotAChoice, adapters.CodeWrongType}; !slices.Equal(codes, want) {
		t.Errorf("the codes are %q, want %q: %v", codes, want, err)
	}
	if sent := server.sent(); slices.Contains(sent, put) {
		t.Errorf("sent %q", sent)
	}
	// A choice may be named by its label.
	if _, err := desk.UpdateAttributes(t.Context(), ticket, adapters.Attributes{"plan": adapters.String("Professional")}); err != nil {
		t.Error(err)
	}
	if stored := server.stored(route); string(stored["cf:plan"]) != `"pro"` {
		t.Errorf("the ticket holds %s", stored)
	}
}

// TestVerify: the driver says Replaced, and the core sees what did not stay.
func TestVerify(t *testing.T) {
	for name, test := range map[string]struct {
		meddle func(*fake)
		want   []string // attributes that are reported
	}{
		"all is well":                {func(*fake) {}, nil},
		"the vendor trims":           {func(f *fake) { f.trims = true }, []string{"order_id"}},
		"somebody else takes it out": {func(f *fake) { f.after = func(fields values) { delete(fields, "cf:order_id") } }, []string{"order_id"}},
		"and something else":         {func(f *fake) { f.after = func(fields values) { delete(fields, "cf:plan") } }, []string{"plan"}},
		"somebody else adds":         {func(f *fake) { f.after = func(fields values) { fields["cf:theirs"] = json.RawMessage(`1`) } }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			server.store(route, values{"cf:kept": json.RawMessage(`"short"`), "cf:plan": json.RawMessage(`"pro"`)})
			test.meddle(server)
			desk := open(t, server, nil, driver.Options{})
			result, err := desk.UpdateAttributes(t.Context(), ticket, adapters.Attributes{"order_id": adapters.String("012345")}, adapters.Verify())
			var failure *adapters.Error
			switch {
			case len(test.want) == 0 && err != nil:
				t.Error(err)
			case len(test.want) == 1 && (!errors.As(err, &failure) || failure.Code != adapters.CodeNotKept || failure.Effect != adapters.EffectApplied || failure.Name != test.want[0]):
				t.Errorf("%v, want %s reported", err, test.want)
			}
			if want := server.stored(route); len(result.Attributes) != len(want) {
				t.Errorf("the result has %v, the ticket %s", result.Attributes, want)
			}
			if sent, want := server.sent(), []string{get, put, get}; !slices.Equal(sent[:min(len(sent), 3)], want) {
				t.Errorf("sent %q, want %q first", sent, want)
			}
		})
	}
}

// TestIfEqual: the driver builds on what the core read, and the version tells the
// core to look anew.
func TestIfEqual(t *testing.T) {
	for name, test := range map[string]struct {
		plan   string       // before the call
		meddle func(values) // during it
		fails  bool
		sent   []string
	}{
		"as expected":                    {`"free"`, nil, false, []string{get, put}},
		"otherwise":                      {`"pro"`, nil, true, []string{get}},
		"changed by somebody else":       {`"free"`, func(fields values) { fields["cf:plan"] = json.RawMessage(`"pro"`) }, true, []string{get, put, get}},
		"something else was, by another": {`"free"`, func(fields values) { fields["cf:theirs"] = json.RawMessage(`1`) }, false, []string{get, put, get, put}},
	} {
		t.Run(name, func(t *testing.T) {
			server := start(t)
			server.store(route, values{"cf:plan": json.RawMessage(test.plan)})
			server.meddle = test.meddle
			desk := open(t, server, nil, driver.Options{})
			_, err := desk.UpdateAttributes(t.Context(), ticket, adapters.Attributes{"vip": adapters.Bool(true)},
				adapters.IfEqual(adapters.Attributes{"plan": adapters.String("free"), "vip": adapters.Clear()}))
			var failure *adapters.Error
			if test.fails && (!errors.As(err, &failure) || failure.Code != adapters.CodeNotEqual || failure.Effect != adapters.EffectNone || failure.Name != "plan") || !test.fails && err != nil {
				t.Errorf("%v", err)
			}
			if _, written := server.stored(route)["cf:vip"]; written == test.fails {
				t.Errorf("the ticket holds %s", server.stored(route))
			}
			if sent := server.sent(); !slices.Equal(sent, test.sent) {
				t.Errorf("sent %q, want %q", sent, test.sent)
			}
		})
	}
}

func TestNames(t *testing.T) {
	server := start(t)
	server.store(route, values{"cf:x": json.RawMessage(`1`)})
	attributes, err := open(t, server, nil, driver.Options{}).Attributes(t.Context(), ticket)
	if err != nil || len(attributes) != 2 || !attributes["x"].Equal(adapters.Int(1)) {
		t.Errorf("read %v (%v)", attributes, err)
	}
	_, err = open(t, server, nil, driver.Options{}).UpdateAttributes(t.Context(), ticket, adapters.Attributes{"Order ID": adapters.Int(1)})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeBadName || failure.Name != "Order ID" {
		t.Errorf("%v", err)
	}
}

// TestAnswers: what is not the record is no success, and what is said of it holds
// no value.
func TestAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		class  error
		detail string
	}{
		"another record":  {http.StatusOK, `{"id":"t-18","version":1,"fields":{}}`, adapters.ErrMalformed, ""},
		"no fields":       {http.StatusOK, `{"id":"t-17","version":1}`, adapters.ErrMalformed, ""},
		"another form":    {http.StatusOK, `{"id":"t-17","version":9876543210987654321,"fields":{}}`, adapters.ErrMalformed, ""},
		"a problem":       {http.StatusForbidden, `{"problem":{"kind":"x","say":"not yours"}}`, adapters.ErrForbidden, "not yours"},
		"no problem, but": {http.StatusForbidden, `<html>9876543210987654321</html>`, adapters.ErrForbidden, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := &fake{Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))}
			defer server.Close()
			_, err := open(t, server, nil, driver.Options{}).Attributes(t.Context(), ticket)
			var failure *adapters.Error
			if !errors.As(err, &failure) {
				t.Fatal(err)
			}
			if !errors.Is(err, test.class) || failure.Detail != test.detail || strings.Contains(err.Error(), "9876543210987654321") {
				t.Errorf("%v, detail %q", err, failure.Detail)
			}
		})
	}
}

func TestNew(t *testing.T) {
	for name, config := range map[string]toydesk.Config{
		"URL":   {URL: "toydesk.example", Token: adapters.StaticToken(key)},
		"http":  {URL: "http://toydesk.example", Token: adapters.StaticToken(key)},
		"Token": {URL: "https://toydesk.example"},
	} {
		if _, err := toydesk.New(config); err == nil || !strings.Contains(err.Error(), name) || !strings.HasPrefix(err.Error(), "toydesk: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDocs: number 18 of the contract.
func TestDocs(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "toydesk.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for line := range strings.Lines(file.Doc.Text()) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			headings = append(headings, strings.TrimSpace(heading))
		}
	}
	want := []string{"Records", "Names", "Values", "Clearing", "Merge", "Errors", "Limits", "Escape hatch", "Document"}
	if !slices.Equal(headings, want) {
		t.Errorf("the package documents %q, want %q", headings, want)
	}
}
