package transport

import (
	"encoding/json"
	"strings"

	"github.com/coder/websocket"
)

// message is a message of either side.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// parseMessage decodes a message of a client. It returns false if the text is not a message of the protocol.
func parseMessage(kind websocket.MessageType, text []byte) (message, bool) {
	if kind != websocket.MessageText {
		return message{}, false
	}
	object, err := decodeObject(text)
	if err != nil {
		return message{}, false
	}
	var msg message
	var ok bool
	if msg.Type, ok = object["type"].(string); !ok {
		return msg, false
	}
	if id, given := object["id"]; given {
		if msg.ID, ok = id.(string); !ok {
			return msg, false
		}
	}
	if payload, given := object["payload"]; given {
		if _, isObject := payload.(map[string]any); !isObject && payload != nil {
			return msg, false
		}
		msg.Payload = mustJSON(payload)
	}
	switch msg.Type {
	case "connection_init", "ping", "pong":
		return msg, true
	case "subscribe":
		return msg, msg.ID != "" && msg.Payload != nil
	case "complete":
		return msg, msg.ID != ""
	default:
		return msg, false
	}
}

// tokenIn returns the token in connection_init's payload, "" where there is none.
func tokenIn(payload json.RawMessage) string {
	var members map[string]any
	_ = json.Unmarshal(payload, &members) // parseMessage has checked that it is an object or null
	for _, want := range []string{"authorization", "token"} {
		for name, value := range members {
			if text, ok := value.(string); ok && strings.EqualFold(name, want) {
				if scheme, token, found := strings.Cut(text, " "); found && strings.EqualFold(scheme, "Bearer") {
					return strings.TrimSpace(token)
				}
				return text
			}
		}
	}
	return ""
}
