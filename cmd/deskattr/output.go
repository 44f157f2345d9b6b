package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/deskattr/deskattr/adapters"
)

// schema is the version of the JSON documents. Fields are only ever added.
const schema = 1

// format is the value of --output.
type format string

const (
	formatText format = "text"
	formatJSON format = "json"
)

// Set, String and Type implement pflag.Value.
func (f *format) Set(word string) error {
	if word != string(formatText) && word != string(formatJSON) {
		return errors.New("text or json")
	}
	*f = format(word)
	return nil
}
func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "FORMAT" }

// wantsJSON looks for --output json. A failure must be told in JSON even where
// the flags could not be parsed.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	i := slices.Index(args, "--output")
	return slices.Contains(args, "--output=json") || i >= 0 && i+1 < len(args) && args[i+1] == "json"
}

// writeJSON writes one document on one line, as it is: no escapes for HTML.
func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return written(encoder.Encode(document))
}

// plain gives attributes whose JSON values are written as ours: vendors escape
// <, > and & in them, and even texts in other scripts.
func plain(attributes adapters.Attributes) adapters.Attributes {
	all := make(adapters.Attributes, len(attributes))
	for name, value := range attributes {
		var tree any
		decoder := json.NewDecoder(strings.NewReader(value.String()))
		decoder.UseNumber() // keeps every digit
		if value.Kind() == adapters.ValueJSON && decoder.Decode(&tree) == nil {
			var b bytes.Buffer
			if writeJSON(&b, tree) == nil {
				value = adapters.JSON(bytes.TrimSpace(b.Bytes()))
			}
		}
		all[name] = value
	}
	return all
}

// table writes rows in columns that line up.
func table(w io.Writer, rows [][]string) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = visible(cell)
		}
		if _, err := io.WriteString(columns, strings.Join(row, "\t")+"\n"); err != nil {
			return written(err)
		}
	}
	return written(columns.Flush())
}

// written gives an error of writing the output its class.
func written(err error) error {
	if err != nil {
		return failed{errLocal, "the output could not be written: " + err.Error()}
	}
	return nil
}

// visible is text as a terminal may show it: what people wrote into a help desk
// must not move the cursor or colour the screen.
func visible(text string) string {
	quoted := strconv.Quote(text)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1])
}

// recordJSON is the record that a document is about.
type recordJSON struct {
	Schema int           `json:"schema"`
	Vendor string        `json:"vendor"`
	Kind   adapters.Kind `json:"kind"`
	ID     string        `json:"id"`
}

// failureJSON is the document of a failure.
type failureJSON struct {
	Schema int         `json:"schema"`
	Errors []errorJSON `json:"errors"`
}

// errorJSON is one failure, or one bad attribute of several.
type errorJSON struct {
	Vendor     string        `json:"vendor"`
	Account    string        `json:"account"`
	Op         string        `json:"op"`
	Kind       adapters.Kind `json:"kind"`
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Code       string        `json:"code"`
	Class      string        `json:"class"`
	Effect     string        `json:"effect"`
	Status     int           `json:"status"`
	RequestID  string        `json:"request_id"`
	RetryAfter int64         `json:"retry_after_s"`
	Message    string        `json:"message"`
	IDs        []string      `json:"ids,omitempty"` // of a look-up that found several records: all of them
}

// describe makes the document of a failure.
func describe(err error) failureJSON {
	document := failureJSON{Schema: schema}
	var failure *adapters.Error
	if !errors.As(err, &failure) {
		word, _ := outcome(err)
		document.Errors = []errorJSON{{Code: word, Class: word, Effect: adapters.EffectNone.String(), Message: oneLine(err)}}
		return document
	}
	var advice advised
	errors.As(err, &advice)
	bad := failure.Details
	if len(bad) == 0 {
		bad = []*adapters.Error{failure}
	}
	for _, e := range bad {
		word, _ := outcome(e)
		id := e.Ref.ID
		if e.Code == adapters.CodeBadRef {
			id = "" // may be anything, an e-mail address for example
		}
		document.Errors = append(document.Errors, errorJSON{
			Vendor: e.Vendor, Account: e.Account, Op: e.Op, Kind: e.Ref.Kind, ID: id, Name: e.Name,
			Code: string(e.Code), Class: word, Effect: e.Effect.String(),
			Status: e.Status, RequestID: e.RequestID, RetryAfter: int64(math.Ceil(e.RetryAfter.Seconds())),
			Message: oneLine(e), IDs: advice.ids,
		})
	}
	return document
}

// oneLine is what an error says, on one line and safe for a terminal.
func oneLine(err error) string {
	return visible(strings.Join(strings.Fields(err.Error()), " "))
}
