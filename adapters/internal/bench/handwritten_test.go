package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// handwritten is what a good engineer writes for one program and one vendor:
// net/http and encoding/json, and no more care than is always due.
type handwritten struct {
	client *http.Client
	base   string
	header string
	token  string
	lean   bool // takes of an answer what it needs to have the attributes, not the record
}

func (h *handwritten) send(ctx context.Context, method, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, h.base+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	req.Header.Set(h.header, h.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "crm-sync")
	response, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("%s %s: status %d", method, path, response.StatusCode)
	}
	return json.Unmarshal(content, answer)
}

func (h *handwritten) chatwootConversation(ctx context.Context, id string, attributes map[string]any) (map[string]any, error) {
	body := struct {
		CustomAttributes map[string]any `json:"custom_attributes"`
		Merge            bool           `json:"merge"`
	}{attributes, true}
	var answer struct {
		CustomAttributes map[string]any `json:"custom_attributes"`
	}
	err := h.send(ctx, http.MethodPost, "/api/v1/accounts/1/conversations/"+url.PathEscape(id)+"/custom_attributes", body, &answer)
	return answer.CustomAttributes, err
}

func (h *handwritten) chatwootContact(ctx context.Context, id string, attributes map[string]any) (map[string]any, error) {
	body := struct {
		CustomAttributes map[string]any `json:"custom_attributes"`
	}{attributes}
	path := "/api/v1/accounts/1/contacts/" + url.PathEscape(id)
	if h.lean {
		var answer struct {
			Payload struct {
				ID               int64          `json:"id"`
				CustomAttributes map[string]any `json:"custom_attributes"`
			} `json:"payload"`
		}
		err := h.send(ctx, http.MethodPatch, path, body, &answer)
		return answer.Payload.CustomAttributes, err
	}
	var answer struct {
		Payload contact `json:"payload"`
	}
	err := h.send(ctx, http.MethodPatch, path, body, &answer)
	return answer.Payload.CustomAttributes, err
}

func (h *handwritten) kustomerConversation(ctx context.Context, id string, attributes map[string]any) (map[string]any, error) {
	body := struct {
		Custom map[string]any `json:"custom"`
	}{attributes}
	path := "/v1/conversations/" + url.PathEscape(id)
	if h.lean {
		var answer struct {
			Data struct {
				ID         string `json:"id"`
				Attributes struct {
					Rev    int64          `json:"rev"`
					Custom map[string]any `json:"custom"`
				} `json:"attributes"`
			} `json:"data"`
		}
		err := h.send(ctx, http.MethodPatch, path, body, &answer)
		return answer.Data.Attributes.Custom, err
	}
	var answer struct {
		Data conversation `json:"data"`
	}
	err := h.send(ctx, http.MethodPatch, path, body, &answer)
	return answer.Data.Attributes.Custom, err
}

func (h *handwritten) dixaConversation(ctx context.Context, id string, attributes map[string]any) (map[string]any, error) {
	var answer struct {
		Data []struct {
			ID         string `json:"id"`
			Name       string `json:"name"`
			Identifier string `json:"identifier"`
			Value      any    `json:"value"`
		} `json:"data"`
	}
	err := h.send(ctx, http.MethodPatch, "/v1/conversations/"+url.PathEscape(id)+"/custom-attributes", attributes, &answer)
	if err != nil {
		return nil, err
	}
	values := make(map[string]any, len(answer.Data))
	for _, attribute := range answer.Data {
		values[attribute.Identifier] = attribute.Value
	}
	return values, nil
}
