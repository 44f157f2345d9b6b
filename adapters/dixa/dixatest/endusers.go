package dixatest

import (
	"net/http"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// userID is the id of the path as the state spells it; not ok where it is no UUID.
func userID(r *fake.Request) (id string, ok bool) {
	return strings.ToLower(r.Params["userId"]), isUUID(r.Params["userId"])
}

func (v *vendor) getEndUser(r *fake.Request) fake.Answer {
	id, ok := userID(r)
	if !ok {
		return badRequest(badValue)
	}
	user, ok := v.state.EndUsers[id]
	if !ok {
		return notFound()
	}
	data := map[string]any{
		"id":               id,
		"createdAt":        recordTime,
		"customAttributes": v.render(user.CustomAttributes),
	}
	if user.DisplayName != "" {
		data["displayName"] = user.DisplayName
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": data})
}

func (v *vendor) patchEndUser(r *fake.Request) fake.Answer {
	id, ok := userID(r)
	if !ok {
		return badRequest(badValue)
	}
	user, ok := v.state.EndUsers[id]
	if !ok {
		return notFound()
	}
	var answer fake.Answer
	user.CustomAttributes, _, answer = v.patch(r.Body, "Contact", user.CustomAttributes)
	v.state.EndUsers[id] = user
	return answer
}
