package kustomertest

import (
	"encoding/json"
	"testing"
)

func TestMetadata(t *testing.T) {
	b := start(t)
	a := b.record("GET", "/v1/metadata/customer", "", "", 0)
	if a.Data.Type != "metadata" || a.Data.ID != "customer" || a.Data.Links["self"] != "/v1/metadata/customer" || a.Data.Relationships["org"].Data == nil {
		t.Errorf("%+v", a)
	}
	for name, want := range map[string]string{
		"planStr":       `{"type":"string","displayName":"Plan","enumeration":["free","pro","business"]}`,
		"vipBool":       `{"type":"boolean","displayName":"VIP"}`,
		"ordersNum":     `{"type":"number","displayName":"Orders"}`,
		"interestsStr":  `{"type":"string","displayName":"Interests","multi":true}`,
		"renewalAt":     `{"type":"date","displayName":"Renewal"}`,
		"referrerId":    `{"type":"id","displayName":"Referrer","target":"customer"}`,
		"legacyTierStr": `{"type":"string","displayName":"Legacy Tier","deletedAt":"2025-06-01T00:00:00.000Z","deletedBy":"64a1f0c2d3e4b5a697880031"}`,
		"regionTree": `{"type":"tree","displayName":"Region","tree":{"children":[{"id":"europe","displayName":"Europe","children":` +
			`[{"id":"europe.south","displayName":"South"}]},{"id":"asia","displayName":"Asia"}]}}`,
	} {
		if got := string(a.Data.Attributes.Properties[name]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if n := len(a.Data.Attributes.Properties); n != 8 {
		t.Errorf("%d definitions", n)
	}
	a = b.record("GET", "/v1/metadata/conversation", "", "", 0)
	for name, want := range map[string]string{
		"orderIdStr":    `{"type":"string","displayName":"Order"}`,
		"orderTotalNum": `{"type":"number","displayName":"Order Total"}`,
		"trackingUrl":   `{"type":"url","displayName":"Tracking"}`,
		"summaryTxt":    `{"type":"text","displayName":"Summary"}`,
	} {
		if got := string(a.Data.Attributes.Properties[name]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestMetadataOfOtherKinds(t *testing.T) {
	b := start(t)
	for _, resource := range []string{"company", "message"} {
		a := b.record("GET", "/v1/metadata/"+resource, "", "", 0)
		if a.Data.ID != resource || a.Data.Attributes.Properties == nil || len(a.Data.Attributes.Properties) != 0 {
			t.Errorf("%+v", a)
		}
	}
	b.expect("GET", "/v1/metadata/kobject.parcel", "", 404, problemOf(404, "resource", "notfound", "Not Found", ""))
	state := b.State()
	state.Metadata["kobject.parcel"] = map[string]Property{
		"oddly": {Enumeration: []json.RawMessage{[]byte("1")}}, "sizeNum": {Type: "float", DisplayName: "SIZE"},
	}
	b.SetState(state)
	a := b.record("GET", "/v1/metadata/kobject.parcel", "", "", 0)
	for name, want := range map[string]string{"oddly": `{"enumeration":[1]}`, "sizeNum": `{"type":"float","displayName":"SIZE"}`} {
		if got := string(a.Data.Attributes.Properties[name]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
