package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Answer is what goes back. Content-Length and Date are added on the way out; no content type is guessed.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON is an answer with body encoded, and <, > and & left as they are. It panics if body cannot be encoded.
func JSON(status int, body any) Answer {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(fmt.Sprintf("fake: cannot encode an answer: %v", err))
	}
	return Answer{status, http.Header{"Content-Type": {"application/json"}}, bytes.TrimSuffix(text.Bytes(), []byte("\n"))}
}

// Text is an answer of plain text.
func Text(status int, body string) Answer {
	return Answer{status, http.Header{"Content-Type": {"text/plain"}}, []byte(body)}
}

// send writes the answer and, if truncateAt says so, cuts the connection within its body.
func send(w http.ResponseWriter, answer Answer, truncateAt int) {
	header := w.Header()
	maps.Copy(header, answer.Header)
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // present and empty: net/http does not guess one
	}
	if header.Get("Date") == "" {
		header.Set("Date", time.Now().UTC().Format(http.TimeFormat)) // net/http's would be missing in-process
	}
	if !bodyAllowed(answer.Status) {
		w.WriteHeader(answer.Status)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	w.WriteHeader(answer.Status)
	if truncateAt > 0 && truncateAt < len(answer.Body) {
		_, _ = w.Write(answer.Body[:truncateAt])
		_ = http.NewResponseController(w).Flush() // the panic would drop what is still buffered
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(answer.Body) // the client may be gone; that is its business
}

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
