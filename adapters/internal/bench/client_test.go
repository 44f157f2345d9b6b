package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/dixa"
	stockchatwoot "github.com/deskattr/deskattr/adapters/internal/bench/stock/chatwoot"
	stockdixa "github.com/deskattr/deskattr/adapters/internal/bench/stock/dixa"
	stockkustomer "github.com/deskattr/deskattr/adapters/internal/bench/stock/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/transport"
)

// update writes the attributes of a case to a record, and returns how many the
// answer tells of.
type update func(ctx context.Context, id string) (told int, err error)

// clients make an update of each client: the case, where the server is, and the
// connection, which is nil for the client's own.
var clients = []struct {
	name   string
	create func(tb testing.TB, c vendorCase, base string, connection http.RoundTripper) update
}{
	{"handwritten", newHandwritten},
	{"lean", newLean},
	{"stock", func(tb testing.TB, c vendorCase, base string, connection http.RoundTripper) update {
		tb.Helper()
		return timed(newStock(tb, c, base, connection))
	}},
	{"deskattr", newDeskattr},
}

// options are how the adapters are set up: as they come, but for what slows them
// down on purpose. The limiter is there, and what it costs is measured, but it has
// nothing to wait for. No rate lifts Kustomer's limit for one record, so that
// there it has to be off.
func options(vendor string, connection http.RoundTripper) transport.Options {
	options := transport.Options{Limiter: &transport.Limiter{Rate: 1e9, Off: vendor == "kustomer"}}
	if connection != nil {
		options.Client = &http.Client{Transport: connection}
	}
	return options
}

func newDeskattr(tb testing.TB, c vendorCase, base string, connection http.RoundTripper) update {
	tb.Helper()
	var adapter adapters.Adapter
	var err error
	token := adapters.StaticToken("secret")
	switch c.vendor {
	case "chatwoot":
		adapter, err = chatwoot.New(chatwoot.Config{URL: base, AccountID: 1, Token: token, Transport: options(c.vendor, connection)})
	case "kustomer":
		adapter, err = kustomer.New(kustomer.Config{URL: base, Token: token, Transport: options(c.vendor, connection)})
	case "dixa":
		adapter, err = dixa.New(dixa.Config{URL: base + "/v1", Token: token, Transport: options(c.vendor, connection)})
	}
	if err != nil {
		tb.Fatal(err)
	}
	attributes := c.attributes()
	return func(ctx context.Context, id string) (int, error) {
		result, err := adapter.UpdateAttributes(ctx, adapters.Ref{Kind: c.kind, ID: id}, attributes)
		return len(result.Attributes), err
	}
}

func newHandwritten(_ testing.TB, c vendorCase, base string, connection http.RoundTripper) update {
	return timed(byHand(c, &handwritten{client: &http.Client{Transport: own(connection)}, base: base}))
}

func newLean(_ testing.TB, c vendorCase, base string, connection http.RoundTripper) update {
	return timed(byHand(c, &handwritten{client: &http.Client{Transport: own(connection)}, base: base, lean: true}))
}

func byHand(c vendorCase, h *handwritten) update {
	h.header, h.token = "Authorization", "secret"
	var send func(context.Context, string, map[string]any) (map[string]any, error)
	switch c.vendor + " " + string(c.kind) {
	case "chatwoot conversation":
		h.header, send = "api-access-token", h.chatwootConversation
	case "chatwoot contact":
		h.header, send = "api-access-token", h.chatwootContact
	case "kustomer conversation":
		h.token, send = "Bearer secret", h.kustomerConversation
	case "dixa conversation":
		send = h.dixaConversation
	}
	attributes := c.plain()
	return func(ctx context.Context, id string) (int, error) {
		values, err := send(ctx, id, attributes)
		return len(values), err
	}
}

// timed bounds the time of a call, as ours are bounded: nobody waits for ever for a
// server.
func timed(u update) update {
	return func(ctx context.Context, id string) (int, error) {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		return u(ctx, id)
	}
}

// own is the connection of the clients that are not ours: enough idle ones for
// all workers, as somebody who has many would set it.
func own(connection http.RoundTripper) http.RoundTripper {
	if connection != nil {
		return connection
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 512, 512
	return t
}

var errStatus = errors.New("not the declared success")

func newStock(tb testing.TB, c vendorCase, base string, connection http.RoundTripper) update {
	tb.Helper()
	client := &http.Client{Transport: own(connection)}
	header := func(name, value string) func(context.Context, *http.Request) error {
		return func(_ context.Context, req *http.Request) error {
			req.Header.Set(name, value)
			req.Header.Set("Accept", "application/json")
			req.Header.Set("User-Agent", "crm-sync")
			return nil
		}
	}
	plain := c.plain()
	switch c.vendor {
	case "chatwoot":
		api, err := stockchatwoot.NewClientWithResponses(base, stockchatwoot.WithHTTPClient(client), stockchatwoot.WithRequestEditorFn(header("api-access-token", "secret")))
		if err != nil {
			tb.Fatal(err)
		}
		if c.kind == adapters.Contact {
			return func(ctx context.Context, id string) (int, error) {
				attributes, err := raw(plain)
				if err != nil {
					return 0, err
				}
				answer, err := api.UpdateContactWithResponse(ctx, 1, number(id), stockchatwoot.UpdateContact{CustomAttributes: attributes})
				if err != nil {
					return 0, err
				}
				if answer.JSON200 == nil {
					return 0, fmt.Errorf("%w: %s", errStatus, answer.Status())
				}
				return told(answer.JSON200.Payload.CustomAttributes)
			}
		}
		merge := true
		return func(ctx context.Context, id string) (int, error) {
			attributes, err := raw(plain)
			if err != nil {
				return 0, err
			}
			answer, err := api.UpdateConversationCustomAttributesWithResponse(ctx, 1, number(id),
				stockchatwoot.UpdateConversationCustomAttributes{CustomAttributes: attributes, Merge: &merge})
			if err != nil {
				return 0, err
			}
			if answer.JSON200 == nil {
				return 0, fmt.Errorf("%w: %s", errStatus, answer.Status())
			}
			return told(answer.JSON200.CustomAttributes)
		}
	case "kustomer":
		api, err := stockkustomer.NewClientWithResponses(base, stockkustomer.WithHTTPClient(client), stockkustomer.WithRequestEditorFn(header("Authorization", "Bearer secret")))
		if err != nil {
			tb.Fatal(err)
		}
		return func(ctx context.Context, id string) (int, error) {
			attributes, err := raw(plain)
			if err != nil {
				return 0, err
			}
			answer, err := api.UpdateConversationAttributesWithResponse(ctx, id, stockkustomer.UpdateConversation{Custom: attributes})
			if err != nil {
				return 0, err
			}
			if answer.JSON200 == nil {
				return 0, fmt.Errorf("%w: %s", errStatus, answer.Status())
			}
			return told(answer.JSON200.Data.Attributes.Custom)
		}
	}
	api, err := stockdixa.NewClientWithResponses(base+"/v1", stockdixa.WithHTTPClient(client), stockdixa.WithRequestEditorFn(header("Authorization", "secret")))
	if err != nil {
		tb.Fatal(err)
	}
	return func(ctx context.Context, id string) (int, error) {
		attributes, err := raw(plain)
		if err != nil {
			return 0, err
		}
		answer, err := api.PatchConversationCustomAttributesWithResponse(ctx, number(id), attributes)
		if err != nil {
			return 0, err
		}
		if answer.JSON200 == nil {
			return 0, fmt.Errorf("%w: %s", errStatus, answer.Status())
		}
		values := map[string]json.RawMessage{}
		for _, attribute := range answer.JSON200.Data {
			values[attribute.Identifier] = attribute.Value
		}
		return told(values)
	}
}

// raw are values as the stock client takes them: encoded one by one.
func raw(values map[string]any) (map[string]json.RawMessage, error) {
	encoded := make(map[string]json.RawMessage, len(values))
	for key, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		encoded[key] = text
	}
	return encoded, nil
}

// told decodes what the stock client gives back encoded, so that the caller of
// each client has values in the end.
func told(encoded map[string]json.RawMessage) (int, error) {
	values := make(map[string]any, len(encoded))
	for key, text := range encoded {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			return 0, err
		}
		values[key] = value
	}
	return len(values), nil
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}
