package main

import (
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"a server that is down for a moment: <nil>",
		"a conversation that is not there: dixa (shop): get conversation 99: not found",
		`{"Name":"PATCH /v1/conversations/{id}/custom-attributes",`,
		`{"Name":"deskattr.retry",`,
		`{"Name":"order paid",`,
		`deskattr_requests_total{account="shop",method="GET",route="/v1/conversations/{id}",status="404",vendor="dixa"} 1`,
		`deskattr_retries_total{account="shop",status="503",vendor="dixa"} 1`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not print %s:\n%s", want, out.String())
		}
	}
}
