package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
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
	content, err := contentOf(body, answer.ContentLength, bound)
	if err == nil {
		answer.Body = &longBody{io.MultiReader(bytes.NewReader(content), body), body, cancel}
		return nil
	}
	_ = body.Close()
	if err != io.EOF && ctx.Err() != nil {
		return err
	}
	cancel()
	answer.Body = &heldBody{content, err}
	return nil
}

// contentOf is what comes up to the bound, and how it ended: nil, if it goes on.
func contentOf(body io.Reader, promised, bound int64) (content []byte, err error) {
	content = make([]byte, 0, min(max(promised, 0), maxErrorBody)+1) // one to see the end; no more on a promise alone
	for err == nil && int64(len(content)) < bound {
		if len(content) == cap(content) {
			content = slices.Grow(content, bytes.MinRead)
		}
		var n int
		n, err = body.Read(content[len(content):min(int64(cap(content)), bound)])
		content = content[:len(content)+n]
	}
	return content, err
}

// heldBody is what was read of an answer, and how it ended.
type heldBody struct {
	content []byte
	end     error
}

func (b *heldBody) Read(p []byte) (int, error) {
	if len(b.content) == 0 {
		return 0, b.end
	}
	n := copy(p, b.content)
	b.content = b.content[n:]
	return n, nil
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
