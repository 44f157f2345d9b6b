package main

import (
	"fmt"

	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

func Example() {
	host := &host{}
	defer host.end()
	server := dixatest.New(host)

	set(server.URL + "/v1")
	for _, request := range server.Requests() {
		fmt.Println(request.Method, request.Path)
	}
	attributes := server.State().Conversations["42"].CustomAttributes // by the definition's id
	fmt.Println("order_id:", string(attributes["2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"]))
	// Output:
	// error: <nil>
	// GET /v1/custom-attributes
	// PATCH /v1/conversations/42/custom-attributes
	// order_id: "012345"
}

// host is what a fake needs of a test, where there is none. In a test it is
// dixatest.New(t).
type host struct{ cleanups []func() }

func (h *host) Helper()                           {}
func (h *host) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (h *host) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (h *host) Cleanup(cleanup func())            { h.cleanups = append(h.cleanups, cleanup) }

func (h *host) end() {
	for _, cleanup := range h.cleanups {
		cleanup()
	}
}
