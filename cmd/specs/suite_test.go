package main

import (
	"os"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
)

// TestCasesIn counts what go test -json prints.
func TestCasesIn(t *testing.T) {
	output := `{"Action":"run","Test":"TestConformance/conversation_on_4.16.2/01_sets"}
{"Action":"pass","Test":"TestConformance/conversation_on_4.16.2/01_sets"}
{"Action":"pass","Test":"TestConformance/conversation_on_4.17.0/01_sets"}
{"Action":"fail","Test":"TestConformance/contact/v1/02_clears"}
{"Action":"pass","Test":"TestConformance/contact/v1"}
{"Action":"output","Test":"TestConformance/contact/v1/02_clears"}
not JSON
{"Action":"pass"}
`
	all, err := casesIn([]byte(output))
	if err != nil {
		t.Fatal(err)
	}
	if got := all[adapters.Conversation].row("desk", adapters.Conversation); !strings.HasPrefix(got, "| desk conversation | ✓ 2 | – | – |") {
		t.Errorf("%s", got)
	}
	if got := all[adapters.Contact].row("desk", adapters.Contact); !strings.HasPrefix(got, "| desk contact | – | – | **1 of 1 fail** |") {
		t.Errorf("%s", got)
	}
	if _, err := casesIn([]byte(`{"Action":"pass","Test":"TestConformance"}`)); err == nil {
		t.Errorf("no case at all is taken")
	}
}

// TestGroups: each case is in the table, each number of the contract has one, and
// each vendor and kind has at least sixty.
func TestGroups(t *testing.T) {
	seen, numbers := map[string]int{}, map[int]bool{18: true} // the documentation: adapters/docs_test.go
	for _, c := range adapterstest.Cases() {
		seen[c.Group]++
		numbers[c.Number] = true
	}
	for number := 1; number <= 20; number++ {
		if !numbers[number] {
			t.Errorf("no case is about number %d of the contract", number)
		}
	}
	cases := 0
	for _, group := range groups {
		if seen[group] == 0 {
			t.Errorf("no case is about %s", group)
		}
		cases += seen[group]
	}
	if cases != len(adapterstest.Cases()) || cases < 60 {
		t.Errorf("%d cases in the table, %d in all", cases, len(adapterstest.Cases()))
	}
}

// TestKnown: the README has what the packages say of how things are known.
func TestKnown(t *testing.T) {
	table, err := known()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want, err := withTable(string(page), "known", table); err != nil || want != string(page) {
		t.Errorf("%v; mend with: go run ./cmd/specs known --write README.md", err)
	}
	for body, want := range map[string]string{
		"a [doc], b [nobody: perhaps], c [run]": "a run, a document, **nobody**", "[adapters.Verify] and [docs]": "–",
	} {
		if got := cell(body); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
