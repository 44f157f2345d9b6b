//go:build tools

// Package deskattr pins its generator here, so that go.mod decides which
// version writes gen/ and every machine writes the same bytes.
package deskattr

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
