// Package adapterstest proves that an adapter keeps the contract of package
// adapters. It is for the adapters of this module and for anybody's:
//
//	func TestConformance(t *testing.T) {
//		adapterstest.Run(t, adapterstest.Harness{Open: open, HTTP: true})
//	}
//
// where open starts a fake of the vendor with one record and returns the adapter
// that talks to it. The cases carry the numbers of the contract. Faults of the
// network and of servers are played by the suite itself, in the client that it
// hands to open: the fake need not know them. That each fault of an adapter fails
// just the case that names it is shown in adapters/chatwoot/broken_test.go.
package adapterstest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// TB is what a case needs of a test; testing.TB satisfies it.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
}

// Harness opens a world for each case.
type Harness struct {
	// Open starts a server with one record and returns the adapter for it. The
	// adapter must send its requests through the client's Transport, and wait
	// no more than a few milliseconds between attempts, of which there are
	// three. A harness that is not HTTP ignores the client.
	Open func(t TB, client *http.Client) World

	// HTTP tells whether the adapter talks HTTP. The cases about requests and
	// answers run only then.
	HTTP bool
}

// World is an adapter with a server behind it.
type World struct {
	Adapter adapters.Adapter

	// Ref is a record that exists and holds at least the attribute Kept.
	Ref adapters.Ref
	// Absent looks like Ref and does not exist.
	Absent adapters.Ref
	// BadIDs are ids that the vendor cannot have, beyond those no vendor can.
	BadIDs []string

	// Kept is the key of an attribute of Ref that no case names. Where the vendor can
	// hold such, its value has long numbers and the letters < > &.
	Kept string
	// Samples are an attribute for each kind of value that the adapter holds.
	Samples map[adapters.ValueKind]Sample
	// Texts are at least four further attributes for text.
	Texts []Sample
	// Doubled are two names of one attribute for text, where there are such.
	Doubled []string

	// Again returns a further adapter of the same account, with other settings. It
	// sends its requests through the same client. The cases about settings need it.
	Again func(Settings) adapters.Adapter
	// Defined are attributes that have a definition, and fit it.
	Defined []Sample
	// Misfits are values that do not fit the definitions of their attributes.
	Misfits []Misfit
	// Undefined is a name that no definition has.
	Undefined string
	// Lookups find Ref, for each field that Capabilities list.
	Lookups map[adapters.LookupField]string

	// Stored returns the attributes at the server, by key; Store adds to them as
	// a foreign writer would.
	Stored func() map[string]json.RawMessage
	Store  func(values map[string]json.RawMessage)

	// Token is what the adapter sends, and must never tell.
	Token string

	// Writes tells whether a request would write; nil: all but GET do.
	Writes func(Request) bool

	// Doubtful tells whether this status leaves open what was written; nil: none
	// below 500 does.
	Doubtful func(status int) bool
}

// Settings are what the vendors' Configs have in common.
type Settings struct {
	Strict  bool
	Aliases map[string]string // of the world's kind of record
	Locker  adapters.Locker
	Token   func(context.Context) (string, error) // nil: the world's
}

// Misfit is a value that does not fit the definition of its attribute.
type Misfit struct {
	Name  string
	Value adapters.Value
	Code  adapters.Code
}

// Sample is an attribute and two values that it can hold.
type Sample struct {
	Name   string // as the caller says
	Key    string // as the vendor says
	Read   string // the name it is read under; "" means Key
	Values [2]adapters.Value
	// Reads are the two values as they are read; the zero Value means as given.
	Reads [2]adapters.Value
}

// Case is one claim of the contract.
type Case struct {
	Number int    // in the contract
	Group  string // what it is about, in a word: set, change, clear, read, definitions, strict, verify, if-equal, find, names, concurrent, failures
	Name   string
	HTTP   bool // only for adapters that talk HTTP
	run    func(t TB, b *bench)
}

// String is the number and the name.
func (c Case) String() string { return fmt.Sprintf("%02d %s", c.Number, c.Name) }

// Cases are all cases, by number.
func Cases() []Case {
	cases := slices.Concat(stateCases, refusalCases, contextCases, failureCases, hostileCases, secrecyCases, capabilityCases, strictCases, verifyCases, ifEqualCases, lockerCases, nameCases, findCases)
	slices.SortStableFunc(cases, func(a, b Case) int { return a.Number - b.Number })
	return cases
}

// Run runs all cases that apply, each as a subtest with a world of its own.
func Run(t *testing.T, harness Harness) {
	for _, c := range Cases() {
		if c.HTTP && !harness.HTTP {
			continue
		}
		t.Run(c.String(), func(t *testing.T) { c.Run(t, harness) })
	}
}

// Run runs the case. A failure is reported to t, which need not be a
// *testing.T: a recorder in its place shows what a broken adapter fails at.
func (c Case) Run(t TB, harness Harness) {
	t.Helper()
	wire := newWire(t)
	client := &http.Client{Transport: wire}
	before := *client
	world := harness.Open(t, client)
	wire.writes = world.Writes
	b := &bench{World: world, wire: wire, ctx: t.Context(), client: client, clientBefore: before}
	c.run(t, b)
}

// bench is what a case works with.
type bench struct {
	World
	wire         *wire
	ctx          context.Context
	client       *http.Client
	clientBefore http.Client
}

// text is the attribute for text that most cases use.
func (b *bench) text() Sample { return b.Samples[adapters.ValueString] }

// kind is the kind of record of this world.
func (b *bench) capabilities(t TB) adapters.Capabilities {
	t.Helper()
	capabilities, ok := b.Adapter.Capabilities(b.Ref.Kind)
	if !ok {
		t.Fatalf("Capabilities(%q): the adapter does not have the kind that it is tested with", b.Ref.Kind)
	}
	return capabilities
}

// update makes a call that must succeed.
func (b *bench) update(t TB, changes adapters.Attributes) adapters.Result {
	t.Helper()
	result, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, changes)
	if err != nil {
		t.Fatalf("UpdateAttributes(%v): %v", slices.Sorted(maps.Keys(changes)), err)
	}
	return result
}

// set is the first value of a sample.
func set(s Sample) adapters.Attributes { return adapters.Attributes{s.Name: s.Values[0]} }

// holds checks that the record reads this value under the sample's name.
func (b *bench) holds(t TB, s Sample, which int) {
	t.Helper()
	attributes, err := b.Adapter.Attributes(b.ctx, b.Ref)
	if err != nil {
		t.Fatalf("Attributes: %v", err)
	}
	want := s.Reads[which]
	if want.Kind() == adapters.ValueInvalid {
		want = s.Values[which]
	}
	if got := attributes[s.readName()]; !got.Equal(want) {
		t.Errorf("%s reads %v (%s), want %v (%s)", s.readName(), got, got.Kind(), want, want.Kind())
	}
}

func (s Sample) readName() string {
	if s.Read != "" {
		return s.Read
	}
	return s.Key
}

// absent checks that the server does not hold the attribute, or holds nothing in
// it.
func (b *bench) absent(t TB, s Sample) {
	t.Helper()
	attributes, err := b.Adapter.Attributes(b.ctx, b.Ref)
	if err != nil {
		t.Fatalf("Attributes: %v", err)
	}
	if value, ok := attributes[s.readName()]; ok {
		t.Errorf("%s reads %v, want it absent", s.readName(), value)
	}
	if raw, ok := b.Stored()[s.Key]; ok && string(raw) != "null" {
		t.Errorf("the server holds %s = %s, want it absent", s.Key, raw)
	}
}

// kept checks that everything but the named keys is at the server as it was.
// What is inside the attribute Kept is for the cases of number 5.
func (b *bench) kept(t TB, before map[string]json.RawMessage, but ...string) {
	t.Helper()
	after := b.Stored()
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if slices.Contains(but, key) {
			continue
		}
		raw, ok := after[key]
		if !ok {
			t.Errorf("%s, which nobody named, is gone", key)
		} else if key != b.Kept && !adapters.JSON(raw).Equal(adapters.JSON(before[key])) {
			t.Errorf("%s, which nobody named, was %s and is %s", key, before[key], raw)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if _, ok := before[key]; !ok && !slices.Contains(but, key) {
			t.Errorf("%s, which nobody named, came into being: %s", key, after[key])
		}
	}
}
