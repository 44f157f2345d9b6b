package bulk

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// entry is a line of a journal: one of these.
type entry struct {
	Begin  *begin  `json:"begin,omitempty"`  // the first line, and one for each time the run was resumed
	Before *before `json:"before,omitempty"` // a row is about to be sent
	After  *after  `json:"after,omitempty"`  // what became of it
	End    *end    `json:"end,omitempty"`    // all rows were gone through
}

// row is the row that an entry is about, 0 if it is about none.
func (e entry) row() int64 {
	switch {
	case e.Before != nil:
		return e.Before.Row
	case e.After != nil:
		return e.After.Row
	}
	return 0
}

// known tells whether this version of the program knows what a journal holds.
func (e entry) known() error {
	if e.Begin != nil && e.Begin.Version > version {
		return fmt.Errorf("a later version of this program wrote it (form %d, this one knows %d)", e.Begin.Version, version)
	}
	return nil
}

// begin says what a run is of.
type begin struct {
	Version  int       `json:"version"`
	Kind     string    `json:"kind"` // "apply" or "undo"
	Run      Identity  `json:"run"`
	NoValues bool      `json:"no_values,omitempty"`
	Again    bool      `json:"again,omitempty"` // all rows once more, whatever was done before
	From     int64     `json:"from,omitempty"`  // of an undoing: the last line that is not put back,
	To       int64     `json:"to,omitempty"`    // and the last that is
	Time     time.Time `json:"time"`
}

// version is the journal's form. A later program reads earlier ones.
const version = 1

// before is on disk before anything of its row is sent.
type before struct {
	Row   int64             `json:"row"`
	Ref   ref               `json:"ref"`
	Was   map[string]*value `json:"was,omitempty"`   // by name; null: absent
	Set   map[string]*value `json:"set,omitempty"`   // what is asked for; null: cleared
	Names []string          `json:"names,omitempty"` // in place of both, without values
	Time  time.Time         `json:"time"`
}

// after says what became of a row.
type after struct {
	Row      int64             `json:"row"`
	At       int64             `json:"at,omitempty"` // where its before is
	Line     int64             `json:"line,omitempty"`
	Ref      ref               `json:"ref"`
	Outcome  Outcome           `json:"outcome"`
	Names    []string          `json:"names,omitempty"` // of the attributes, where there is no before
	Is       map[string]*value `json:"is,omitempty"`    // the named attributes, as the vendor reports them
	Code     adapters.Code     `json:"code,omitempty"`
	Class    string            `json:"class,omitempty"`
	Effect   adapters.Effect   `json:"effect,omitempty"`
	Status   int               `json:"status,omitempty"`
	Message  string            `json:"message,omitempty"`
	Attempts int               `json:"attempts,omitempty"` // requests of this try of the row
	Millis   int64             `json:"ms"`
	Time     time.Time         `json:"time"`
}

// end closes a run that went through all its rows.
type end struct {
	Summary Summary   `json:"summary"`
	Time    time.Time `json:"time"`
}

// ref is an adapters.Ref in JSON.
type ref struct {
	Kind adapters.Kind `json:"kind"`
	ID   string        `json:"id"`
}

// value is an adapters.Value in JSON, with its kind: a time and a text look the
// same in JSON and are not at every vendor.
type value struct{ adapters.Value }

func (v *value) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[adapters.ValueKind]adapters.Value{v.Kind(): v.Value})
}

func (v *value) UnmarshalJSON(data []byte) error {
	var one map[adapters.ValueKind]json.RawMessage
	if err := json.Unmarshal(data, &one); err != nil || len(one) != 1 {
		return fmt.Errorf("a value is an object with one field, its kind")
	}
	for kind, raw := range one {
		var text string
		var list []string
		var flag bool
		var err error
		switch kind {
		case adapters.ValueString:
			err = json.Unmarshal(raw, &text)
			v.Value = adapters.String(text)
		case adapters.ValueLink:
			err = json.Unmarshal(raw, &text)
			v.Value = adapters.Link(text)
		case adapters.ValueNumber:
			v.Value = adapters.Number(json.Number(raw))
		case adapters.ValueBool:
			err = json.Unmarshal(raw, &flag)
			v.Value = adapters.Bool(flag)
		case adapters.ValueTime:
			var t time.Time
			err = json.Unmarshal(raw, &t)
			v.Value = adapters.Time(t)
		case adapters.ValueList:
			err = json.Unmarshal(raw, &list)
			v.Value = adapters.List(list...)
		case adapters.ValueJSON:
			v.Value = adapters.JSON(raw)
		default:
			err = fmt.Errorf("there is no kind of value %q", kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// values puts attributes into a journal; a Clear is null.
func values(attributes adapters.Attributes) map[string]*value {
	all := make(map[string]*value, len(attributes))
	for name, v := range attributes {
		if v.Kind() == adapters.ValueClear {
			all[name] = nil
			continue
		}
		all[name] = &value{v}
	}
	return all
}

// attributes takes them out again.
func attributes(values map[string]*value) adapters.Attributes {
	all := make(adapters.Attributes, len(values))
	for name, v := range values {
		if v == nil {
			all[name] = adapters.Clear()
			continue
		}
		all[name] = v.Value
	}
	return all
}
