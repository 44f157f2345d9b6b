package dixatest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

func ExampleNew() {
	_ = func(t *testing.T) { // a test
		server := dixatest.New(t)
		request, err := http.NewRequest("PATCH", server.URL+"/v1/conversations/42/custom-attributes",
			strings.NewReader(`{"2f5515b6-7e98-4f4d-9010-bfd2a27d4f35":"A-1002"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "token")
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if got := server.State().Conversations["42"].CustomAttributes["2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"]; string(got) != `"A-1002"` {
			t.Errorf("the order is %s", got)
		}
	}
}
