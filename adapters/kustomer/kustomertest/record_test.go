package kustomertest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/deskattr/deskattr/specs"
)

// object is values as a JSON object with its names sorted, as answers have it.
func object(values Values) string {
	var members []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		members = append(members, `"`+name+`":`+string(values[name]))
	}
	return "{" + strings.Join(members, ",") + "}"
}

const firstOrder = `"deliveryAt":"2026-02-03T09:30:00.000Z","giftBool":false,"orderIdStr":"A-1001","orderTotalNum":129.90,` +
	`"trackingUrl":"https://parcels.example/A-1001"}`

func TestConversation(t *testing.T) {
	b := start(t)
	a := b.record("GET", conversation1, "", "{"+firstOrder, 3)
	if a.Data.Type != "conversation" || conversation1 != "/v1/conversations/"+a.Data.ID || a.Data.Links["self"] != conversation1 ||
		a.Data.Relationships["customer"].Data.ID != "64a1f0c2d3e4b5a697880011" || a.Data.Relationships["org"].Data.Type != "org" ||
		a.Data.Relationships["messages"].Data != nil || *a.Data.Attributes.Name != "Where is my parcel?" {
		t.Errorf("%+v", a)
	}
	b.record("GET", conversation2, "", "", 1) // custom is missing where no attribute has a value

	// Key by key, lists and other fields as a whole, null clears, and what is not there may be cleared.
	b.record("PATCH", conversation1, `{"custom":{"couponStr":"SPRING","deliveryAt":null,"nothingNum":null}}`,
		`{"couponStr":"SPRING",`+firstOrder[len(`"deliveryAt":"2026-02-03T09:30:00.000Z",`):], 4)
	a = b.record("PATCH", conversation2, `{"name":"New plan","priority":2,"custom":{}}`, "", 2)
	if *a.Data.Attributes.Name != "New plan" {
		t.Error("name is not set")
	}
	a = b.record("PATCH", conversation2, `{"name":null}`, "", 3)
	if a.Data.Attributes.Name != nil {
		t.Error("name is not cleared")
	}
	b.record("PATCH", conversation2, `{}`, "", 4)
}

func TestConversationMoves(t *testing.T) {
	b := start(t)
	const to = `"customer":"64a1f0c2d3e4b5a697880012"`
	if a := b.record("PATCH", conversation1, `{`+to+`}`, "{"+firstOrder, 4); a.Data.Relationships["customer"].Data.ID != "64a1f0c2d3e4b5a697880012" {
		t.Errorf("%+v", a)
	}
	if _, twice := b.State().Conversations["64a1f0c2d3e4b5a697880001"].Attributes["customer"]; twice {
		t.Error("customer is among the attributes too")
	}
	for _, body := range []string{`{` + to + `,"name":"x"}`, `{` + to + `,"custom":{"aStr":"x"}}`} {
		b.expect("PATCH", conversation1, body, 400, problemOf(400, "customer", "badparam", "Invalid value", "/oneOf"))
		b.expectReports("request:")
	}
	b.expect("PATCH", conversation1, `{"customer":"bo"}`, 400, problemOf(400, "customer", "badparam", "Invalid value", "/oneOf"))
	b.record("GET", conversation1, "", "{"+firstOrder, 4)
}

func TestCompany(t *testing.T) {
	for _, c := range []struct{ path, body, company string }{
		{customer1, ``, company},
		{customer1, `{"custom":{"vipBool":true}}`, ""}, // the vendor's warning, taken at its word
		{customer1, `{}`, ""},
		{customer1, `{"company":null}`, ""},
		{customer1, `{"custom":{"vipBool":true},"company":"` + company + `"}`, company},
		{customer2, `{"company":"` + unknownID + `"}`, unknownID},
		{customer2, `{"custom":{}}`, ""},
	} {
		b := start(t)
		if c.body != "" {
			b.expect("PATCH", c.path, c.body, 200, "")
		}
		var a answer
		if err := json.Unmarshal([]byte(b.expect("GET", c.path, "", 200, "")), &a); err != nil {
			t.Fatal(err)
		}
		if _, twice := b.State().Customers[a.Data.ID].Attributes["company"]; twice {
			t.Errorf("%s %s: company is among the attributes too", c.path, c.body)
		}
		got, there := a.Data.Relationships["company"]
		if there != (c.company != "") || there && (got.Data.ID != c.company || got.Links["self"] != "/v1/companies/"+c.company) {
			t.Errorf("%s %s: company %+v", c.path, c.body, got)
		}
	}
	b := start(t)
	for _, id := range []string{`"acme"`, `""`} {
		b.expect("PATCH", customer1, `{"company":`+id+`}`, 400, problemOf(400, "company", "badparam", "Invalid value", "/properties/company/type"))
	}
	b.expect("PATCH", customer1, `{"company":7}`, 400, "")
	b.expectReports("request body at /company")
	if got := b.State().Customers["64a1f0c2d3e4b5a697880011"]; got.Company == nil || got.Rev != 7 {
		t.Errorf("a refused change changed %+v", got)
	}
}

func TestMergedCustomer(t *testing.T) {
	b := start(t)
	const before = `{"interestsStr":["books","tea"],"ordersNum":12,"planStr":"pro","vipBool":true}`
	a := b.record("GET", merged, "", before, 7)
	if a.Data.ID != "64a1f0c2d3e4b5a697880011" || a.Data.Links["self"] != customer1 {
		t.Errorf("%+v", a)
	}
	const after = `{"interestsStr":["books","tea"],"ordersNum":13,"planStr":"pro","vipBool":true}`
	if a = b.record("PATCH", merged, `{"custom":{"ordersNum":13}}`, after, 8); a.Data.ID != "64a1f0c2d3e4b5a697880011" {
		t.Errorf("%+v", a)
	}
	b.record("GET", customer1, "", after, 8)
}

func TestRev(t *testing.T) {
	conflict := problemOf(409, "rev", "conflict", "Conflict", "")
	for path, revs := range map[string][2]string{conversation1: {"3", "4"}, customer1: {"7", "8"}} {
		rev, next := revs[0], revs[1]
		b := start(t)
		b.expect("PATCH", path, `{"rev":2,"custom":{"aStr":"x"}}`, 409, conflict)
		b.expect("PATCH", path, `{"rev":9,"custom":{"aStr":"x"}}`, 409, conflict)
		b.expect("PATCH", path, `{"rev":`+rev+`,"custom":{"aStr":"x"}}`, 200, "")
		b.expect("PATCH", path, `{"rev":`+rev+`,"custom":{"aStr":"y"}}`, 409, conflict)
		for _, rev := range []string{`"3"`, `null`} {
			b.expect("PATCH", path, `{"rev":`+rev+`}`, 400, problemOf(400, "rev", "badparam", "Invalid value", "/properties/rev/type"))
			b.expectReports("request body at /rev")
		}
		if text := b.expect("GET", path, "", 200, ""); !strings.Contains(text, `"aStr":"x"`) || !strings.Contains(text, `"rev":`+next) {
			t.Error(text)
		}
	}
}

func TestBodies(t *testing.T) {
	for _, path := range []string{conversation1, customer1} {
		b := start(t)
		b.expect("PATCH", path, `{"custom":{"aStr":"x"},"color":"red"}`, 400, problemOf(400, "color", "badparam", "Additional properties not allowed", "/additionalProperties"))
		b.expectReports(`property "color" is unsupported`)
		b.expect("PATCH", path, `{"data":{"attributes":{}}}`, 400, "")
		b.expectReports(`property "data" is unsupported`)
		for _, body := range []string{"", "{", "[]", "null", `"x"`} {
			b.expect("PATCH", path, body, 400, problemOf(400, "", "badparam", "Invalid value", "the body is not one JSON object"))
			b.expectReports("request")
		}
		b.expect("PATCH", path, "{} {}", 400, "")
		// 102400 bytes pass, one more does not.
		const head, tail = `{"name":"x"`, `}`
		fill := strings.Repeat(" ", 100<<10-len(head+tail))
		b.expect("PATCH", path, head+fill+tail, 200, "")
		b.expect("PATCH", path, head+fill+" "+tail, 413, problemOf(413, "", "toolarge", "Payload Too Large", ""))
	}
}

func TestMediaType(t *testing.T) {
	for _, mediaType := range []string{"application/json; charset=utf-8", "application/json-patch+json", "text/plain"} {
		b := start(t)
		request := b.request("PATCH", conversation2, `{"custom":{"aStr":"x"}}`)
		request.Header.Set("Content-Type", mediaType)
		if status, _, text := b.do(request); status != 200 {
			t.Errorf("%s: %d %s", mediaType, status, text)
		}
		if !strings.HasPrefix(mediaType, "application/json;") {
			b.expectReports("Content-Type")
		}
	}
}

func TestIDs(t *testing.T) {
	bad := problemOf(400, "id", "badparam", "Invalid value", "")
	missing := `{"errors":[{"status":404,"source":{"parameter":"id"},"code":"notfound","title":"Not Found"}]}` // recorded
	b := start(t)
	for _, kind := range []string{"/v1/conversations/", "/v1/customers/"} {
		for _, id := range []string{"7", "mail=ada@shop.example", "64a1f0c2d3e4b5a69788000g", "64A1F0C2D3E4B5A697880001", unknownID + "," + unknownID} {
			b.expect("GET", kind+id, "", 400, bad)
			b.expect("PATCH", kind+id, `{}`, 400, bad)
		}
		for _, id := range []string{unknownID, "64a1f0c2d3e4b5a6978800ff"} {
			b.expect("GET", kind+id, "", 404, missing)
			b.expect("PATCH", kind+id, `{}`, 404, missing)
		}
	}
}

// The lists of fields are written by hand from the published interface; so is the document.
func TestFieldsAreTheDocuments(t *testing.T) {
	var document struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]yaml.Node }
		}
	}
	if err := yaml.Unmarshal([]byte(specs.Kustomer), &document); err != nil {
		t.Fatal(err)
	}
	for schema, fields := range map[string][]string{"UpdateConversation": conversationFields, "UpdateCustomer": customerFields} {
		want := slices.Sorted(maps.Keys(document.Components.Schemas[schema].Properties))
		if !slices.Equal(fields, want) {
			t.Errorf("%s has %q, the fake %q", schema, want, fields)
		}
	}
}

func TestHeaders(t *testing.T) {
	b := start(t)
	for _, c := range []struct {
		method, path, body string
		status             int
		object             string
	}{
		{"GET", conversation1, "", 200, ""}, {"PATCH", conversation1, "{}", 200, "600"}, {"PATCH", customer1, "{}", 200, "600"},
		{"GET", customer1, "", 200, ""}, {"GET", "/v1/metadata/customer", "", 200, ""}, {"GET", "/v1/customers/7", "", 400, ""},
		{"GET", "/v1/nothing", "", 404, ""},
	} {
		status, header, _ := b.do(b.request(c.method, c.path, c.body))
		if status != c.status || header.Get("Content-Type") != "application/json" || header.Get("X-Ratelimit-Limit") != "1000" ||
			header.Get("X-Ratelimit-Remaining") != "999" || header.Get("X-Ratelimit-Reset") != "60" ||
			header.Get("X-Ratelimit-Object-Limit") != c.object || header.Get("Retry-After") != "" {
			t.Errorf("%s %s: %d %v", c.method, c.path, status, header)
		}
	}
	b.expectReports("no such path")
	request := b.request("GET", conversation1, "")
	request.Header.Del("Authorization")
	if status, header, _ := b.do(request); status != http.StatusUnauthorized || header.Get("X-Ratelimit-Reset") != "60" {
		t.Errorf("%d %v", status, header)
	}
}
