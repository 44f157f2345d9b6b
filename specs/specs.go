// Package specs holds the OpenAPI documents that gen/ is made from: for fakes,
// tools, and programs that check their own traffic. See README.md beside it for
// where each document comes from.
package specs

import _ "embed"

// The documents, in YAML.
var (
	//go:embed chatwoot/openapi.yaml
	Chatwoot string
	//go:embed kustomer/openapi.yaml
	Kustomer string
	//go:embed dixa/openapi.yaml
	Dixa string
)
