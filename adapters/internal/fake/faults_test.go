package fake

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFaultMatching(t *testing.T) {
	const path, ok = "/v1/things/1", `{"attributes":{"color":"a<b"}}`
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(
			Fault{Type: "status", Operation: "findThing", Status: 500},
			Fault{Type: "status", Method: "DELETE", Status: 501},
			Fault{Type: "status", Path: "/v1/things/2", Status: 502},
			Fault{Type: "status", Operation: "getThing", Method: "get", Path: path, Skip: 1, Times: 2, Status: 503},
			Fault{Type: "status", Skip: 3, Times: -1, Status: 504},
		)
		b.expect("GET", path, "", 200, ok) // skipped by the fourth and, for the first time, by the fifth
		b.expect("GET", path, "", 503, "")
		b.expect("GET", path, "", 503, "")
		b.expect("GET", "/v1/things/2", "", 502, "")
		b.expect("GET", path, "", 200, ok)
		b.expect("GET", path, "", 200, ok)
		for range 3 {
			b.expect("GET", path, "", 504, "")
		}
		b.expect("GET", "/v1/things/mail=x", "", 500, "")
		b.expect("GET", "/_fake/state", "", 200, `{"things":{"1":{"color":"a<b"}}}`) // never the control endpoints
		b.SetFaults()
		b.expect("GET", path, "", 200, ok)
	})
}

// The same list, the same requests: the same ones are struck, and another seed gives others.
func TestToxicityIsReproducible(t *testing.T) {
	struckOf := func(fault Fault) (pattern string) {
		b := inProcessBench(t)
		b.SetFaults(fault)
		for range 200 {
			response, err := b.send("GET", "/v1/things/1", "")
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			pattern += map[int]string{200: ".", 503: "1"}[response.StatusCode]
		}
		return pattern
	}
	fault := func(seed uint64) Fault {
		return Fault{Type: "status", Status: 503, Times: -1, Toxicity: 0.25, Seed: seed}
	}
	first := struckOf(fault(7))
	if again := struckOf(fault(7)); again != first {
		t.Errorf("the same seed gave\n%s\nand\n%s", first, again)
	}
	if struck := strings.Count(first, "1"); struck < 25 || struck > 75 {
		t.Errorf("struck %d of 200 with a chance of a quarter", struck)
	}
	if other := struckOf(fault(8)); other == first {
		t.Error("another seed, the same requests")
	}
	// What was not struck is not counted, what is skipped is not drawn for.
	limited := fault(7)
	limited.Times = 3
	if got := struckOf(limited); got != firstStrikes(first, 3) {
		t.Errorf("three times: %s", got)
	}
	limited.Times, limited.Skip = -1, 10
	if got := struckOf(limited); got != strings.Repeat(".", 10)+first[:190] {
		t.Errorf("after ten: %s", got)
	}
}

// firstStrikes leaves the first n strikes.
func firstStrikes(pattern string, n int) string {
	var left strings.Builder
	for _, c := range pattern {
		if c == '1' {
			if n == 0 {
				c = '.'
			} else {
				n--
			}
		}
		left.WriteRune(c)
	}
	return left.String()
}

// nonsense are faults that are refused, by what is said of them.
var nonsense = map[string]struct {
	fault Fault
	json  string
}{
	`no type ""; there are bandwidth clock_skew`: {Fault{Status: 503}, `{"status":503}`},
	`no type "late"`:         {Fault{Type: "late"}, `{"type":"late"}`},
	`no operation "x"`:       {Fault{Type: "down", Operation: "x"}, `{"type":"down","operation":"x"}`},
	"skip is not negative":   {Fault{Type: "down", Skip: -1}, `{"type":"down","skip":-1}`},
	"times is -1":            {Fault{Type: "down", Times: -2}, `{"type":"down","times":-2}`},
	"toxicity is a chance":   {Fault{Type: "down", Toxicity: -0.5}, `{"type":"down","toxicity":-0.5}`},
	"chance between 0 and 1": {Fault{Type: "down", Toxicity: 1.5}, `{"type":"down","toxicity":1.5}`},
	"rate is not negative":   {Fault{Type: "bandwidth", Rate: -1}, `{"type":"bandwidth","rate":-1}`},
	"latency is at most":     {Fault{Type: "latency", Latency: largest + 1}, `{"type":"latency","latency":10000001}`},
	"skew is at most":        {Fault{Type: "clock_skew", Skew: -largest - 1}, `{"type":"clock_skew","skew":-10000001}`},

	"latency needs latency or jitter":    {Fault{Type: "latency"}, `{"type":"latency"}`},
	"bandwidth needs a rate":             {Fault{Type: "bandwidth"}, `{"type":"bandwidth"}`},
	"slow_close needs a delay":           {Fault{Type: "slow_close"}, `{"type":"slow_close"}`},
	"slicer needs an average_size":       {Fault{Type: "slicer"}, `{"type":"slicer"}`},
	"larger than size_variation":         {Fault{Type: "slicer", AverageSize: 4, SizeVariation: 4}, `{"type":"slicer","average_size":4,"size_variation":4}`},
	"content_type needs a content_type":  {Fault{Type: "content_type"}, `{"type":"content_type"}`},
	"clock_skew needs a skew":            {Fault{Type: "clock_skew", Status: 429}, `{"type":"clock_skew","status":429}`},
	"status needs a status":              {Fault{Type: "status"}, `{"type":"status"}`},
	"header, body and retry_after need":  {Fault{Type: "clock_skew", Skew: 1, RetryAfter: 1}, `{"type":"clock_skew","skew":1,"retry_after":1}`},
	"body and retry_after need a status": {Fault{Type: "clock_skew", Skew: 1, Body: "x"}, `{"type":"clock_skew","skew":1,"body":"x"}`},
	"retry_after need a status":          {Fault{Type: "clock_skew", Skew: 1, Header: map[string]string{"A": "b"}}, `{"type":"clock_skew","skew":1,"header":{"A":"b"}}`},
	"status 99 is not between":           {Fault{Type: "status", Status: 99}, `{"type":"status","status":99}`},
	"status 600 is not between":          {Fault{Type: "status", Status: 600}, `{"type":"status","status":600}`},
	"status 204 has no body":             {Fault{Type: "html", Status: 204}, `{"type":"html","status":204}`},

	"down takes no status":              {Fault{Type: "down", Status: 500}, `{"type":"down","status":500}`},
	"timeout takes no latency":          {Fault{Type: "timeout", Latency: 1}, `{"type":"timeout","latency":1}`},
	"reset_peer takes no delay":         {Fault{Type: "reset_peer", Delay: 1}, `{"type":"reset_peer","delay":1}`},
	"limit_data takes no body":          {Fault{Type: "limit_data", Body: "x"}, `{"type":"limit_data","body":"x"}`},
	"lost_answer takes no bytes":        {Fault{Type: "lost_answer", Bytes: 1}, `{"type":"lost_answer","bytes":1}`},
	"truncated_json takes no bytes":     {Fault{Type: "truncated_json", Bytes: 1}, `{"type":"truncated_json","bytes":1}`},
	"duplicate takes no rate":           {Fault{Type: "duplicate", Rate: 1}, `{"type":"duplicate","rate":1}`},
	"status takes no retry_after":       {Fault{Type: "status", Status: 429, RetryAfter: 1}, `{"type":"status","status":429,"retry_after":1}`},
	"status takes no content_type":      {Fault{Type: "status", Status: 500, ContentType: "a/b"}, `{"type":"status","status":500,"content_type":"a/b"}`},
	"content_type takes no header":      {Fault{Type: "content_type", ContentType: "a/b", Header: map[string]string{"A": "b"}}, `{"type":"content_type","content_type":"a/b","header":{"A":"b"}}`},
	"latency takes no timeout":          {Fault{Type: "latency", Latency: 1, Timeout: 1}, `{"type":"latency","latency":1,"timeout":1}`},
	"bandwidth takes no average_size":   {Fault{Type: "bandwidth", Rate: 1, AverageSize: 1}, `{"type":"bandwidth","rate":1,"average_size":1}`},
	"slicer takes no jitter":            {Fault{Type: "slicer", AverageSize: 1, Jitter: 1}, `{"type":"slicer","average_size":1,"jitter":1}`},
	"slow_close takes no skew":          {Fault{Type: "slow_close", Delay: 1, Skew: 1}, `{"type":"slow_close","delay":1,"skew":1}`},
	"html takes no bytes":               {Fault{Type: "html", Bytes: 1}, `{"type":"html","bytes":1}`},
	"clock_skew takes no size_variatio": {Fault{Type: "clock_skew", Skew: 1, SizeVariation: 1}, `{"type":"clock_skew","skew":1,"size_variation":1}`},
}

func TestNonsensicalFaults(t *testing.T) {
	b := inProcessBench(t)
	b.SetFaults(Fault{Type: "status", Times: -1, Status: 503})
	for want, c := range nonsense {
		b.tb.fatal = nil
		b.SetFaults(c.fault)
		if len(b.tb.fatal) != 1 || !strings.HasPrefix(b.tb.fatal[0], "tiny fake: fault 0: ") || !strings.Contains(b.tb.fatal[0], want) || strings.Contains(b.tb.fatal[0], "\n") {
			t.Errorf("want %q, got %q", want, b.tb.fatal)
		}
	}
	b.tb.fatal = nil
	if b.SetFaults(Fault{Type: "down", Toxicity: math.NaN()}); len(b.tb.fatal) != 1 {
		t.Error("NaN is no chance")
	}
	b.expect("GET", "/v1/things/1", "", 503, "") // the old faults stand
}

func TestFaultsAsJSON(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.expect("PUT", "/_fake/faults", `[{"type":"status","operation":"getThing","method":"GET","path":"/v1/things/1","skip":1,"times":1,
			"toxicity":1,"seed":18446744073709551615,"status":503,"header":{"Retry-After":"1"},"body":"down for now"},
			{"type":"latency","latency":1,"jitter":1}]`, 204, "")
		b.expect("GET", "/v1/things/1", "", 200, `{"attributes":{"color":"a<b"}}`)
		b.expect("GET", "/v1/things/1", "", 503, "down for now")
		b.expect("PUT", "/_fake/faults", `[{"type":"down","times":-1}]`, 204, "")
		b.expectBroken("PATCH", "/v1/things/1", red)
		b.expect("PUT", "/_fake/faults", `[{"type":"down","wait":1}]`, 400, "json: unknown field \"wait\"\n")
		b.expect("PUT", "/_fake/faults", `[{"reset":true}]`, 400, "json: unknown field \"reset\"\n")
		for want, c := range nonsense {
			response, err := b.send("PUT", "/_fake/faults", `[{"type":"latency","latency":1},`+c.json+`]`)
			if err != nil {
				b.Fatal(err)
			}
			got, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != 400 || !strings.HasPrefix(string(got), "fault 1: ") || !strings.Contains(string(got), want) {
				b.Errorf("%s: %d %q", c.json, response.StatusCode, got)
			}
		}
		b.expectBroken("PATCH", "/v1/things/1", red) // refused faults change nothing
		b.expect("PUT", "/_fake/faults", `[]`, 204, "")
		b.expect("PATCH", "/v1/things/1", red, 200, red)
	})
}

// Whoever uses a fake reads of the faults there.
func TestVendorsDocumentTheFaults(t *testing.T) {
	var tables []string
	for _, file := range []string{"../../chatwoot/chatwoottest/doc.go", "../../kustomer/kustomertest/doc.go", "../../dixa/dixatest/doc.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, table, found := strings.Cut(string(text), "\n// # Faults\n")
		table, _, ended := strings.Cut(table, "\n// # ")
		if !found || !ended {
			t.Errorf("%s has no section on faults with one after it", file)
		}
		tables = append(tables, table)
		for word, fault := range faultTypes {
			if !strings.Contains(table, "//	"+string(word)+" ") {
				t.Errorf("%s: no row for %s", file, word)
			}
			for parameter := range strings.FieldsSeq(fault.takes) {
				if !strings.Contains(table, parameter) {
					t.Errorf("%s does not name %s", file, parameter)
				}
			}
		}
	}
	if slices.Sort(tables); len(slices.Compact(tables)) != 1 {
		t.Error("the vendors do not say the same of the faults")
	}
}

// What the fields of a Fault are called is what PUT /_fake/faults takes.
func TestParametersAreFields(t *testing.T) {
	var fields map[string]any
	text, _ := json.Marshal(Fault{
		Type: "x", Operation: "x", Method: "x", Path: "x", Skip: 1, Times: 1, Toxicity: 1, Seed: 1, Latency: 1, Jitter: 1, Rate: 1,
		AverageSize: 1, SizeVariation: 1, Delay: 1, Timeout: 1, Bytes: 1, Status: 1, Header: map[string]string{"a": "b"}, Body: "x",
		ContentType: "x", Skew: 1, RetryAfter: 1,
	})
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, common := range []string{"type", "operation", "method", "path", "skip", "times", "toxicity", "seed"} {
		delete(fields, common)
	}
	for _, fault := range faultTypes {
		for parameter := range strings.FieldsSeq(fault.takes) {
			if fields[parameter] == nil {
				t.Errorf("%q is no field", parameter)
			}
			fields[parameter] = "taken"
		}
	}
	for parameter, taken := range maps.All(fields) {
		if taken != "taken" {
			t.Errorf("no type takes %s", parameter)
		}
	}
}
