package adapters

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// equalNumbers compares two JSON numbers by their decimal value, whatever their size.
func equalNumbers(a, b string) bool {
	x, okX := canonicalNumber(a)
	y, okY := canonicalNumber(b)
	if !okX || !okY {
		return a == b
	}
	return x == y
}

// ExactInFloat64 tells whether this JSON number is still the same after a trip
// through a float64, which is what most servers store. A negative zero is not:
// it comes back without its sign.
func ExactInFloat64(n json.Number) bool {
	if len(n) <= maxExact && n[:min(len(n), 1)] != "-" && isDecimal(string(n)) {
		return true
	}
	decimal, ok := canonicalNumber(string(n))
	if !ok {
		return false
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f == 0 && math.Signbit(f) {
		return false
	}
	back, _ := canonicalNumber(strconv.FormatFloat(f, 'g', -1, 64))
	return back == decimal
}

// maxExact is how many decimal digits any float64 keeps.
const maxExact = 15

// isNumber tells whether a text is a JSON number that a vendor may hold.
func isNumber(text string) bool {
	if isDecimal(text) {
		return true
	}
	_, ok := canonicalNumber(text)
	return ok
}

// isDecimal tells a JSON number without an exponent, as most are.
func isDecimal(text string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if whole == "" || len(whole) > 1 && whole[0] == '0' || point && fraction == "" {
		return false
	}
	return digits(whole) && digits(fraction)
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// canonicalNumber turns a JSON number into the one text that all numbers of the
// same decimal value share: the digits without zeros at either end, and the
// exponent. It never computes with the number: 1e999999999 costs nothing.
func canonicalNumber(literal string) (string, bool) {
	if literal == "" || strings.Trim(literal, "-+.eE0123456789") != "" || !json.Valid([]byte(literal)) {
		return "", false
	}
	mantissa, exponentText, _ := strings.Cut(strings.ToLower(literal), "e")
	exponent := 0
	if exponentText != "" {
		var err error
		if exponent, err = strconv.Atoi(exponentText); err != nil || exponent > math.MaxInt32 || exponent < math.MinInt32 {
			return "", false // no vendor can hold it
		}
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	if trimmed == "" {
		return "0", true
	}
	sign := ""
	if negative {
		sign = "-"
	}
	return fmt.Sprintf("%s%se%d", sign, trimmed, exponent), true
}
