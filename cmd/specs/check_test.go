package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// good is a small document that keeps every rule.
const good = `openapi: 3.0.3
info:
  title: Desk
  version: '1'
  description: Is made up for tests.
servers:
  - url: https://desk.invalid
security:
  - token: []
tags:
  - name: Agents
    description: Who answers.
paths:
  /status:
    get:
      operationId: getStatus
      tags: [Agents]
      summary: tells whether the server is up.
      description: It needs no token.
      security: []
      responses:
        '204': {description: It is up.}
        '429': {$ref: '#/components/responses/Error'}
        '500': {$ref: '#/components/responses/Error'}
  /agents:
    get:
      operationId: listAgents
      tags: [Agents]
      summary: lists agents.
      description: Everybody may.
      x-pages: {by: number, param: Page, items: data, item: Agent}
      parameters:
        - name: page
          in: query
          description: is the number of the page.
          schema: {type: integer, format: int64}
        - name: team_ids
          in: query
          x-go-name: TeamIDs
          description: keeps agents of these teams.
          schema: {type: array, items: {type: integer, format: int64}}
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/AgentPage'}
        '401': {$ref: '#/components/responses/Error'}
        '429': {$ref: '#/components/responses/Error'}
        '500': {$ref: '#/components/responses/Error'}
  /agents/{agent~id}:
    parameters:
      - {name: agent~id, in: path, required: true, description: names the agent., schema: {type: integer, format: int64}}
    put:
      operationId: updateAgent
      tags: [Agents]
      summary: changes an agent.
      description: Everybody may.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/AgentChange'}
          multipart/form-data:
            schema: {$ref: '#/components/schemas/AgentForm'}
      responses:
        '200':
          description: The agent.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Agent'}
        '401': {$ref: '#/components/responses/Error'}
        '422':
          description: It was refused.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
        '429': {$ref: '#/components/responses/Error'}
        '500': {$ref: '#/components/responses/Error'}
  /teams:
    get:
      operationId: listTeams
      tags: [Agents]
      summary: lists teams.
      description: Everybody may.
      x-pages: {by: link, next: links.next, items: data, item: Target}
      parameters:
        - {name: pageKey, in: query, description: is where the page begins., schema: {type: string}}
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/TargetPage'}
        '401': {$ref: '#/components/responses/Error'}
        '429': {$ref: '#/components/responses/Error'}
        '500': {$ref: '#/components/responses/Error'}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  responses:
    Error:
      description: It failed.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
        text/plain:
          schema: {type: string}
  schemas:
    Error:
      description: is an error.
      type: object
      properties:
        message: {type: string}
    AgentPage:
      description: is a page of agents.
      type: object
      required: [data]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Agent'}}
    TargetPage:
      description: is a page of targets.
      type: object
      required: [data]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Target'}}
        links: {$ref: '#/components/schemas/Links'}
    Links:
      description: lead to other pages.
      type: object
      properties:
        next: {type: string, nullable: true}
    Agent:
      description: is an agent.
      allOf:
        - $ref: '#/components/schemas/Links'
        - type: object
          required: [id, next]
          properties:
            id: {type: integer, format: int64}
            score: {type: number}
            role:
              nullable: true
              allOf: [{$ref: '#/components/schemas/Role'}]
            seen: {$ref: '#/components/schemas/Time'}
            custom:
              $ref: '#/components/schemas/Custom'
              x-omitzero: true
            team_ids:
              type: array
              items: {type: integer, format: int64}
              x-go-name: TeamIDs
              x-omitempty: false
              x-omitzero: true
    Target:
      description: is an agent or a team.
      oneOf:
        - $ref: '#/components/schemas/ToAgent'
        - $ref: '#/components/schemas/ToTeam'
      discriminator:
        propertyName: kind
        mapping:
          agent: '#/components/schemas/ToAgent'
          team: '#/components/schemas/ToTeam'
    ToAgent:
      description: leads to an agent.
      type: object
      required: [kind]
      properties:
        kind: {$ref: '#/components/schemas/Kind'}
    ToTeam:
      description: leads to a team.
      type: object
      required: [kind]
      properties:
        kind: {$ref: '#/components/schemas/Kind'}
        old: {type: string, deprecated: true, x-deprecated-reason: Kind says the same.}
    Kind:
      description: is the kind of a target.
      type: string
      enum: [agent, team]
    Role:
      description: is what an agent may do.
      type: string
      enum: [admin, '-admin']
      x-enum-varnames: [Admin, NoAdmin]
    Time:
      description: is a time.
      type: string
      format: date-time
      x-go-type: Timestamp
    Custom:
      description: holds custom attributes.
      type: object
      additionalProperties: {type: object, properties: {unit: {}}}
      x-go-type: map[string]json.RawMessage
      x-go-type-skip-optional-pointer: true
    AgentChange:
      description: is a change of an agent.
      type: object
      additionalProperties: false
      required: [role]
      properties:
        role: {$ref: '#/components/schemas/Role'}
        name:
          type: string
          nullable: true
          x-omitempty: true
        team:
          type: integer
          format: int64
          nullable: true
          x-go-type: Field[int64]
          x-go-type-skip-optional-pointer: true
          x-omitempty: false
          x-omitzero: true
        labels:
          type: object
          additionalProperties: {type: string}
          x-omitempty: false
          x-omitzero: true
    AgentForm:
      description: is an agent with a picture.
      type: object
      properties:
        picture: {type: string, format: binary}
`

func findings(t *testing.T, text string) []finding {
	t.Helper()
	found, _, err := checkDocument(t.Context(), "openapi.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestGood(t *testing.T) {
	for _, f := range findings(t, good) {
		t.Errorf("a good document: %s", f)
	}
}

// broken are slips: one change of the good document, and where which rule finds
// it.
var broken = []struct {
	name, old, new string
	rule           string
	at             pointer
}{
	{"no YAML", "openapi: 3.0.3", "openapi: [", "valid", ""},
	{"no version", "openapi: 3.0.3\n", "", "lint/validation-required-field", ""},
	{"nothing", "            score: {type: number}", "            score:", "valid", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an empty media type", "              schema: {$ref: '#/components/schemas/TargetPage'}\n", "", "valid", "/paths/~1teams/get/responses/200/content/application~1json"},
	{"a key twice", "title: Desk", "title: Desk\n  title: Desk", "lint/validation-duplicate-key", "/info/title"},
	{"no items", "score: {type: number}", "score: {type: array, x-omitempty: false, x-omitzero: true}", "valid", "/components/schemas/Agent/allOf/1/properties/score"},
	{"a default of another type", "score: {type: number}", "score: {type: number, default: high}", "valid", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an unknown scheme", "  - token: []", "  - token: []\n  - tokens: []", "valid", "/security"},
	{"a parameter twice", "        - name: team_ids\n", "        - name: page\n", "lint/validation-operation-parameters", "/paths/~1agents/get/parameters/1"},
	{"a parameter without a type", "schema: {type: array, items: {type: integer, format: int64}}", "content: {}", "lint/validation-allowed-values", "/paths/~1agents/get/parameters/1/content"},
	{"an unknown type", "score: {type: number}", "score: {type: numeric}", "lint/validation-invalid-schema", "/components/schemas/Agent/allOf/1/properties/score/type"},
	{"an unknown keyword", "score: {type: number}", "score: {type: number, max: 3}", "lint/validation-unknown-properties", "/components/schemas/Agent/allOf/1/properties/score"},
	{"the same id", "operationId: listTeams", "operationId: listAgents", "lint/validation-operation-id-unique", "/paths/~1teams/get/operationId"},
	{"a parameter of the path that is not declared", "/agents/{agent~id}:", "/teams/{team}/agents/{agent~id}:", "lint/semantic-path-params", "/paths/~1teams~1{team}~1agents~1{agent~0id}/put"},
	{"a parameter of the path that may be missing", "in: path, required: true", "in: path", "lint/validation-required-field", "/paths/~1agents~1{agent~0id}/parameters/0"},
	{"two templates for a route", "  /teams:\n", "  /agents/{team}:\n    parameters:\n      - {name: team, in: path, required: true, description: names a team., schema: {type: string}}\n", "lint/semantic-no-ambiguous-paths", "/paths/~1agents~1{team}"},
	{"a slash at the end", "  /teams:\n", "  /teams/:\n", "lint/style-path-trailing-slash", "/paths/~1teams~1"},
	{"no success", "        '204': {description: It is up.}\n", "", "lint/style-operation-success-response", "/paths/~1status/get/responses"},
	{"an unused component", "    ToAgent:\n", "    Left: {type: string, description: is left over.}\n    ToAgent:\n", "lint/semantic-unused-component", "/components/schemas/Left"},
	{"a value of another type", "enum: [agent, team]", "enum: [agent, team, 7]", "lint/semantic-typed-enum", "/components/schemas/Kind/enum/2"},
	{"a value twice", "enum: [agent, team]", "enum: [agent, team, team]", "lint/semantic-duplicated-enum", "/components/schemas/Kind/enum/2"},

	{"a security scheme with too much", "{type: http, scheme: bearer}", "{type: http, scheme: bearer, name: Token}", "lint/validation-allowed-values", "/components/securitySchemes/token/name"},
	{"a style of another place", "in: query, description: is where the page begins.", "in: query, style: deepObject, explode: false, description: is where the page begins.", "valid", "/paths/~1teams/get"},
	{"an example of another type", "          schema: {type: string}\n  schemas:", "          schema: {type: string}\n          example: 7\n  schemas:", "valid", "/components/responses/Error"},

	{"another file", "seen: {$ref: '#/components/schemas/Time'}", "seen: {$ref: 'times.yaml#/Time'}", "local-references", "/components/schemas/Agent/allOf/1/properties/seen/$ref"},
	{"a reference to nothing", "seen: {$ref: '#/components/schemas/Time'}", "seen: {$ref: '#/components/schemas/Tmie'}", "local-references", "/components/schemas/Agent/allOf/1/properties/seen/$ref"},
	{"3.1", "openapi: 3.0.3", "openapi: 3.1.0", "version", "/openapi"},
	{"a misspelt extension", "x-omitempty: true", "x-omitempty: true\n          x-omitzreo: true", "known-extensions", "/components/schemas/AgentChange/properties/name/x-omitzreo"},
	{"an extension of another type", "x-omitempty: true", "x-omitempty: true\n          x-go-name: 7", "known-extensions", "/components/schemas/AgentChange/properties/name/x-go-name"},
	{"an import", "x-go-type: Timestamp", "x-go-type: Timestamp\n      x-go-type-import: {path: encoding/json}", "known-extensions", "/components/schemas/Time/x-go-type-import"},
	{"a description beside a reference", "seen: {$ref: '#/components/schemas/Time'}", "seen: {$ref: '#/components/schemas/Time', description: is when it was seen.}", "reference-siblings", "/components/schemas/Agent/allOf/1/properties/seen/description"},

	{"no summary", "      summary: lists teams.\n", "", "described", "/paths/~1teams/get"},
	{"an operation without a description", "      description: It needs no token.\n", "", "described", "/paths/~1status/get"},
	{"a parameter without a description", "          description: keeps agents of these teams.\n", "", "described", "/paths/~1agents/get/parameters/1"},
	{"a component without a description", "      description: is a time.\n", "", "described", "/components/schemas/Time"},
	{"a capital", "summary: lists teams.", "summary: Lists teams.", "wording", "/paths/~1teams/get/summary"},
	{"no full stop", "description: is a time.", "description: is a time", "wording", "/components/schemas/Time/description"},
	{"the description of a parameter", "names the agent.", "Names the agent.", "wording", "/paths/~1agents~1{agent~0id}/parameters/0/description"},
	{"no reason", ", x-deprecated-reason: Kind says the same.", "", "deprecated-reason", "/components/schemas/ToTeam/properties/old"},
	{"a deprecated operation", "operationId: listTeams", "operationId: listTeams\n      deprecated: true", "deprecated-reason", "/paths/~1teams/get"},
	{"a deprecated parameter", "in: query, description: is where the page begins.", "in: query, deprecated: true, description: is where the page begins.", "deprecated-reason", "/paths/~1teams/get/parameters/0"},

	{"an id that is no verb and noun", "operationId: listTeams", "operationId: teams", "operation-id", "/paths/~1teams/get/operationId"},
	{"an id with an underscore", "operationId: listTeams", "operationId: list_teams", "operation-id", "/paths/~1teams/get/operationId"},
	{"a verb of another method", "operationId: listTeams", "operationId: createTeams", "operation-id", "/paths/~1teams/get/operationId"},
	{"a verb that reads", "operationId: updateAgent", "operationId: listAgent", "operation-id", "/paths/~1agents~1{agent~0id}/put/operationId"},
	{"ids that differ in capitals", "operationId: listTeams", "operationId: listAGents", "operation-id", "/paths/~1teams/get/operationId"},
	{"no tag", "      tags: [Agents]\n      summary: lists teams.", "      summary: lists teams.", "one-tag", "/paths/~1teams/get"},
	{"two tags", "tags: [Agents]\n      summary: lists teams.", "tags: [Agents, Agents]\n      summary: lists teams.", "one-tag", "/paths/~1teams/get/tags"},
	{"a tag that is not declared", "tags: [Agents]\n      summary: lists teams.", "tags: [Teams]\n      summary: lists teams.", "one-tag", "/paths/~1teams/get/tags/0"},
	{"a tag of no operation", "    description: Who answers.\n", "    description: Who answers.\n  - {name: Teams, description: Who works together.}\n", "one-tag", "/tags/1"},
	{"a vendor's media type", "          application/json:\n            schema: {$ref: '#/components/schemas/AgentChange'}", "          application/vnd.api+json:\n            schema: {$ref: '#/components/schemas/AgentChange'}", "media-types", "/paths/~1agents~1{agent~0id}/put/requestBody/content/application~1vnd.api+json"},
	{"a body of text", "          multipart/form-data:", "          text/plain:", "media-types", "/paths/~1agents~1{agent~0id}/put/requestBody/content/text~1plain"},
	{"a shared error of another type", "        text/plain:\n", "        text/css:\n", "media-types", "/components/responses/Error/content/text~1css"},
	{"a success in text", "{description: It is up.}", "{description: It is up., content: {text/plain: {schema: {type: string}}}}", "media-types", "/paths/~1status/get/responses/204/content/text~1plain"},
	{"a success without a schema", "{description: It is up.}", "{description: It is up., content: {application/json: {}}}", "media-types", "/paths/~1status/get/responses/204/content/application~1json"},
	{"two successes", "        '204': {description: It is up.}", "        '200': {description: It is up.}\n        '204': {description: It is up.}", "one-success", "/paths/~1status/get/responses"},
	{"no 401", "        '401': {$ref: '#/components/responses/Error'}\n        '422'", "        '422'", "error-answers", "/paths/~1agents~1{agent~0id}/put/responses"},
	{"no 429", "{description: It is up.}\n        '429': {$ref: '#/components/responses/Error'}", "{description: It is up.}", "error-answers", "/paths/~1status/get/responses"},
	{"another error", "schema: {$ref: '#/components/schemas/Error'}\n        '429'", "schema: {$ref: '#/components/schemas/Links'}\n        '429'", "error-answers", "/paths/~1agents~1{agent~0id}/put/responses/422/content/application~1json/schema"},
	{"no iterator", "      x-pages: {by: number, param: Page, items: data, item: Agent}\n", "", "pages", "/paths/~1agents/get"},
	{"pages by another thing", "{by: number, param", "{by: page, param", "pages", "/paths/~1agents/get/x-pages"},
	{"pages without a key", "next: links.next, items", "items", "pages", "/paths/~1teams/get/x-pages"},
	{"a page's parameter that is not there", "param: Page,", "param: Pages,", "pages", "/paths/~1agents/get/x-pages/param"},
	{"a page's parameter that is required", "          description: is the number of the page.", "          required: true\n          description: is the number of the page.", "pages", "/paths/~1agents/get/x-pages/param"},
	{"items that are not there", "items: data, item: Agent}", "items: date, item: Agent}", "pages", "/paths/~1agents/get/x-pages/items"},
	{"items of another type", "items: data, item: Agent}", "items: data, item: Team}", "pages", "/paths/~1agents/get/x-pages/item"},
	{"a link that is not there", "next: links.next", "next: link.next", "pages", "/paths/~1teams/get/x-pages/next"},

	{"an object without a name", "score: {type: number}", "score: {type: object, properties: {value: {type: number}}}", "named-schemas", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an enum without a name", "score: {type: number}", "score: {type: string, enum: [low, high]}", "named-schemas", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an enum of a parameter", "schema: {type: string}}", "schema: {type: string, enum: [low, high]}}", "named-schemas", "/paths/~1teams/get/parameters/0/schema"},
	{"a union without a name", "score: {type: number}", "score: {anyOf: [{type: number}, {type: string}]}", "named-schemas", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an object of an answer", "schema: {$ref: '#/components/schemas/TargetPage'}", "schema: {type: object, allOf: [{$ref: '#/components/schemas/TargetPage'}], properties: {more: {type: boolean}}}", "named-schemas", "/paths/~1teams/get/responses/200/content/application~1json/schema"},
	{"null among the values", "enum: [agent, team]", "nullable: true\n      enum: [agent, team, null]", "enum-names", "/components/schemas/Kind/enum/2"},
	{"a value that is no name", "enum: [agent, team]", "enum: [agent, team, 2nd]", "enum-names", "/components/schemas/Kind/enum/2"},
	{"values of one name", "enum: [agent, team]", "enum: [agent, team, in_box, in-box]", "enum-names", "/components/schemas/Kind/enum/3"},
	{"names for fewer values", "x-enum-varnames: [Admin, NoAdmin]", "x-enum-varnames: [Admin]", "enum-names", "/components/schemas/Role/x-enum-varnames"},
	{"a name in lower case", "x-enum-varnames: [Admin, NoAdmin]", "x-enum-varnames: [Admin, noAdmin]", "enum-names", "/components/schemas/Role/x-enum-varnames/1"},
	{"an id that is a number", "            id: {type: integer, format: int64}", "            id: {type: number}", "id-types", "/components/schemas/Agent/allOf/1/properties/id"},
	{"an id of 32 bits", "            id: {type: integer, format: int64}", "            id: {type: integer, format: int32}", "id-types", "/components/schemas/Agent/allOf/1/properties/id"},
	{"a list of ids", "              items: {type: integer, format: int64}", "              items: {type: integer}", "id-types", "/components/schemas/Agent/allOf/1/properties/team_ids"},
	{"an id in the query", "schema: {type: array, items: {type: integer, format: int64}}", "schema: {type: array, items: {type: number}}", "id-types", "/paths/~1agents/get/parameters/1/schema"},
	{"ids without a name in Go", "              x-go-name: TeamIDs\n", "", "plural-ids", "/components/schemas/Agent/allOf/1/properties/team_ids"},
	{"ids of the query without a name in Go", "          x-go-name: TeamIDs\n          description", "          description", "plural-ids", "/paths/~1agents/get/parameters/1"},
	{"a float", "score: {type: number}", "score: {type: number, format: float}", "number-formats", "/components/schemas/Agent/allOf/1/properties/score/format"},
	{"a misspelt format", "schema: {type: integer, format: int64}\n        - name: team_ids", "schema: {type: integer, format: int46}\n        - name: team_ids", "number-formats", "/paths/~1agents/get/parameters/0/schema/format"},
	{"a type that loses digits", "x-go-type: map[string]json.RawMessage", "x-go-type: map[string]any", "go-types", "/components/schemas/Custom/x-go-type"},
	{"a pointer to JSON", "x-go-type: map[string]json.RawMessage\n      x-go-type-skip-optional-pointer: true", "x-go-type: map[string]json.RawMessage", "go-types", "/components/schemas/Custom/x-go-type"},
	{"a Field of what is not there", "x-go-type: Field[int64]", "x-go-type: Field[int46]", "go-types", "/components/schemas/AgentChange/properties/team/x-go-type"},
	{"any JSON", "score: {type: number}", "score: {}", "free-json", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an object of anything", "score: {type: number}", "score: {type: object}", "free-json", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an object of more", "      properties:\n        message:", "      additionalProperties: true\n      properties:\n        message:", "free-json", "/components/schemas/Error"},
	{"a map of anything", "        labels:\n          type: object\n          additionalProperties: {type: string}", "        labels:\n          type: object\n          additionalProperties: {}", "free-json", "/components/schemas/AgentChange/properties/labels/additionalProperties"},
	{"a list of anything", "schema: {type: array, items: {type: integer, format: int64}}", "schema: {type: array, items: {}}", "free-json", "/paths/~1agents/get/parameters/1/schema/items"},
	{"a union without a tag", "      discriminator:\n        propertyName: kind\n        mapping:\n          agent: '#/components/schemas/ToAgent'\n          team: '#/components/schemas/ToTeam'\n", "", "union-tags", "/components/schemas/Target/oneOf"},
	{"an arm without a tag", "          team: '#/components/schemas/ToTeam'\n", "", "union-tags", "/components/schemas/Target/oneOf/1"},
	{"a tag without an arm", "          team: '#/components/schemas/ToTeam'\n", "          team: '#/components/schemas/ToTeam'\n          a/b: '#/components/schemas/Links'\n", "union-tags", "/components/schemas/Target/discriminator/mapping/a~1b"},
	{"a tag that is no value", "          team: '#/components/schemas/ToTeam'\n", "          teams: '#/components/schemas/ToTeam'\n", "union-tags", "/components/schemas/Target/discriminator/mapping/teams"},
	{"a required field that is not there", "      required: [role]", "      required: [roles]", "required-fields", "/components/schemas/AgentChange/required/0"},
	{"a time in one form", "            score: {type: number}", "            score: {type: string, format: date-time}", "answer-times", "/components/schemas/Agent/allOf/1/properties/score"},
	{"a map of times in one form", "            score: {type: number}", "            score: {type: object, additionalProperties: {type: string, format: date}, x-omitempty: false, x-omitzero: true}", "answer-times", "/components/schemas/Agent/allOf/1/properties/score/additionalProperties"},
	{"a closed answer", "description: is an error.\n      type: object", "description: is an error.\n      type: object\n      additionalProperties: false", "open-answers", "/components/schemas/Error/additionalProperties"},

	{"a field that is sent as null", "          nullable: true\n          x-omitempty: true\n", "          nullable: true\n", "unset-fields", "/components/schemas/AgentChange/properties/name"},
	{"a field that is always sent", "          nullable: true\n          x-omitempty: true\n", "          x-omitempty: false\n", "unset-fields", "/components/schemas/AgentChange/properties/name"},
	{"a Field that is sent as null", "          x-go-type-skip-optional-pointer: true\n          x-omitempty: false\n          x-omitzero: true\n", "          x-go-type-skip-optional-pointer: true\n          x-omitempty: false\n", "three-state", "/components/schemas/AgentChange/properties/team"},
	{"a Field behind a pointer", "          x-go-type-skip-optional-pointer: true\n          x-omitempty: false\n", "          x-omitempty: false\n", "three-state", "/components/schemas/AgentChange/properties/team"},
	{"a Field that may not be null", "          nullable: true\n          x-go-type: Field[int64]", "          x-go-type: Field[int64]", "three-state", "/components/schemas/AgentChange/properties/team"},
	{"a required Field", "      required: [role]", "      required: [role, team]", "three-state", "/components/schemas/AgentChange/required/1"},
	{"a Field in an answer", "score: {type: number}", "score: {type: number, nullable: true, x-go-type: 'Field[json.Number]', x-go-type-skip-optional-pointer: true, x-omitzero: true, x-omitempty: false}", "three-state", "/components/schemas/Agent/allOf/1/properties/score"},
	{"an empty list that is lost", "              x-go-name: TeamIDs\n              x-omitempty: false\n              x-omitzero: true\n", "              x-go-name: TeamIDs\n", "empty-lists", "/components/schemas/Agent/allOf/1/properties/team_ids"},
	{"an empty list that is half lost", "              x-omitempty: false\n              x-omitzero: true\n", "              x-omitempty: false\n", "empty-lists", "/components/schemas/Agent/allOf/1/properties/team_ids"},
	{"a map that is sent as null", "          additionalProperties: {type: string}\n          x-omitempty: false\n          x-omitzero: true\n", "          additionalProperties: {type: string}\n          x-omitempty: false\n", "empty-lists", "/components/schemas/AgentChange/properties/labels"},
	{"an empty map that is lost", "          additionalProperties: {type: string}\n          x-omitempty: false\n          x-omitzero: true\n", "          additionalProperties: {type: string}\n", "empty-lists", "/components/schemas/AgentChange/properties/labels"},
}

// TestBroken: each slip is found once, by one rule, where it is, with a cure.
func TestBroken(t *testing.T) {
	for _, test := range broken {
		t.Run(test.name, func(t *testing.T) {
			if strings.Count(good, test.old) != 1 {
				t.Fatalf("the good document has %q %d times", test.old, strings.Count(good, test.old))
			}
			found := findings(t, strings.Replace(good, test.old, test.new, 1))
			if len(found) != 1 || found[0].Rule != test.rule || found[0].Pointer != test.at || found[0].Problem == "" || found[0].Cure == "" {
				t.Errorf("want %s at %q, got %d:", test.rule, test.at, len(found))
				for _, f := range found {
					t.Error(f)
				}
			}
		})
	}
}

// TestMangled: a document in which a line is missing, or its value is empty or of
// another type, gives findings or is good, and never ends in a panic.
func TestMangled(t *testing.T) {
	lines := strings.SplitAfter(good, "\n")
	for i, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		other := []string{"", name + ":\n", name + ": {}\n", name + ": []\n", name + ": 7\n"}[i%5]
		text := strings.Join(slices.Concat(lines[:i], []string{other}, lines[i+1:]), "")
		if _, _, err := checkDocument(t.Context(), "openapi.yaml", []byte(text)); err != nil {
			t.Errorf("line %d as %q: %v", i+1, other, err)
		}
	}
}

// TestEveryRule: each rule has a slip that it finds.
func TestEveryRule(t *testing.T) {
	found := map[string]bool{}
	for _, test := range broken {
		found[test.rule] = true
	}
	for _, test := range brokenFiles {
		found[test.rule] = true
	}
	found["source-published"] = true // TestCheckFinds
	for _, r := range slices.Concat(rules, fileRules) {
		if !found[r.name] || r.why == "" {
			t.Errorf("%s: found %v, why %q", r.name, found[r.name], r.why)
		}
	}
}

// TestCheck: our documents keep the rules.
func TestCheck(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{nil, "3 documents, "}, {[]string{"dixa"}, "1 document, "}, {[]string{"dixa", "chatwoot", "dixa"}, "2 documents, "},
	} {
		var out, errOut strings.Builder
		if status := run(append([]string{"check"}, test.args...), &out, &errOut); status != 0 || !strings.HasPrefix(out.String(), test.says) || !strings.HasSuffix(out.String(), ": all good\n") {
			t.Errorf("%q: status %d\n%s%s", test.args, status, out.String(), errOut.String())
		}
	}
}

// TestCheckFinds: what is wrong in a vendor's folder is printed in order, and
// ends with status 1.
func TestCheckFinds(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "specs"), os.DirFS("specs")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	change := func(name, old, other string) {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s has no %q (%v)", name, old, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(text), old, other, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change("specs/dixa/openapi.yaml", "      operationId: listAgents\n      tags: [Agents]\n", "      operationId: listAgents\n")
	change("specs/dixa/source.yaml", "operations: 123", "operations: 124")
	change("specs/dixa/source.yaml", "date: 2026-06-13", "date: 2026-06-14")
	change("specs/kustomer/oapi-codegen.yaml", "json.Number", "float64")
	change("specs/kustomer/corrections.yaml", "confidence: high", "confidence: sure")
	want := []string{
		"specs/dixa/openapi.yaml#/paths/~1agents/get: one-tag: has no tag; give it exactly one, the name of its group in the vendor's reference",
		"specs/dixa/source.yaml#/interface/date: source-published: says 2026-06-14, and published.yaml 2026-06-13; correct it; specs accept writes both",
		"specs/dixa/source.yaml#/operations: source-count: says 124, and openapi.yaml has 123; correct it, here and in specs/README.md",
		"specs/kustomer/corrections.yaml#/1/confidence: correction: is \"sure\"; write high, medium or low",
		"specs/kustomer/oapi-codegen.yaml#/output-options/type-mapping/number/default/type: settings: is \"float64\"; write json.Number: float32 loses digits",
		"5 findings in 2 of 3 documents: mend them as each line says, then run make generate, make test, and this again",
	}
	var out strings.Builder
	if status := run([]string{"check"}, &out, &out); status != 1 || out.String() != strings.Join(want, "\n")+"\n" {
		t.Errorf("status %d\n%s", status, out.String())
	}
	out.Reset()
	status := run([]string{"check", "dixa", "--format", "json"}, &out, &out)
	var list []finding
	if err := json.Unmarshal([]byte(out.String()), &list); err != nil || status != 1 || len(list) != 3 || list[0].String() != want[0] || list[1].String() != want[1] {
		t.Errorf("status %d, %v\n%s", status, err, out.String())
	}
	out.Reset()
	if status := run([]string{"check", "chatwoot", "--format", "json"}, &out, &out); status != 0 || out.String() != "[]\n" {
		t.Errorf("status %d\n%s", status, out.String())
	}
	if err := os.Remove("specs/dixa/source.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"check"}, "run this at the root of the module: "},
		{[]string{"check", "nobody"}, `there is no vendor "nobody"`},
		{[]string{"check", "--format", "xml"}, `there is no format "xml"`},
	} {
		out.Reset()
		if status := run(test.args, &out, &out); status != 2 || !strings.Contains(out.String(), test.says) {
			t.Errorf("%q: status %d, %s", test.args, status, out.String())
		}
	}
}

// TestCheckHelp: the help tells each rule and its reason.
func TestCheckHelp(t *testing.T) {
	var out strings.Builder
	if status := run([]string{"check", "--help"}, &out, &out); status != 0 {
		t.Fatal(out.String())
	}
	for _, r := range slices.Concat(rules, fileRules) {
		if !strings.Contains(out.String(), r.name+" ") || !strings.Contains(out.String(), r.why) {
			t.Errorf("the help lacks %s", r.name)
		}
	}
	for _, r := range lintOff() {
		if !strings.Contains(out.String(), r.id+" ") || !strings.Contains(out.String(), r.off) {
			t.Errorf("the help lacks %s", r.id)
		}
	}
}
