package dixatest

import (
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// The two messages of status 400 in the vendor's samples. Which of them a request earns is not documented.
const (
	badValue = "Invalid value in request"    // a parameter, or an attribute that cannot be set so
	badBody  = "Decoding failure in request" // a body of another shape than the schema's
)

// failure is the one shape of every documented error.
func failure(status int, message string) fake.Answer {
	return fake.JSON(status, map[string]string{"message": message})
}

func badRequest(message string) fake.Answer { return failure(http.StatusBadRequest, message) }

func notFound() fake.Answer {
	return failure(http.StatusNotFound, "The requested resource could not be found")
}
