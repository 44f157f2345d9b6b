package chatwoottest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// The enumerations, in the order of their numbers.
var (
	displayTypes = []string{"text", "number", "currency", "percent", "link", "date", "list", "checkbox"}
	models       = []string{"conversation_attribute", "contact_attribute", "company_attribute"}
)

// listDefinitions answers all definitions, or those of one model: by its name or its number. A word that is neither
// finds nothing, an empty one is no filter.
func (s *Server) listDefinitions(c call) fake.Answer {
	model, _ := c.params.values["attribute_model"].(string)
	found := []Definition{}
	for _, definition := range s.state.Definitions {
		number := fmt.Sprint(slices.Index(models, definition.AttributeModel))
		if model == "" || model == definition.AttributeModel || model == number {
			found = append(found, definition)
		}
	}
	return s.json(http.StatusOK, found)
}

// complete fills in what was left out.
func (d *Definition) complete(place int64) {
	if d.ID == 0 {
		d.ID = place
	}
	if d.AttributeDisplayName == "" {
		d.AttributeDisplayName = d.AttributeKey
	}
	if d.AttributeDisplayType == "" {
		d.AttributeDisplayType = displayTypes[0]
	}
	if d.AttributeModel == "" {
		d.AttributeModel = models[0]
	}
	if d.AttributeValues == nil {
		d.AttributeValues = []string{}
	}
	if d.CreatedAt == "" {
		d.CreatedAt = "2026-01-05T09:30:00.000Z"
	}
	if d.UpdatedAt == "" {
		d.UpdatedAt = d.CreatedAt
	}
}

func (d *Definition) check() error {
	switch {
	case d.AttributeKey == "":
		return fmt.Errorf("definition %d has no attribute_key", d.ID)
	case !slices.Contains(displayTypes, d.AttributeDisplayType):
		return fmt.Errorf("definition %q: no display type %q", d.AttributeKey, d.AttributeDisplayType)
	case !slices.Contains(models, d.AttributeModel):
		return fmt.Errorf("definition %q: no model %q", d.AttributeKey, d.AttributeModel)
	}
	return nil
}
