package kustomertest

import (
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// problem is an error in the older of Kustomer's two shapes, the one that was recorded.
type problem struct {
	Status int     `json:"status"`
	Source *source `json:"source,omitempty"`
	Code   string  `json:"code"`
	Title  string  `json:"title"`
	Detail string  `json:"detail,omitempty"`
}

type source struct {
	Parameter string `json:"parameter"`
}

func from(parameter string) *source {
	if parameter == "" {
		return nil
	}
	return &source{parameter}
}

// notFound was recorded for a record; the parameter is the one of the path.
func notFound(parameter string) problem {
	return problem{http.StatusNotFound, from(parameter), "notfound", "Not Found", ""}
}

// notAllowed is a field or attribute that the server does not know. It was recorded for an attribute; the detail is
// the rule of the server's schema that was broken.
func notAllowed(name, rule string) problem {
	return problem{http.StatusBadRequest, from(name), "badparam", "Additional properties not allowed", rule}
}

// badValue has the recorded shape and words of our own: nobody has seen the vendor's.
func badValue(name, detail string) problem {
	return problem{http.StatusBadRequest, from(name), "badparam", "Invalid value", detail}
}

func refuse(p problem) fake.Answer {
	return reply(p.Status, map[string][]problem{"errors": {p}})
}

// reply is an answer with the headers that every answer has. The reset is in seconds from now, so that it needs no
// clock.
func reply(status int, body any) fake.Answer {
	answer := fake.JSON(status, body)
	answer.Header.Set("X-Ratelimit-Limit", "1000")
	answer.Header.Set("X-Ratelimit-Remaining", "999")
	answer.Header.Set("X-Ratelimit-Reset", "60")
	return answer
}

// replyChanged is the answer to a change, which counts against the record too. 600 was recorded for a customer.
func replyChanged(body any) fake.Answer {
	answer := reply(http.StatusOK, body)
	answer.Header.Set("X-Ratelimit-Object-Limit", "600")
	answer.Header.Set("X-Ratelimit-Object-Remaining", "599")
	return answer
}
