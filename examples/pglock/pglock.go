// Package pglock is an [adapters.Locker] of PostgreSQL's advisory locks: with it,
// processes on any number of machines write to the same records without losing
// each other's writes. It needs a database that all of them reach, and no table.
// Any driver of database/sql for PostgreSQL will do.
//
// A lock belongs to a session. So each one has a connection of its own, from the
// moment it is asked for to its end:
//
//   - Give the Locker a sql.DB of its own, and bound it (SetMaxOpenConns) above the
//     number of writes that go on at once. Where it shares one, and writers hold
//     all connections, whatever they do with that database waits for them.
//   - Between us and the server there must be no pooler that gives a session's
//     statements to several connections: PgBouncer works in session mode only.
//
// # When the connection drops
//
// PostgreSQL frees the lock as soon as it learns of it: at once where the process
// died or the connection was closed, after the server's TCP keepalives (two hours,
// unless tcp_keepalives_idle and its like say otherwise) where the network went
// silent. Until then everybody else waits.
//
// The holder learns of it at the end only, and is not told, because an
// [adapters.Locker] cannot say so: from the drop to the end of its write, usually
// some 100ms, another may write as well. Where that is too much, IfEqual and
// Verify narrow it, and a vendor that merges on its server has no such gap.
package pglock

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// Locker keeps locks in a database. It is safe for concurrent use.
type Locker struct {
	// DB is the database, the same for all processes. Not nil.
	DB *sql.DB
}

var _ adapters.Locker = (*Locker)(nil)

// The key is text and an advisory lock's number has 64 bits: two keys that share a
// number would wait for each other, which costs time and loses nothing. Other users
// of advisory locks in this database may share one too.
const (
	lock   = `SELECT pg_advisory_lock(hashtextextended($1, 0))`
	unlock = `SELECT pg_advisory_unlock(hashtextextended($1, 0))`
)

// patience bounds an unlock whose server does not answer.
const patience = 5 * time.Second

// Lock implements [adapters.Locker]. Who waits longest is next.
func (l *Locker) Lock(ctx context.Context, key string) (func(), error) {
	conn, err := l.DB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, lock, key); err != nil {
		drop(conn) // it may have been granted in the moment in which we gave up
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return func() {
		// Not under the write's context, which may have ended: that would cost the
		// connection.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		var held bool
		if err := conn.QueryRowContext(ctx, unlock, key).Scan(&held); err != nil || !held {
			drop(conn)
			return
		}
		_ = conn.Close() // back to the pool
	}, nil
}

// drop closes a connection for good. Back in the pool its session would live on,
// and the lock with it.
func drop(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}
