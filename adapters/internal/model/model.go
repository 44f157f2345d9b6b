// Package model drives an adapter through random sequences of calls, failures and
// foreign writes, and holds the server against a plain map after each: what
// nobody named stays, what a call says about its effect is true, and with Verify
// nothing of ours is lost in silence. A failure prints the shortest sequence that
// rapid could find.
package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/deskattr/deskattr/adapters"
)

// World is a fake server with one record.
type World struct {
	// Open returns a new adapter for the server: the first, and after a restart.
	// Its requests go through the given transport. The Locker may be nil. Adapters of
	// different numbers are different writers to the server.
	Open func(way http.RoundTripper, locker adapters.Locker, number int) adapters.Adapter
	// Server is the way to the server.
	Server http.RoundTripper

	Ref        adapters.Ref
	Attributes []Attribute // that calls name; the record holds others besides

	// Stored returns the attributes at the server, by key.
	Stored func() map[string]json.RawMessage
	// Foreign writes as another writer would, at once and keeping the rest; nil
	// clears.
	Foreign func(key string, value json.RawMessage)
	// Lost are the keys that the server saw one writer take from another, between
	// that one's read and write; nil where the server takes nothing of what a write
	// does not name.
	Lost func() []string
	// Switch makes the server another version of itself; nil: there is one only.
	Switch func()
	// Lies: the server promises to merge and replaces. An adapter finds out with
	// its first call that sets, if it reads back.
	Lies bool
}

// Attribute is an attribute and what it may be set to.
type Attribute struct {
	Name   string
	Key    string
	Values []adapters.Value
	Stored []json.RawMessage // what the server then holds
}

// step is one thing that happens.
type step struct {
	What    string      // update, foreign, restart or switch
	Changes map[int]int // of an update: attribute to value, -1 clears
	Verify  bool
	Fault   string // of an update: what goes wrong with request number At
	At      int
	Between int // of an update: before this request a foreign writer writes; 0: none
	Other   int // the attribute that a foreign writer writes
	Value   int // and its value, -1 clears
}

// faults are what may go wrong with a request: before the server gets it, or after.
var faults = map[string]func(gate *gate, r *http.Request) (*http.Response, error){
	"":             (*gate).pass,
	"reset before": func(*gate, *http.Request) (*http.Response, error) { return nil, errors.New("connection reset") },
	"500 before":   func(_ *gate, r *http.Request) (*http.Response, error) { return status(r, 500), nil },
	"429 before":   func(_ *gate, r *http.Request) (*http.Response, error) { return status(r, 429), nil },
	"503 after": func(g *gate, r *http.Request) (*http.Response, error) {
		if answer, err := g.pass(r); err == nil {
			_ = answer.Body.Close()
		}
		return status(r, 503), nil
	},
	"500 after": func(g *gate, r *http.Request) (*http.Response, error) {
		if answer, err := g.pass(r); err == nil {
			_ = answer.Body.Close()
		}
		return status(r, 500), nil
	},
	"lost answer": func(g *gate, r *http.Request) (*http.Response, error) {
		if answer, err := g.pass(r); err == nil {
			_ = answer.Body.Close()
		}
		return nil, errors.New("connection reset")
	},
}

func status(r *http.Request, code int) *http.Response {
	return &http.Response{StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r}
}

// gate lies between an adapter and its server. One call at a time goes through.
type gate struct {
	world    World
	step     step
	requests int
	read     bool // the record was read
	foreign  bool // a foreign writer wrote in this call
	window   bool // and did so between a read and a write
	open     bool // a foreign writer wrote after a read, and no write came since
}

func (g *gate) pass(r *http.Request) (*http.Response, error) { return g.world.Server.RoundTrip(r) }

// RoundTrip implements http.RoundTripper.
func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.requests++
	if g.requests == g.step.Between {
		g.world.write(g.step)
		g.foreign, g.open = true, g.read
	}
	if r.Method == http.MethodGet {
		g.read = true
	} else if g.open {
		g.window = true
	}
	if g.requests == g.step.At {
		return faults[g.step.Fault](g, r)
	}
	return g.pass(r)
}

// write is what a foreign writer does.
func (w World) write(s step) {
	attribute := w.Attributes[s.Other]
	if s.Value < 0 {
		w.Foreign(attribute.Key, nil)
		return
	}
	w.Foreign(attribute.Key, attribute.Stored[s.Value])
}

// Check drives sequences in worlds that open makes. Their number is rapid's:
// -rapid.checks.
func Check(t *testing.T, open func(TB) World) {
	rapid.Check(t, func(t *rapid.T) {
		world := open(t)
		gate := &gate{world: world}
		m := machine{t: t, world: world, gate: gate, adapter: world.Open(gate, nil, 0), fooled: world.Lies}
		for _, s := range program(world).Draw(t, "sequence") {
			m.play(s)
		}
	})
}

// TB is what a world is opened with.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
}

// program draws a sequence of steps.
func program(w World) *rapid.Generator[[]step] {
	value := rapid.IntRange(-1, len(w.Attributes[0].Values)-1)
	attribute := rapid.IntRange(0, len(w.Attributes)-1)
	kinds := []string{"update", "update", "update", "update", "foreign", "restart"}
	if w.Switch != nil {
		kinds = append(kinds, "switch")
	}
	one := rapid.Custom(func(t *rapid.T) step {
		s := step{What: rapid.SampledFrom(kinds).Draw(t, "what")}
		switch s.What {
		case "update":
			s.Changes = rapid.MapOfN(attribute, value, 1, 3).Draw(t, "changes")
			s.Verify = rapid.Bool().Draw(t, "verify")
			s.Fault = rapid.SampledFrom(slices.Sorted(maps.Keys(faults))).Draw(t, "fault")
			s.At = rapid.IntRange(1, 4).Draw(t, "at")
			s.Between = rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4}).Draw(t, "between")
			s.Other, s.Value = attribute.Draw(t, "other"), value.Draw(t, "value")
		case "foreign":
			s.Other, s.Value = attribute.Draw(t, "other"), value.Draw(t, "value")
		}
		return s
	})
	return rapid.SliceOfN(one, 1, 12)
}

// machine plays steps.
type machine struct {
	t       *rapid.T
	world   World
	gate    *gate
	adapter adapters.Adapter
	fooled  bool // the server is not what the adapter takes it for
}

func (m *machine) play(s step) {
	switch s.What {
	case "foreign":
		m.world.write(s)
	case "restart":
		m.adapter, m.fooled = m.world.Open(m.gate, nil, 0), m.world.Lies
	case "switch":
		m.world.Switch()
		m.fooled = true
	case "update":
		m.update(s)
	}
}

func (m *machine) update(s step) {
	if m.fooled { // only Verify sees that, and not with a failure on top of it
		s.Verify, s.Fault, s.Between = true, "", 0
	}
	changes := adapters.Attributes{}
	ours := map[string]json.RawMessage{}
	for i, v := range s.Changes {
		a := m.world.Attributes[i]
		if v < 0 {
			changes[a.Name], ours[a.Key] = adapters.Clear(), nil
		} else {
			changes[a.Name], ours[a.Key] = a.Values[v], a.Stored[v]
		}
	}
	var options []adapters.UpdateOption
	if s.Verify {
		options = append(options, adapters.Verify())
	}
	*m.gate = gate{world: m.world, step: s}
	before := m.world.Stored()
	_, err := m.adapter.UpdateAttributes(m.t.Context(), m.world.Ref, changes, options...)
	m.held(s, before, ours, m.world.Stored(), err)
	for _, value := range ours {
		if value != nil && err == nil {
			m.fooled = false
		}
	}
}

// held holds the server against what the call may have made of it.
func (m *machine) held(s step, before, ours, after map[string]json.RawMessage, err error) {
	m.t.Helper()
	effect := adapters.EffectApplied
	var failure *adapters.Error
	if errors.As(err, &failure) {
		effect = failure.Effect
	}
	foreign := m.world.Attributes[s.Other].Key
	var theirs json.RawMessage
	if s.Value >= 0 {
		theirs = m.world.Attributes[s.Other].Stored[s.Value]
	}
	for _, key := range slices.Sorted(maps.Keys(union(before, ours, after))) {
		written, named := ours[key]
		may := []json.RawMessage{before[key]}
		touched := m.gate.foreign && key == foreign
		switch {
		case named && err == nil:
			may = []json.RawMessage{written}
			if touched && !s.Verify { // the last word may be theirs, and with Verify we would have heard
				may = append(may, theirs)
			}
		case named && effect == adapters.EffectNone && touched:
			may = append(may, theirs)
		case named && effect != adapters.EffectNone:
			may = append(may, written)
			if touched {
				may = append(may, theirs)
			}
		case !named && touched && !m.gate.window:
			may = []json.RawMessage{theirs}
		case !named && touched:
			may = append(may, theirs) // a replacement may undo what came after the read
		}
		if !slices.ContainsFunc(may, func(one json.RawMessage) bool { return same(one, after[key]) }) {
			m.t.Fatalf("%s: it was %s and is %s, which may be %s\nafter %s\nwhich gave %v (effect %s)", key, show(before[key]), show(after[key]), fmt.Sprintf("%s", may), describe(s, m.world), err, effect)
		}
	}
}

func union(all ...map[string]json.RawMessage) map[string]bool {
	keys := map[string]bool{}
	for _, one := range all {
		for key := range one {
			keys[key] = true
		}
	}
	return keys
}

// same compares by meaning; null and absence are one.
func same(a, b json.RawMessage) bool {
	if absent(a) || absent(b) {
		return absent(a) && absent(b)
	}
	return adapters.JSON(a).Equal(adapters.JSON(b))
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func show(raw json.RawMessage) string {
	if absent(raw) {
		return "absent"
	}
	return string(raw)
}

func describe(s step, w World) string {
	text := s.What
	for _, i := range slices.Sorted(maps.Keys(s.Changes)) {
		text += fmt.Sprintf(" %s=%d", w.Attributes[i].Name, s.Changes[i])
	}
	return fmt.Sprintf("%s verify=%v fault=%q at %d, foreign writer before request %d: %s=%d", text, s.Verify, s.Fault, s.At, s.Between, w.Attributes[s.Other].Name, s.Value)
}
