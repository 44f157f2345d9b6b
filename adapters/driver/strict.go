package driver

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// fit holds a value against its attribute's definition, and returns the value to
// send: a choice may be named by its label.
func fit(d adapters.Definition, v adapters.Value) (adapters.Value, error) {
	switch {
	case d.Archived:
		return v, Refuse(adapters.ErrInvalid, adapters.CodeArchived, "the attribute is archived")
	case d.ReadOnly:
		return v, Refuse(adapters.ErrInvalid, adapters.CodeReadOnly, "the attribute cannot be set through the API")
	case v.Kind() == adapters.ValueClear:
		return v, nil
	case d.Masked && isMask(v):
		return v, Refuse(adapters.ErrInvalid, adapters.CodeMasked, "it looks like the mask that the vendor shows in place of the value, and would be written over it")
	case d.Type == adapters.TypePath:
		return fitPath(d, v)
	case !d.Multi:
		return fitOne(d, v)
	case v.Kind() != adapters.ValueList:
		return v, Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the attribute holds several values; give a List")
	}
	items := v.List()
	for i, item := range items {
		one, err := fitOne(d, adapters.String(item))
		if err != nil {
			return v, err
		}
		items[i] = one.Text()
	}
	return adapters.List(items...), nil
}

func wrongType(d adapters.Definition, want string) error {
	return Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the attribute is of type %s; give %s", d.Type, want)
}

// isMask tells whether a value looks like what a vendor shows for one it hides:
// stars or dots, alone, or two of them anywhere, as where the last digits are
// shown. A true value that is refused can be set without Strict; a mask that is
// taken for a value destroys one.
func isMask(v adapters.Value) bool {
	return slices.ContainsFunc(append(v.List(), v.String()), func(text string) bool {
		only := text != "" && strings.Trim(text, "*•●") == ""
		return only || strings.Contains(text, "**") || strings.Contains(text, "••") || strings.Contains(text, "●●")
	})
}

// fitOne is fit for a single value.
func fitOne(d adapters.Definition, v adapters.Value) (adapters.Value, error) {
	text := v.Kind() == adapters.ValueString
	switch d.Type {
	case adapters.TypeText:
		if !text && v.Kind() != adapters.ValueLink {
			return v, wrongType(d, "a text")
		}
	case adapters.TypeNumber:
		if v.Kind() != adapters.ValueNumber {
			return v, wrongType(d, "a number")
		}
	case adapters.TypeBool:
		if v.Kind() != adapters.ValueBool {
			return v, wrongType(d, "true or false")
		}
	case adapters.TypeDate:
		if v.Kind() != adapters.ValueTime && (!text || !isDay(v.Text()) && !isTime(v.Text())) {
			return v, wrongType(d, "a day like 2026-01-31")
		}
	case adapters.TypeTime:
		if v.Kind() != adapters.ValueTime && (!text || !isTime(v.Text())) {
			return v, wrongType(d, "a time like 2026-01-31T09:30:00Z")
		}
	case adapters.TypeLink:
		if v.Kind() != adapters.ValueLink && !text || !isLink(v.Text()) {
			return v, wrongType(d, "a URL like https://host/path")
		}
	case adapters.TypeChoice:
		if fitting, err := fitChoice(d, v); err != nil || d.Choices != nil {
			return fitting, err
		}
	}
	if length := utf8.RuneCountInString(v.Text()); d.MaxLength > 0 && length > d.MaxLength {
		return v, Refuse(adapters.ErrInvalid, adapters.CodeTooLong, "the text has %d code points, of which %d are allowed", length, d.MaxLength)
	}
	if d.Pattern != "" && (text || v.Kind() == adapters.ValueLink) {
		// What Go cannot read (look-ahead, say) is left to the vendor.
		if pattern, err := regexp.Compile(d.Pattern); err == nil && !pattern.MatchString(v.Text()) {
			return v, Refuse(adapters.ErrInvalid, adapters.CodePatternMismatch, "the text does not match the definition's pattern %s", d.Pattern)
		}
	}
	return v, nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// isTime is strict, where time.Parse takes an hour of one digit and a comma.
func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil && text[len("2026-01-31T09")] == ':' && !strings.Contains(text, ",")
}

func isLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}

// fitChoice finds a single choice, at whatever depth.
func fitChoice(d adapters.Definition, v adapters.Value) (adapters.Value, error) {
	want := v.Text()
	number := v.Kind() == adapters.ValueNumber
	if number {
		want = v.String()
		for _, choice := range everywhere(d.Choices) {
			if v.Equal(adapters.Number(json.Number(choice.Value))) {
				want = choice.Value // 2.50 is the choice 2.5
			}
		}
	} else if v.Kind() != adapters.ValueString {
		return v, wrongType(d, "the text of a choice")
	}
	if d.Choices == nil {
		return v, nil
	}
	choice, err := pick(d, everywhere(d.Choices), want)
	if err != nil || number {
		return v, err
	}
	return adapters.String(choice.Value), nil
}

// fitPath finds a choice from the root down.
func fitPath(d adapters.Definition, v adapters.Value) (adapters.Value, error) {
	if v.Kind() != adapters.ValueList || len(v.List()) == 0 {
		return v, wrongType(d, "the List of choices from the root of the tree to the one that is meant")
	}
	if d.Choices == nil {
		return v, nil
	}
	below := d.Choices
	path := v.List()
	for i, part := range path {
		onTheWay := d
		onTheWay.LeafOnly = d.LeafOnly && i == len(path)-1
		choice, err := pick(onTheWay, below, part)
		if err != nil {
			return v, err
		}
		path[i], below = choice.Value, choice.Choices
	}
	return adapters.List(path...), nil
}

// everywhere are the choices of a tree.
func everywhere(choices []adapters.Choice) []adapters.Choice {
	all := slices.Clone(choices)
	for _, choice := range choices {
		all = append(all, everywhere(choice.Choices)...)
	}
	return all
}

// pick finds a choice by its value, else by its label if that means one value.
func pick(d adapters.Definition, choices []adapters.Choice, want string) (adapters.Choice, error) {
	matches := only(choices, func(c adapters.Choice) bool { return c.Value == want })
	if len(matches) == 0 {
		matches = only(choices, func(c adapters.Choice) bool { return c.Label == want })
	}
	if offered := only(matches, func(c adapters.Choice) bool { return !c.Retired }); len(offered) > 0 {
		matches = offered // what is no longer offered does not stand in the way of what is
	}
	switch {
	case slices.ContainsFunc(matches, func(c adapters.Choice) bool { return c.Value != matches[0].Value }):
		return adapters.Choice{}, Refuse(adapters.ErrInvalid, adapters.CodeNotAChoice, "several choices have this label; give the value")
	case len(matches) == 0 && len(choices) == 0:
		return adapters.Choice{}, Refuse(adapters.ErrInvalid, adapters.CodeNotAChoice, "there are no choices here")
	case len(matches) == 0:
		return adapters.Choice{}, Refuse(adapters.ErrInvalid, adapters.CodeNotAChoice, "it is none of the choices: %s", few(choices))
	case matches[0].Retired:
		return adapters.Choice{}, Refuse(adapters.ErrInvalid, adapters.CodeNotAChoice, "this choice is no longer offered")
	case d.LeafOnly && few(matches[0].Choices) != "": // retired ones below do not count
		return adapters.Choice{}, Refuse(adapters.ErrInvalid, adapters.CodeNotAChoice, "only a choice without further ones below it may be set; below are: %s", few(matches[0].Choices))
	}
	return matches[0], nil
}

func only(choices []adapters.Choice, good func(adapters.Choice) bool) []adapters.Choice {
	return slices.DeleteFunc(slices.Clone(choices), func(c adapters.Choice) bool { return !good(c) })
}

// few are the first choices, for a message: they come from the account's own
// settings and are no values of a record.
func few(choices []adapters.Choice) string {
	const most = 10
	var values []string
	for _, choice := range choices {
		if len(values) == most {
			values = append(values, "…")
			break
		}
		if !choice.Retired {
			values = append(values, choice.Value)
		}
	}
	return strings.Join(values, ", ")
}
