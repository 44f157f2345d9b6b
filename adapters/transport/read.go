package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

const (
	maxAnswer    = 16 << 20 // how much of a success clients read
	maxErrorBody = 64 << 10 // how much of any other answer is looked at
)

// read reads an answer within its attempt: one that comes too slowly is an attempt
// that failed, and once it is read, no connection and no timer is left behind for
// those who forget to close it. It fails only when the attempt's context has ended; a
// body that breaks off does so for the reader, after what came of it. What is
// larger than clients read goes on coming, under the same context.
func read(ctx context.Context, answer *http.Response, cancel context.CancelFunc) error {
	bound := int64(maxErrorBody)
	if answer.StatusCode >= 200 && answer.StatusCode <= 299 {
		bound = maxAnswer
	}
	body := answer.Body
	held := &heldBody{source: io.LimitedReader{R: body, N: bound}}
	if promised := answer.ContentLength; promised > 0 {
		held.content.Grow(int(min(promised, maxErrorBody)) + bytes.MinRead) // no more on a promise alone
	}
	n, err := held.content.ReadFrom(&held.source)
	if err == nil && n == bound {
		answer.Body = &longBody{io.MultiReader(&held.content, body), body, cancel}
		return nil
	}
	_ = body.Close()
	if err != nil && ctx.Err() != nil {
		return err
	}
	cancel()
	held.err = err
	answer.Body = held
	return nil
}

// heldBody is what was read of an answer, and how it ended.
type heldBody struct {
	source  io.LimitedReader
	content bytes.Buffer
	err     error
}

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.content.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

func (b *heldBody) Close() error { return nil }

// longBody is an answer whose time ends when it is closed.
type longBody struct {
	io.Reader
	body   io.Closer
	cancel context.CancelFunc
}

func (b *longBody) Close() error {
	defer b.cancel()
	return b.body.Close()
}
