package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
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
