package chatwoottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// answer carries the headers Rails sends with every answer.
func (s *Server) answer(status int, contentType string, body []byte) fake.Answer {
	s.answers++
	return fake.Answer{Status: status, Body: body, Header: http.Header{
		"Content-Type": {contentType + "; charset=utf-8"},
		"X-Request-Id": {fmt.Sprintf("00000000-0000-4000-8000-%012x", s.answers)},
		"X-Runtime":    {"0.010000"},
	}}
}

// json escapes <, > and & as Rails does; so does encoding/json by default.
func (s *Server) json(status int, body any) fake.Answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("chatwoot fake: cannot encode an answer: %v", err)) // the state was checked when it was set
	}
	return s.answer(status, "application/json", text)
}

// failure is an error the API's own code answers.
func (s *Server) failure(status int, text string) fake.Answer {
	return s.json(status, map[string]string{"error": text})
}

// notFound is for a record or an account; a missing route has another shape, see noRoute.
func (s *Server) notFound() fake.Answer {
	return s.failure(http.StatusNotFound, "Resource could not be found")
}

// invalid is what a record's validation says.
func (s *Server) invalid(complaints []complaint) fake.Answer {
	var messages, attributes []string
	for i, c := range complaints {
		messages = append(messages, c.message)
		if i == 0 || complaints[i-1].attribute != c.attribute {
			attributes = append(attributes, c.attribute)
		}
	}
	return s.json(http.StatusUnprocessableEntity, struct {
		Message    string   `json:"message"`
		Attributes []string `json:"attributes"`
	}{strings.Join(messages, ", "), attributes})
}

// complaint is one message of a validation; those of one attribute stand together.
type complaint struct{ attribute, message string }

// crash is an exception nobody rescued. The routes default to JSON, so it is JSON whatever Accept says.
func (s *Server) crash() fake.Answer { return s.exception(http.StatusInternalServerError) }

// exception is what Rails answers where the API's own code does not.
func (s *Server) exception(status int) fake.Answer {
	return s.json(status, struct {
		Status int    `json:"status"`
		Error  string `json:"error"`
	}{status, http.StatusText(status)})
}

// asksForJSON decides where no route's default format does: exactly this value, no list and no wildcard.
func asksForJSON(r *fake.Request) bool { return r.Header.Get("Accept") == "application/json" }

// noRoute is a path, a method or an endpoint this release does not have.
func (s *Server) noRoute(r *fake.Request) fake.Answer {
	if asksForJSON(r) {
		return s.exception(http.StatusNotFound)
	}
	return s.answer(http.StatusNotFound, "text/html", []byte("<!DOCTYPE html>\n<title>404</title>\n<h1>No such page</h1>\n"))
}

// badRequest is a body that is no JSON. There is an HTML page for 404 and none for 400.
func (s *Server) badRequest(r *fake.Request) fake.Answer {
	if asksForJSON(r) {
		return s.exception(http.StatusBadRequest)
	}
	return s.answer(http.StatusBadRequest, "text/html", nil)
}
