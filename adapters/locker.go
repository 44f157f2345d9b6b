package adapters

import "context"

// Locker keeps processes from writing to one record at the same time. An adapter
// keeps its own calls from losing each other's writes; with a Locker that several
// processes share (a table's advisory locks, a lease, files), so do they.
type Locker interface {
	// Lock waits until nobody holds the key, or the context ends. The key names
	// the vendor, the account's label and the record, so that processes which
	// share a Locker must use the same label for an account. unlock is called
	// once; it must give the lock back even when the context has ended. The text
	// of an error is shown, and must hold no secret.
	Lock(ctx context.Context, key string) (unlock func(), err error)
}
