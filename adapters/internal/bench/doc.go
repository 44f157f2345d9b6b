// Package bench measures what a call of an adapter costs, in time and in
// allocations, beside the same HTTP calls made by a client written by hand and by
// the generator's stock client. It holds tests and benchmarks only:
//
//	make bench
//
// The clients get the same requests to send, the same answers to read, and the
// same values to give back. What the adapters do besides is the contract. Of an
// answer that is a whole record, handwritten decodes the fields that our generated
// types have too, lean no more than the attributes: a program may do with them.
//
// stock/ is written by the lines below, from the settings beside it.
package bench

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config stock/chatwoot.yaml ../../../specs/chatwoot/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config stock/kustomer.yaml ../../../specs/kustomer/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config stock/dixa.yaml ../../../specs/dixa/openapi.yaml
