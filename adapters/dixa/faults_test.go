package dixa_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/internal/matrix"
	"github.com/deskattr/deskattr/adapters/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFaults: each request of each call, struck by each fault.
func TestFaults(t *testing.T) { matrix.Run(t, faultWorlds()...) }

func faultWorlds() []matrix.World {
	return []matrix.World{faultWorld(adapters.Conversation), faultWorld(adapters.Contact)}
}

// faultWorld is conversation 7, and one end user of two that a look-up lists,
// each on a page of its own.
func faultWorld(kind adapters.Kind) matrix.World {
	entity := map[adapters.Kind]string{adapters.Conversation: "Conversation", adapters.Contact: "Contact"}[kind]
	values := map[string]json.RawMessage{key(0): json.RawMessage(`"a<b>&c"`), key(1): json.RawMessage(`"1"`), key(4): json.RawMessage(`"x"`)}
	state := dixatest.State{
		Token:         "secret-token",
		Conversations: map[string]dixatest.Conversation{"7": {CustomAttributes: values}},
		EndUsers: map[string]dixatest.EndUser{
			endUser: {ExternalID: "crm-7", CustomAttributes: values},
			bob:     {ExternalID: "crm-77", CustomAttributes: map[string]json.RawMessage{}},
		},
		LooseFilters: true, PageLimit: 1,
	}
	for i, name := range names {
		state.Definitions = append(state.Definitions, dixatest.Definition{ID: key(i), EntityType: entity, Identifier: name, Label: name, InputDefinition: dixatest.InputDefinition{Type: "Text"}})
	}
	w := matrix.World{
		Name: string(kind), Rules: rules, Ref: adapters.ConversationRef("7"),
		// By their identifiers, which the definitions tell, and one by its id.
		Replaced: matrix.Attribute{Name: names[1], Key: key(1), Old: adapters.String("1"), New: adapters.String("2"), Stored: json.RawMessage(`"2"`)},
		Added:    matrix.Attribute{Name: names[5], Key: key(5), New: adapters.String("y"), Stored: json.RawMessage(`"y"`)},
		Cleared:  matrix.Attribute{Name: key(4), Key: key(4), Old: adapters.String("x")},
		Serve: func(t matrix.TB) matrix.Server {
			server := dixatest.New(t, dixatest.WithState(state))
			return matrix.Server{Server: server.Server, Reset: func() { server.SetState(state) }, Stored: func() map[string]json.RawMessage { return stored(server, kind) }}
		},
		Open: func(t matrix.TB, url string, client *http.Client, timeout time.Duration, strict bool) adapters.Adapter {
			adapter, err := dixa.New(dixa.Config{
				URL: url + "/v1", Token: adapters.StaticToken("secret-token"), Strict: strict,
				Transport: transport.Options{Client: client, Timeout: timeout, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
			})
			if err != nil {
				t.Fatalf("%v", err)
			}
			return adapter
		},
	}
	if kind == adapters.Contact {
		w.Ref, w.Lookup = adapters.ContactRef(endUser), &adapters.Lookup{By: adapters.ByExternalID, Value: "crm-7"}
	}
	return w
}

// rules are those of the package documentation.
var rules = matrix.Rules{
	Doubtful: func(status int) bool { return status == http.StatusBadRequest }, // it may have been done in part
	Class: func(a *matrix.Attempt) (adapters.Code, error) {
		switch {
		case a.Status == http.StatusNotFound && furtherPage(a):
			// A list without matches may be a 404. A page that another page links to is
			// none: to say "nobody" then would be a guess.
			return adapters.CodeMalformedAnswer, adapters.ErrMalformed
		case endUsers(a) && empty(a):
			return adapters.CodeRecordNotFound, adapters.ErrNotFound
		}
		return "", nil
	},
	// What is read comes under the names that it brings, where the definitions cannot be read.
	Spare: func(a *matrix.Attempt) bool {
		return strings.HasSuffix(a.Path, "/custom-attributes") && a.Method == http.MethodGet
	},
	// The document requires data in no answer. Of a list of end users that reads as
	// nobody, on a further page as nobody else; of a PATCH that only clears, nobody
	// knows what its answer holds. Anywhere else it has to be there.
	Enough: func(a *matrix.Attempt) bool {
		return empty(a) && (furtherPage(a) || a.Method == http.MethodPatch && onlyClears(a))
	},
}

func endUsers(a *matrix.Attempt) bool { return strings.HasSuffix(a.Path, "/endusers") }

func furtherPage(a *matrix.Attempt) bool { return endUsers(a) && strings.Contains(a.Query, "pageKey=") }

func empty(a *matrix.Attempt) bool { return a.Status == http.StatusOK && string(a.Answer) == "{}" }

func onlyClears(a *matrix.Attempt) bool {
	var sent map[string]*json.RawMessage
	if json.Unmarshal([]byte(a.Body), &sent) != nil {
		return false
	}
	for _, value := range sent {
		if value != nil {
			return false
		}
	}
	return true
}
