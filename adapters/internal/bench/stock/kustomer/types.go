// Package kustomer is the generator's stock client of a few operations, to measure ours against.
package kustomer

import "github.com/deskattr/deskattr/gen/kustomer"

// Field is a type that the document names, and our template has.
type Field[T any] = kustomer.Field[T]

// Timestamp is another.
type Timestamp = kustomer.Timestamp
