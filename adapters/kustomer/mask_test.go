package kustomer_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

// secretive is a conversation with sensitive attributes, shown in one of the ways.
func secretive(t *testing.T, masks kustomertest.Masks) *kustomertest.Server {
	t.Helper()
	hidden := &kustomertest.Sensitivity{Enabled: true}
	server, _ := start(t, map[string]kustomertest.Property{
		"cardStr": {Sensitive: hidden}, "noteTxt": {Sensitive: hidden}, "pinNum": {Sensitive: hidden}, "bornAt": {Sensitive: hidden},
		"homeUrl": {Sensitive: hidden}, "codesStr": {Sensitive: hidden, Multi: true}, "ratingStr": {},
	})
	state := server.State()
	state.Masks = masks
	for key, value := range map[string]string{
		"cardStr": `"4111"`, "noteTxt": `"x"`, "pinNum": `1234`, "bornAt": `"2000-01-01T00:00:00.000Z"`, "homeUrl": `"https://a.example"`, "codesStr": `["1","2"]`,
	} {
		state.Conversations[present].Custom[key] = json.RawMessage(value)
	}
	server.SetState(state)
	return server
}

// TestMasksAreNotWrittenBack: what was read of a sensitive attribute is refused,
// strict or not, and nothing is written.
func TestMasksAreNotWrittenBack(t *testing.T) {
	ref := adapters.ConversationRef(present)
	for _, masks := range []kustomertest.Masks{kustomertest.MaskText, kustomertest.MaskObject} {
		for _, strict := range []bool{false, true} {
			server := secretive(t, masks)
			adapter := configured(t, server, kustomer.Config{Strict: strict})
			before := server.State().Conversations[present]
			read, err := adapter.Attributes(t.Context(), ref)
			if err != nil || len(read) != 7 {
				t.Fatalf("%v, %v", read, err)
			}
			for name, value := range read {
				_, err := adapter.UpdateAttributes(t.Context(), ref, adapters.Attributes{name: value})
				switch {
				case name == "planStr" && !strict:
					if err != nil {
						t.Errorf("%s is not sensitive: %v", name, err)
					}
				case err == nil:
					t.Errorf("masks %q, strict %v: the mask of %s is written", masks, strict, name)
				case strings.Contains(err.Error(), value.String()):
					t.Errorf("the error tells the value: %v", err)
				}
			}
			after := server.State().Conversations[present]
			for key, was := range before.Custom {
				if string(after.Custom[key]) != string(was) {
					t.Errorf("masks %q, strict %v: %s is %s, was %s", masks, strict, key, after.Custom[key], was)
				}
			}
		}
	}
}

func TestMaskLikeTexts(t *testing.T) {
	for _, test := range []struct {
		name    string
		value   adapters.Value
		refused bool
		loads   bool // the metadata is read to tell
	}{
		{"cardStr", adapters.String("*****"), true, true},
		{"cardStr", adapters.String("****1111"), true, true},
		{"cardStr", adapters.String("a***@shop.example"), true, true},
		{"cardStr", adapters.String("•••• 1111"), true, true},
		{"card", adapters.String("********"), true, true},
		{"noteTxt", adapters.String("***"), true, true},
		{"codesStr", adapters.List("1", "***"), true, true},
		{"cardStr", adapters.String("4111"), false, false},
		{"cardStr", adapters.String("**"), false, false},
		{"cardStr", adapters.Clear(), false, false},
		{"ratingStr", adapters.String("*****"), false, true}, // defined, not sensitive
		{"starsStr", adapters.String("*****"), false, true},  // not defined
	} {
		server := secretive(t, kustomertest.MaskText)
		adapter := open(t, server.URL, nil)
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{test.name: test.value})
		var failure *adapters.Error
		if refused := errors.As(err, &failure) && failure.Code == adapters.CodeMasked && failure.Name == test.name; refused != test.refused || err != nil != test.refused {
			t.Errorf("%s %v: %v, want it refused: %v", test.name, test.value, err, test.refused)
		}
		if loads := slices.Contains(requests(server), "GET /v1/metadata/conversation"); loads != test.loads {
			t.Errorf("%s %v: metadata read: %v", test.name, test.value, loads)
		}
	}
}

// TestVerifyLeavesMasksOut: a mask proves nothing, and what is shown is held
// against what was written.
func TestVerifyLeavesMasksOut(t *testing.T) {
	for _, masks := range []kustomertest.Masks{kustomertest.MaskText, kustomertest.MaskObject, kustomertest.MaskNone} {
		server := secretive(t, masks)
		adapter := configured(t, server, kustomer.Config{Verify: true})
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{
			"cardStr": adapters.String("4222"), "pinNum": adapters.Int(4), "ratingStr": adapters.String("good"),
		}); err != nil || string(server.State().Conversations[present].Custom["cardStr"]) != `"4222"` {
			t.Errorf("masks %q: %v", masks, err)
		}
	}
}

// TestIfEqualDoesNotTakeAMask: a mask that equals itself says nothing of what is
// hidden.
func TestIfEqualDoesNotTakeAMask(t *testing.T) {
	server := secretive(t, kustomertest.MaskText)
	adapter := open(t, server.URL, nil)
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{"cardStr": adapters.String("4222")},
		adapters.IfEqual(adapters.Attributes{"cardStr": adapters.String("*****")}))
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeMasked || failure.Effect != adapters.EffectNone {
		t.Errorf("%v", err)
	}
}
