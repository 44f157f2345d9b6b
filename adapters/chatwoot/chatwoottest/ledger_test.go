package chatwoottest

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestIgnoresMerge(t *testing.T) {
	b := start(t, IgnoresMerge())
	b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, 200, `~"order_id":"A-1042"`)
	b.expect("POST", attributes, `{"custom_attributes":{"a":1},"merge":true}`, nil, 200, `{"custom_attributes":{"a":1}}`)
	b.expect("POST", attributes, `{"custom_attributes":{},"merge":true}`, nil, 200, `{"custom_attributes":{}}`)
}

func TestSetVersion(t *testing.T) {
	b := start(t)
	b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, 200, `~order_id`)
	b.SetVersion("4.16.2")
	b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, 404, noSuchPage)
	b.expect("GET", "/api", "", nil, 200, `~"version":"4.16.2"`)
}

// TestLost: a replacement takes back what another writer did since this one
// looked, and nothing else is counted.
func TestLost(t *testing.T) {
	ours, theirs := header{"api-access-token": "admin"}, header{"api-access-token": "agent"}
	look := func(b *bench, who header) { b.expect("GET", conversation, "", who, 200, "~{") }
	replace := func(b *bench, who header, values string) {
		b.expect("POST", attributes, `{"custom_attributes":`+values+`}`, who, 200, "~{")
	}
	merge := func(b *bench, who header, values string) {
		b.expect("POST", attributes, `{"custom_attributes":`+values+`,"merge":true}`, who, 200, "~{")
	}
	for _, test := range []struct {
		name string
		do   func(b *bench)
		want []string
	}{
		{"added meanwhile", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"b":1}`)
			replace(b, ours, `{"a":1}`)
		}, []string{"b"}},
		{"changed meanwhile", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"a":2}`)
			replace(b, ours, `{"a":1}`)
		}, []string{"a"}},
		{"removed meanwhile", func(b *bench) {
			look(b, ours)
			b.expect("POST", destroy, `{"custom_attributes":["a"]}`, theirs, 200, "~{")
			replace(b, ours, `{"a":1}`)
		}, []string{"a"}},
		{"set by the test meanwhile", func(b *bench) {
			look(b, ours)
			state := b.State()
			state.Conversations["7"].CustomAttributes["b"] = json.RawMessage("1")
			b.SetState(state)
			replace(b, ours, `{"a":1}`)
		}, []string{"b"}},
		{"seen and taken along", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"b":1}`)
			replace(b, ours, `{"a":1,"b":1}`)
		}, nil},
		{"seen", func(b *bench) {
			merge(b, theirs, `{"b":1}`)
			look(b, ours)
			replace(b, ours, `{"a":1}`)
		}, nil},
		{"seen in the answer to a write", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"b":1}`)
			merge(b, ours, `{"c":1}`)
			replace(b, ours, `{"a":1}`)
		}, nil},
		{"never looked", func(b *bench) {
			merge(b, theirs, `{"b":1}`)
			replace(b, ours, `{"a":1}`)
		}, nil},
		{"our own", func(b *bench) {
			look(b, ours)
			merge(b, ours, `{"b":1}`)
			replace(b, ours, `{"a":1}`)
		}, nil},
		{"merged, not replaced", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"a":2}`)
			merge(b, ours, `{"a":3}`)
		}, nil},
		{"refused", func(b *bench) {
			look(b, ours)
			merge(b, theirs, `{"b":1}`)
			b.expect("POST", attributes, `{"custom_attributes":{"c":10000000000}}`, ours, 422, "~{")
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := start(t)
			b.put(`{"conversations":{"7":{"custom_attributes":{"a":1}}}}`)
			test.do(b)
			var lost []string
			for _, loss := range b.Lost() {
				lost = append(lost, loss.Attribute)
				if loss.Conversation != "7" {
					t.Errorf("lost at %q", loss.Conversation)
				}
			}
			if !slices.Equal(lost, test.want) {
				t.Errorf("lost %q, want %q", lost, test.want)
			}
		})
	}
}
