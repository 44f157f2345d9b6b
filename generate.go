// Package deskattr is the root of a module of typed help-desk clients and of
// one interface that sets custom attributes at all of them. It holds no code:
// import adapters/chatwoot, adapters/kustomer or adapters/dixa to set
// attributes, and gen/… for a vendor's whole API.
//
// The lines below write gen/ from specs/, without the network:
//
//	rm -rf gen && go generate ./...
package deskattr

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config specs/chatwoot/oapi-codegen.yaml specs/chatwoot/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config specs/kustomer/oapi-codegen.yaml specs/kustomer/openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config specs/dixa/oapi-codegen.yaml specs/dixa/openapi.yaml
