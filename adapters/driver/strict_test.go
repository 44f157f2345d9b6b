package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
)

// TestStrict: a value that fits its definition is sent as the definition has it;
// any other is refused with its code.
func TestStrict(t *testing.T) {
	text, at := adapters.String, time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	choices := []adapters.Choice{{Value: "1", Label: "one"}, {Value: "2", Label: "two"}, {Value: "two", Label: "1"}, {Value: "3", Label: "same"}, {Value: "4", Label: "same"},
		{Value: "5", Label: "old", Retired: true}, {Value: "6", Label: "back", Retired: true}, {Value: "7", Label: "back"}}
	tree := []adapters.Choice{
		{Value: "eu", Label: "Europe", Choices: []adapters.Choice{
			{Value: "dk", Label: "Denmark"}, {Value: "xx", Label: "Other"}, {Value: "yu", Label: "Yugoslavia", Retired: true},
		}},
		{Value: "as", Label: "Asia", Choices: []adapters.Choice{{Value: "jp", Label: "Japan"}, {Value: "as-xx", Label: "Other"}}},
		{Value: "aq", Label: "Antarctica"},
		{Value: "zz", Label: "Closed", Choices: []adapters.Choice{{Value: "zz-1", Label: "Old one", Retired: true}}},
	}
	type refusal = adapters.Code
	const wrong, none = adapters.CodeWrongType, adapters.CodeNotAChoice
	for name, test := range map[string]struct {
		definition adapters.Definition
		value      adapters.Value
		sent       string // as JSON; a Clear sends nothing
		code       refusal
	}{
		"text":            {adapters.Definition{Type: adapters.TypeText}, text("a"), `"a"`, ""},
		"text, empty":     {adapters.Definition{Type: adapters.TypeText}, text(""), `""`, ""},
		"text, a link":    {adapters.Definition{Type: adapters.TypeText}, adapters.Link("https://a"), `"https://a"`, ""},
		"text, a number":  {adapters.Definition{Type: adapters.TypeText}, adapters.Int(1), "", wrong},
		"text, a list":    {adapters.Definition{Type: adapters.TypeText}, adapters.List("a"), "", wrong},
		"text, JSON":      {adapters.Definition{Type: adapters.TypeText}, adapters.JSON([]byte(`"a"`)), "", wrong},
		"number":          {adapters.Definition{Type: adapters.TypeNumber}, adapters.Number("1.10"), `1.10`, ""},
		"number, as text": {adapters.Definition{Type: adapters.TypeNumber}, text("1"), "", wrong},
		"number, a bool":  {adapters.Definition{Type: adapters.TypeNumber}, adapters.Bool(true), "", wrong},
		"bool":            {adapters.Definition{Type: adapters.TypeBool}, adapters.Bool(false), `false`, ""},
		"bool, as text":   {adapters.Definition{Type: adapters.TypeBool}, text("True"), "", wrong},
		"bool, a number":  {adapters.Definition{Type: adapters.TypeBool}, adapters.Int(1), "", wrong},
		"cleared":         {adapters.Definition{Type: adapters.TypeBool}, adapters.Clear(), ``, ""},
		"unknown, text":   {adapters.Definition{}, text("a"), `"a"`, ""},
		"unknown, JSON":   {adapters.Definition{}, adapters.JSON([]byte(`[1]`)), `[1]`, ""},

		"date":                {adapters.Definition{Type: adapters.TypeDate}, text("2026-01-31"), `"2026-01-31"`, ""},
		"date, a time":        {adapters.Definition{Type: adapters.TypeDate}, adapters.Time(at), `"2026-01-31T09:30:00.000Z"`, ""},
		"date, RFC 3339":      {adapters.Definition{Type: adapters.TypeDate}, text("2026-01-31T09:30:00Z"), `"2026-01-31T09:30:00Z"`, ""},
		"date, no such day":   {adapters.Definition{Type: adapters.TypeDate}, text("2026-02-30"), "", wrong},
		"date, another form":  {adapters.Definition{Type: adapters.TypeDate}, text("31.01.2026"), "", wrong},
		"date, a short month": {adapters.Definition{Type: adapters.TypeDate}, text("2026-1-31"), "", wrong},
		"date, empty":         {adapters.Definition{Type: adapters.TypeDate}, text(""), "", wrong},
		"date, a number":      {adapters.Definition{Type: adapters.TypeDate}, adapters.Int(20260131), "", wrong},
		"time":                {adapters.Definition{Type: adapters.TypeTime}, adapters.Time(at), `"2026-01-31T09:30:00.000Z"`, ""},
		"time, RFC 3339":      {adapters.Definition{Type: adapters.TypeTime}, text("2026-01-31T09:30:00+01:00"), `"2026-01-31T09:30:00+01:00"`, ""},
		"time, a day":         {adapters.Definition{Type: adapters.TypeTime}, text("2025-01-31"), "", wrong},
		"time, short hour":    {adapters.Definition{Type: adapters.TypeTime}, text("2026-01-31T9:30:00Z"), "", wrong},
		"time, without zone":  {adapters.Definition{Type: adapters.TypeTime}, text("2025-01-31T09:30:00"), "", wrong},
		"time, a comma":       {adapters.Definition{Type: adapters.TypeTime}, text("2026-01-31T09:30:00,5Z"), "", wrong},
		"time, a number":      {adapters.Definition{Type: adapters.TypeTime}, adapters.Int(1), "", wrong},
		"link":                {adapters.Definition{Type: adapters.TypeLink}, adapters.Link("https://a/b"), `"https://a/b"`, ""},
		"link, as text":       {adapters.Definition{Type: adapters.TypeLink}, text("mailto:a@b.c"), `"mailto:a@b.c"`, ""},
		"link, no scheme":     {adapters.Definition{Type: adapters.TypeLink}, adapters.Link("a/b"), "", wrong},
		"link, scheme only":   {adapters.Definition{Type: adapters.TypeLink}, text("ftp:"), "", wrong},
		"link, no URL":        {adapters.Definition{Type: adapters.TypeLink}, text("https://a b"), "", wrong},
		"link, a number":      {adapters.Definition{Type: adapters.TypeLink}, adapters.Int(1), "", wrong},

		"choice by value":         {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("1"), `"1"`, ""},
		"choice by label":         {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("one"), `"1"`, ""},
		"the value wins":          {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("two"), `"two"`, ""},
		"a label of two":          {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("same"), "", none},
		"no choice":               {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("nine"), "", none},
		"in another case":         {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("One"), "", none},
		"an empty text":           {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text(""), "", none},
		"retired":                 {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("5"), "", none},
		"retired, by label":       {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("old"), "", none},
		"a label of one retired":  {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, text("back"), `"7"`, ""},
		"choice, a number":        {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, adapters.Int(1), `1`, ""},
		"choice, in other digits": {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, adapters.Number("1.0"), `1.0`, ""},
		"choice, another number":  {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, adapters.Int(9), "", none},
		"choice, a bool":          {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, adapters.Bool(true), "", wrong},
		"choice, a list":          {adapters.Definition{Type: adapters.TypeChoice, Choices: choices}, adapters.List("1"), "", wrong},
		"choices unknown":         {adapters.Definition{Type: adapters.TypeChoice}, text("any"), `"any"`, ""},
		"choices unknown, long":   {adapters.Definition{Type: adapters.TypeChoice, MaxLength: 2}, text("any"), "", adapters.CodeTooLong},
		"no choices at all":       {adapters.Definition{Type: adapters.TypeChoice, Choices: []adapters.Choice{}}, text("any"), "", none},
		"a choice of the tree":    {adapters.Definition{Type: adapters.TypeChoice, Choices: tree}, text("Denmark"), `"dk"`, ""},
		"a branch":                {adapters.Definition{Type: adapters.TypeChoice, Choices: tree}, text("eu"), `"eu"`, ""},
		"a label in two branches": {adapters.Definition{Type: adapters.TypeChoice, Choices: tree}, text("Other"), "", none},
		"a leaf":                  {adapters.Definition{Type: adapters.TypeChoice, Choices: tree, LeafOnly: true}, text("dk"), `"dk"`, ""},
		"a leaf at the root":      {adapters.Definition{Type: adapters.TypeChoice, Choices: tree, LeafOnly: true}, text("Antarctica"), `"aq"`, ""},
		"no leaf":                 {adapters.Definition{Type: adapters.TypeChoice, Choices: tree, LeafOnly: true}, text("Europe"), "", none},
		"only retired below":      {adapters.Definition{Type: adapters.TypeChoice, Choices: tree, LeafOnly: true}, text("zz"), `"zz"`, ""},
		"one value twice": {adapters.Definition{Type: adapters.TypeChoice, Choices: []adapters.Choice{
			{Value: "a", Label: "A"}, {Value: "b", Choices: []adapters.Choice{{Value: "a", Label: "A"}}}}}, text("a"), `"a"`, ""},
		"one label, one value": {adapters.Definition{Type: adapters.TypeChoice, Choices: []adapters.Choice{
			{Value: "a", Label: "A"}, {Value: "b", Choices: []adapters.Choice{{Value: "a", Label: "A"}}}}}, text("A"), `"a"`, ""},

		"path":                  {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("eu", "dk"), `["eu","dk"]`, ""},
		"path by labels":        {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("Europe", "Other"), `["eu","xx"]`, ""},
		"path, mixed":           {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("as", "Other"), `["as","as-xx"]`, ""},
		"path, half":            {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("eu"), `["eu"]`, ""},
		"path, half, leaves":    {adapters.Definition{Type: adapters.TypePath, Choices: tree, LeafOnly: true}, adapters.List("eu"), "", none},
		"path to a leaf":        {adapters.Definition{Type: adapters.TypePath, Choices: tree, LeafOnly: true}, adapters.List("eu", "dk"), `["eu","dk"]`, ""},
		"path, wrong branch":    {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("as", "dk"), "", none},
		"path, not from root":   {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("dk"), "", none},
		"path, too deep":        {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("eu", "dk", "dk"), "", none},
		"path, retired":         {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List("eu", "yu"), "", none},
		"path, empty":           {adapters.Definition{Type: adapters.TypePath, Choices: tree}, adapters.List(), "", wrong},
		"path, a text":          {adapters.Definition{Type: adapters.TypePath, Choices: tree}, text("eu"), "", wrong},
		"path, choices unknown": {adapters.Definition{Type: adapters.TypePath}, adapters.List("a", "b"), `["a","b"]`, ""},

		"several texts":          {adapters.Definition{Type: adapters.TypeText, Multi: true}, adapters.List("a", "b"), `["a","b"]`, ""},
		"several, none":          {adapters.Definition{Type: adapters.TypeText, Multi: true}, adapters.List(), `[]`, ""},
		"several, one text":      {adapters.Definition{Type: adapters.TypeText, Multi: true}, text("a"), "", wrong},
		"several unknown":        {adapters.Definition{Multi: true}, text("a"), "", wrong},
		"several choices":        {adapters.Definition{Type: adapters.TypeChoice, Multi: true, Choices: choices}, adapters.List("one", "2"), `["1","2"]`, ""},
		"several, one no choice": {adapters.Definition{Type: adapters.TypeChoice, Multi: true, Choices: choices}, adapters.List("one", "nine"), "", none},
		"several, one too long":  {adapters.Definition{Type: adapters.TypeText, Multi: true, MaxLength: 1}, adapters.List("a", "bb"), "", adapters.CodeTooLong},
		"several dates":          {adapters.Definition{Type: adapters.TypeDate, Multi: true}, adapters.List("2026-01-31", "x"), "", wrong},

		"as long as may be":     {adapters.Definition{Type: adapters.TypeText, MaxLength: 3}, text("é😀é"), `"é😀é"`, ""}, // 8 bytes
		"too long":              {adapters.Definition{Type: adapters.TypeText, MaxLength: 3}, text("abcd"), "", adapters.CodeTooLong},
		"a link too long":       {adapters.Definition{Type: adapters.TypeLink, MaxLength: 8}, adapters.Link("https://a"), "", adapters.CodeTooLong},
		"a number has none":     {adapters.Definition{Type: adapters.TypeNumber, MaxLength: 1}, adapters.Int(123), `123`, ""},
		"the pattern, anywhere": {adapters.Definition{Type: adapters.TypeText, Pattern: `[0-9]{2}`}, text("a12b"), `"a12b"`, ""},
		"the pattern, bound":    {adapters.Definition{Type: adapters.TypeText, Pattern: `^[0-9]{2}$`}, text("a12b"), "", adapters.CodePatternMismatch},
		"no match":              {adapters.Definition{Type: adapters.TypeText, Pattern: `[0-9]{2}`}, text("a1b"), "", adapters.CodePatternMismatch},
		"no match, unknown":     {adapters.Definition{Pattern: `[0-9]{2}`}, text("a1b"), "", adapters.CodePatternMismatch},
		"no match, a link":      {adapters.Definition{Type: adapters.TypeText, Pattern: `^https:`}, adapters.Link("http://a"), "", adapters.CodePatternMismatch},
		"no pattern of Go's":    {adapters.Definition{Type: adapters.TypeText, Pattern: `(?=x)`}, text("a"), `"a"`, ""},
		"no pattern at all":     {adapters.Definition{Type: adapters.TypeText, Pattern: `[`}, text("a"), `"a"`, ""},

		"archived":            {adapters.Definition{Type: adapters.TypeText, Archived: true}, text("a"), "", adapters.CodeArchived},
		"archived, cleared":   {adapters.Definition{Type: adapters.TypeText, Archived: true}, adapters.Clear(), "", adapters.CodeArchived},
		"read-only":           {adapters.Definition{Type: adapters.TypeText, ReadOnly: true}, text("a"), "", adapters.CodeReadOnly},
		"read-only, cleared":  {adapters.Definition{Type: adapters.TypeText, ReadOnly: true}, adapters.Clear(), "", adapters.CodeReadOnly},
		"masked, a value":     {adapters.Definition{Type: adapters.TypeText, Masked: true}, text("4*2 a"), `"4*2 a"`, ""},
		"masked, cleared":     {adapters.Definition{Type: adapters.TypeText, Masked: true}, adapters.Clear(), ``, ""},
		"masked, stars":       {adapters.Definition{Type: adapters.TypeText, Masked: true}, text("***"), "", adapters.CodeMasked},
		"masked, one star":    {adapters.Definition{Type: adapters.TypeText, Masked: true}, text("*"), "", adapters.CodeMasked},
		"masked, dots":        {adapters.Definition{Masked: true}, text("••••"), "", adapters.CodeMasked},
		"masked, last digits": {adapters.Definition{Type: adapters.TypeText, Masked: true}, text("***-**-1234"), "", adapters.CodeMasked},
		"masked, a number":    {adapters.Definition{Type: adapters.TypeNumber, Masked: true}, text("****"), "", adapters.CodeMasked},
		"masked, a list":      {adapters.Definition{Type: adapters.TypeText, Multi: true, Masked: true}, adapters.List("a", "*"), "", adapters.CodeMasked},
		"masked, in JSON":     {adapters.Definition{Masked: true}, adapters.JSON([]byte(`{"a":"***"}`)), "", adapters.CodeMasked},
		"stars, not masked":   {adapters.Definition{Type: adapters.TypeText}, text("***"), `"***"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			desk := strictDesk(t, test.definition)
			_, err := desk.UpdateAttributes(t.Context(), contact, adapters.Attributes{"the-attribute": test.value})
			stored := string(desk.Stored(contact)["the-attribute"])
			if test.code == "" {
				if err != nil || stored != test.sent {
					t.Errorf("%v, stored %s, want %s", err, stored, test.sent)
				}
				return
			}
			failure := refused(t, err, adapters.ErrInvalid, test.code, adapters.EffectNone)
			if failure.Name != "the-attribute" || stored != `"before"` {
				t.Errorf("%v, stored %s", err, stored)
			}
			if value := test.value.String(); len(value) > 2 && strings.Contains(err.Error(), value) {
				t.Errorf("%v shows the value", err)
			}
			// Without Strict there is none of this.
			loose := memory.New()
			loose.Define(adapters.Contact, test.definition)
			loose.Put(contact, nil)
			if _, err := loose.UpdateAttributes(t.Context(), contact, adapters.Attributes{"the-attribute": test.value}); err != nil {
				t.Errorf("without Strict: %v", err)
			}
		})
	}
}

// strictDesk is a strict adapter of a contact with one attribute of this
// definition.
func strictDesk(t *testing.T, definition adapters.Definition) *memory.Adapter {
	t.Helper()
	desk, err := memory.Open(driver.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	definition.Key = "the-attribute"
	desk.Define(adapters.Contact, definition)
	desk.Put(contact, map[string]json.RawMessage{"the-attribute": json.RawMessage(`"before"`)})
	return desk
}

// TestStrictLists: what may be chosen is told, not too much of it, and nothing
// that is no longer offered.
func TestStrictLists(t *testing.T) {
	var many []adapters.Choice
	for _, value := range strings.Split("b c d e f g h i j k l m", " ") {
		many = append(many, adapters.Choice{Value: value, Choices: []adapters.Choice{{Value: value + "1"}}})
	}
	many[1].Retired = true
	definition := adapters.Definition{Type: adapters.TypeChoice, Choices: many, LeafOnly: true}
	for value, want := range map[string]string{"secret": "choices: b, d, e, f, g, h, i, j, k, l, …", "d": "below are: d1"} {
		_, err := strictDesk(t, definition).UpdateAttributes(t.Context(), contact, adapters.Attributes{"the-attribute": adapters.String(value)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestStrictTogether: all bad attributes are reported, each with its code, and
// none is sent, not even the good one.
func TestStrictTogether(t *testing.T) {
	d := &toy{definitions: []adapters.Definition{
		{Key: "key-1", Name: "plan", Type: adapters.TypeText, MaxLength: 3}, {Key: "key-2", Name: "vip", Type: adapters.TypeBool}, {Key: "key-3", Name: "note"},
	}}
	_, err := open(t, d, driver.Options{Strict: true}).UpdateAttributes(t.Context(), contact, adapters.Attributes{
		"plan": adapters.String("golden"), "vip": adapters.String("yes"), "note": adapters.String("good"), "plam": adapters.String("gold"), "": adapters.Clear(), "zero": {}, "n": adapters.Int(1),
	})
	failure := refused(t, err, adapters.ErrInvalid, adapters.CodeBadName, adapters.EffectNone)
	want := map[string]adapters.Code{"": adapters.CodeBadName, "plan": adapters.CodeTooLong, "vip": adapters.CodeWrongType, "plam": adapters.CodeUnknownAttribute,
		"zero": adapters.CodeBadValue, "n": adapters.CodeUnsupportedValue}
	if reported(failure) != " n plam plan vip zero" || d.values != nil {
		t.Errorf("reported are %q, stored %v", reported(failure), d.values)
	}
	for _, detail := range failure.Details {
		if detail.Code != want[detail.Name] {
			t.Errorf("%q: %s, want %s", detail.Name, detail.Code, want[detail.Name])
		}
	}
}

// TestStrictNames: a name needs a definition, whatever the vendor makes of one.
func TestStrictNames(t *testing.T) {
	definitions := []adapters.Definition{{Key: "key-1", Name: "order_id"}, {Key: "key-2", Name: "plan"}, {Key: "key-3", Name: "plan_old", Archived: true}, {Key: "key-new-q"}}
	for name, test := range map[string]struct {
		name    string
		value   adapters.Value
		invents bool
		aliases map[string]string
		near    string // "" if it is taken
		loads   int
	}{
		"a name":                  {name: "plan", value: adapters.String("x"), loads: 1},
		"a key":                   {name: "key-2", value: adapters.String("x"), loads: 1},
		"a key, cleared":          {name: "key-2", value: adapters.Clear(), loads: 1},
		"an alias":                {name: "tier", value: adapters.String("x"), aliases: map[string]string{"tier": "key-2"}, loads: 1},
		"a slip":                  {name: "ordr_id", value: adapters.String("x"), near: `did you mean "order_id"?`, loads: 1},
		"a slip, cleared":         {name: "ordr_id", value: adapters.Clear(), near: `did you mean "order_id"?`, loads: 1},
		"a slip, invented":        {name: "ordr_id", value: adapters.String("x"), invents: true, near: `did you mean "order_id"?`, loads: 1},
		"a slip, invented, clear": {name: "ordr_id", value: adapters.Clear(), invents: true, near: `did you mean "order_id"?`, loads: 1},
		"near as a key only":      {name: "p", value: adapters.String("x"), invents: true, near: `did you mean "key-new-q"?`, loads: 1},
		"a key nobody defined":    {name: "key-9", value: adapters.String("x"), near: "no definition has this name", loads: 1},
		"a key, cleared too":      {name: "key-9", value: adapters.Clear(), near: "no definition has this name", loads: 1},
		"nothing near":            {name: "zzzzzzzzzz", value: adapters.Clear(), near: "no definition has this name", loads: 1},
		"an alias of nothing":     {name: "tier", value: adapters.String("x"), aliases: map[string]string{"tier": "plam"}, near: `an alias of "plam": unknown attribute: no definition has this name; did you mean "plan"`, loads: 1},
		"an archived one":         {name: "plan_ol", value: adapters.String("x"), invents: true, near: "no definition has this name", loads: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := &toy{definitions: definitions, invents: test.invents}
			a := open(t, d, driver.Options{Strict: true, Aliases: map[adapters.Kind]map[string]string{adapters.Contact: test.aliases}})
			_, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{test.name: test.value})
			if test.near == "" {
				if err != nil || d.loads != test.loads || d.values == nil {
					t.Errorf("%v after %d loads, stored %v", err, d.loads, d.values)
				}
				return
			}
			failure := refused(t, err, adapters.ErrInvalid, adapters.CodeUnknownAttribute, adapters.EffectNone)
			if failure.Name != test.name || !errors.Is(err, driver.ErrUnknownName) || !strings.Contains(err.Error(), test.near) || strings.Contains(err.Error(), "plan_old") || d.loads != test.loads || d.values != nil {
				t.Errorf("%v after %d loads, stored %v; want %q", err, d.loads, d.values, test.near)
			}
			// Made a moment ago, it is found by one refresh.
			d.definitions = slices.Concat(definitions, []adapters.Definition{{Key: "key-9", Name: test.name}, {Key: "key-8", Name: "plam"}})
			if _, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{test.name: test.value}); err != nil || d.loads != test.loads+1 {
				t.Errorf("%v after %d loads", err, d.loads)
			}
		})
	}
}

// TestStrictCannotRead: without definitions there is nothing to hold values
// against, and the error says so.
func TestStrictCannotRead(t *testing.T) {
	d := &toy{loading: func(context.Context) error { return adapters.ErrForbidden }}
	err := setPlan(open(t, d, driver.Options{Strict: true}), t.Context(), "key-1")
	refused(t, err, adapters.ErrForbidden, adapters.CodeNotPermitted, adapters.EffectNone)
	if !strings.Contains(err.Error(), "reading the definitions, against which Strict holds the attributes") || d.values != nil {
		t.Errorf("%v, stored %v", err, d.values)
	}
	// What is refused without them needs none.
	_, err = open(t, d, driver.Options{Strict: true}).UpdateAttributes(t.Context(), contact, adapters.Attributes{"key-1": {}})
	if refused(t, err, adapters.ErrInvalid, adapters.CodeBadValue, adapters.EffectNone); d.loads != 1 {
		t.Errorf("%d loads, want only that of the call before", d.loads)
	}
	if err := setPlan(open(t, d, driver.Options{}), t.Context(), "key-1"); err != nil || d.loads != 1 {
		t.Errorf("without Strict: %v after %d loads", err, d.loads)
	}
}

// TestStrictIfEqual: an expectation needs a definition too, else a slip in its name
// would be true of every record. A label means its value. What may not be written
// may be compared, but not with a mask.
func TestStrictIfEqual(t *testing.T) {
	for name, test := range map[string]struct {
		name     string
		expected adapters.Value
		class    error
		code     adapters.Code
	}{
		"by value":      {"plan", adapters.String("1"), nil, ""},
		"by label":      {"plan", adapters.String("gold"), nil, ""},
		"other label":   {"plan", adapters.String("tin"), adapters.ErrConflict, adapters.CodeNotEqual},
		"no choice":     {"plan", adapters.String("x"), adapters.ErrConflict, adapters.CodeNotEqual},
		"absent":        {"plan", adapters.Clear(), adapters.ErrConflict, adapters.CodeNotEqual},
		"a slip":        {"plam", adapters.Clear(), adapters.ErrInvalid, adapters.CodeUnknownAttribute},
		"read-only":     {"since", adapters.String("2026"), nil, ""},
		"not read-only": {"since", adapters.String("2025"), adapters.ErrConflict, adapters.CodeNotEqual},
		"a mask":        {"ssn", adapters.String("***"), adapters.ErrInvalid, adapters.CodeMasked},
	} {
		t.Run(name, func(t *testing.T) {
			desk, err := memory.Open(driver.Options{Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			desk.Define(adapters.Contact,
				adapters.Definition{Key: "plan", Type: adapters.TypeChoice, Choices: []adapters.Choice{{Value: "1", Label: "gold"}, {Value: "2", Label: "tin"}}},
				adapters.Definition{Key: "since", Type: adapters.TypeText, ReadOnly: true}, adapters.Definition{Key: "ssn", Masked: true}, adapters.Definition{Key: "n"})
			desk.Put(contact, object(t, `{"plan":"1","since":"2026","ssn":"***"}`))
			_, err = desk.UpdateAttributes(t.Context(), contact, adapters.Attributes{"n": adapters.Int(1)}, adapters.IfEqual(adapters.Attributes{test.name: test.expected}))
			if test.class == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, test.class, test.code, adapters.EffectNone)
		})
	}
}
