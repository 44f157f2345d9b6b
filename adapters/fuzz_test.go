package adapters_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// FuzzFrom: decoded JSON becomes values that are the same JSON again, and a null
// is what the policy says.
func FuzzFrom(f *testing.F) {
	for _, seed := range []string{
		`{"id":9007199254740993,"tags":["a"],"mixed":["a",null,1],"object":{"n":0.10,"x":null},"empty":[]}`,
		`{"a":null,"b":"\ud83d\ude00","c":true}`, `{"a":1,"a":2}`, `{"":"\u0000"}`, `{"a":-0,"b":1e400,"c":1E99999999999}`,
		`{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":[["b"]],"c":{"d":{}}}`, `[]`, `{}`, `null`,
	} {
		for policy := range 3 {
			f.Add(seed, policy)
		}
	}
	f.Fuzz(func(t *testing.T, text string, policy int) {
		nils := adapters.NilPolicy(policy)
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var m map[string]any
		var raws map[string]json.RawMessage
		if decoder.Decode(&m) != nil || json.Unmarshal([]byte(text), &raws) != nil {
			return
		}
		nulls := 0
		for _, item := range m {
			if item == nil {
				nulls++
			}
		}
		got, err := adapters.From(m, nils)
		if refused := nulls > 0 && nils != adapters.NilSkips && nils != adapters.NilClears; refused != (err != nil) || refused != errors.Is(err, adapters.ErrInvalid) {
			t.Fatalf("%s with %d nulls and policy %d: %v", text, nulls, nils, err)
		}
		want := len(m)
		if nils == adapters.NilSkips {
			want -= nulls
		}
		if err == nil && len(got) != want {
			t.Fatalf("%s became %d attributes, want %d", text, len(got), want)
		}
		for name, value := range got {
			back, err := value.MarshalJSON()
			switch {
			case err != nil && value.Kind() == adapters.ValueNumber && hugeExponent(value.Number()):
			case err != nil || !adapters.JSON(back).Equal(adapters.JSON(raws[name])):
				t.Errorf("%q: %s became %s (%v)", name, raws[name], back, err)
			}
		}
	})
}

// hugeExponent tells whether a number is beyond what any vendor can hold.
func hugeExponent(n json.Number) bool {
	_, exponent, _ := strings.Cut(strings.ToLower(n.String()), "e")
	return len(strings.TrimLeft(exponent, "+-0")) > 9
}

// FuzzValue: a value is equal to itself and to no other kind, is valid JSON or
// none at all, and From makes the same of that JSON.
func FuzzValue(f *testing.F) {
	f.Add("text", int64(1), 0.5)
	f.Add("", int64(math.MinInt64), math.Inf(-1))
	f.Add("\xff\x00\u202e", int64(-1), math.NaN())
	f.Add(`{"a":[1,{"b":null}]}`, int64(1769851800123), math.Copysign(0, -1))
	f.Add("1e-2147483649", int64(math.MaxInt64), math.MaxFloat64)
	f.Add(` "a" `, int64(253402300800000), 5e-324)
	f.Fuzz(func(t *testing.T, text string, n int64, x float64) {
		values := []adapters.Value{
			{}, adapters.String(text), adapters.Link(text), adapters.Int(n), adapters.Float(x), adapters.Number(json.Number(text)), adapters.Bool(n > 0),
			adapters.Time(time.UnixMilli(n)), adapters.Time(time.Unix(n, 0)), adapters.List(), adapters.List(text), adapters.List(text, "a"), adapters.JSON(json.RawMessage(text)), adapters.Clear(),
		}
		for i, value := range values {
			_ = value.String()
			for j, other := range values {
				switch equal := value.Equal(other); {
				case equal != other.Equal(value):
					t.Errorf("%v is equal to %v, and not the other way round", value, other)
				case i == j && !equal, equal && value.Kind() != other.Kind():
					t.Errorf("%v (%s) and %v (%s): equal is %v", value, value.Kind(), other, other.Kind(), equal)
				}
			}
			back, err := value.MarshalJSON()
			if err != nil {
				continue
			}
			if !json.Valid(back) || value.Kind() == adapters.ValueInvalid {
				t.Fatalf("%v (%s) becomes %q, which is not JSON", value, value.Kind(), back)
			}
			var decoded any
			decoder := json.NewDecoder(bytes.NewReader(back))
			decoder.UseNumber()
			if err := decoder.Decode(&decoded); err != nil {
				t.Fatalf("%s: %v", back, err)
			}
			again, err := adapters.From(map[string]any{"a": decoded}, adapters.NilClears)
			if err != nil {
				t.Fatalf("%s: %v", back, err)
			}
			want := value
			switch value.Kind() {
			case adapters.ValueLink, adapters.ValueTime:
				want = adapters.String(value.String())
			case adapters.ValueJSON: // text and lists in it come back as such
				continue
			}
			if !utf8.ValidString(text) {
				continue // every adapter refuses it
			}
			if !again["a"].Equal(want) {
				t.Errorf("%v (%s) becomes %s, and that %v (%s)", value, value.Kind(), back, again["a"], again["a"].Kind())
			}
		}
	})
}

// FuzzError: whatever a failure is made of, its line is one, is bounded, and tells
// nothing of the vendor's words; nor does the log.
func FuzzError(f *testing.F) {
	f.Add("dixa", "acme", "set", "contact", "7", "order_id", "the reason", "r-1", "not_found", "none", 404, int64(1e9), uint8(1))
	f.Add("\x1b[2J", "\u202e", "", "", "jane@example.com", "\xff", "a\r\nb\u2028", "\u2066", "bad_ref", "", -1, int64(-1), uint8(0))
	f.Add("", "", "", "", "", strings.Repeat("\x00", 300), strings.Repeat("é", 2000), strings.Repeat("x", 500), "", "partial", 0, int64(math.MaxInt64), uint8(9))
	f.Fuzz(func(t *testing.T, vendor, account, op, kind, id, name, reason, request, code, effect string, status int, wait int64, details uint8) {
		const secret = "S3CR3T words"
		failure := &adapters.Error{
			Vendor: vendor, Account: account, Op: op, Ref: adapters.Ref{Kind: adapters.Kind(kind), ID: id}, Name: name, Code: adapters.Code(code), Class: adapters.ErrInvalid,
			Effect: adapters.Effect(effect), Status: status, RequestID: request, RetryAfter: time.Duration(wait), Detail: secret, Err: errors.New(reason),
		}
		for range details {
			failure.Details = append(failure.Details, &adapters.Error{Name: name, Code: adapters.Code(code), Detail: secret, Err: errors.New(reason)})
		}
		line := failure.Error()
		if len(line) > 3000 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(line, secret) {
			t.Errorf("%d bytes: %+q", len(line), line)
		}
		if failure.Code == adapters.CodeBadRef && len(id) > 20 && strings.Contains(line, id) && !strings.Contains(vendor+account+op+kind+name+reason+request, id) {
			t.Errorf("the line tells an id that was refused: %q", line)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", failure)
		if !json.Valid(log.Bytes()) || bytes.Count(log.Bytes(), []byte("\n")) != 1 || bytes.Contains(log.Bytes(), []byte(secret)) {
			t.Errorf("the log is no line of JSON, or tells the vendor's words: %s", log.Bytes())
		}
	})
}
