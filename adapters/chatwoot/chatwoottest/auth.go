package chatwoottest

import (
	"cmp"
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// The owners of tokens in State.Tokens.
const (
	administrator = "administrator"
	agent         = "agent"
	agentBot      = "agent_bot"
	platformApp   = "platform_app"
)

// botOperations are what an agent bot's token opens (access_token_auth_helper.rb).
var botOperations = map[string]bool{"getConversation": true, "updateConversationCustomAttributes": true}

// admit stops what reaches no controller action: what is too much, routes this release does not have, then the callers.
func (s *Server) admit(r *fake.Request) *fake.Answer {
	if refusal := s.throttle(); refusal != nil {
		return refusal
	}
	switch {
	case r.Operation == "" || r.Operation == "getServerVersion":
		return nil
	case r.Operation == "destroyConversationCustomAttributes" && !s.merges():
		return new(s.noRoute(r))
	}
	token := token(r)
	owner, known := s.state.Tokens[token]
	switch {
	case token == "":
		return new(s.json(http.StatusUnauthorized, map[string][]string{
			"errors": {"You need to sign in or sign up before continuing."},
		}))
	case !known:
		return new(s.failure(http.StatusUnauthorized, "Invalid Access Token"))
	case owner == platformApp, owner == agentBot && !botOperations[r.Operation]:
		return new(s.failure(http.StatusUnauthorized, "Access to this endpoint is not authorized for bots"))
	}
	return nil
}

// token is the caller's; "" where there is none.
func token(r *fake.Request) string {
	// The same header to Rack; proxies tend to drop the second spelling.
	return cmp.Or(r.Header.Get("api-access-token"), r.Header.Get("api_access_token"))
}
