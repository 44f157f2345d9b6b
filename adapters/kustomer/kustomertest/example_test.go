package kustomertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

func ExampleNew() {
	_ = func(t *testing.T) { // your test
		server := kustomertest.New(t)

		const conversation = "64a1f0c2d3e4b5a697880001"
		request, _ := http.NewRequest("PATCH", server.URL+"/v1/conversations/"+conversation,
			strings.NewReader(`{"custom":{"giftBool":true}}`))
		request.Header.Set("Authorization", "Bearer token")
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()

		fmt.Printf("%s\n", server.State().Conversations[conversation].Custom["giftBool"])
	}
}
