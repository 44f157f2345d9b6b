// Package chatwoot is the generator's stock client of a few operations, to measure ours against.
package chatwoot

import "github.com/deskattr/deskattr/gen/chatwoot"

// Field is a type that the document names, and our template has.
type Field[T any] = chatwoot.Field[T]

// Timestamp is another.
type Timestamp = chatwoot.Timestamp
