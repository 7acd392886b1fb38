package alert

import (
	"context"

	"tipbox/intake/alert/setting"
)

// ntfy publishes to a topic: https://docs.ntfy.sh/publish/#publish-as-json.
type ntfy struct{ base, topic string }

func newNtfy(s setting.Channel) sender {
	server, topic := s.Topic()
	return &ntfy{server, topic}
}

func (n *ntfy) send(ctx context.Context, token string, m Message) error {
	body := map[string]any{"topic": n.topic, "message": m.Text, "priority": 3}
	if m.Wake {
		body["priority"] = 5 // rings until it is seen
		body["tags"] = []string{"rotating_light"}
	}
	if m.Link != "" {
		body["click"] = m.Link
		body["message"] = m.plain() // where a program shows no click
	}
	header := map[string]string{}
	if token != "" {
		header["Authorization"] = "Bearer " + token
	}
	a, err := post(ctx, n.base, header, body)
	if err != nil {
		return err
	}
	return a.taken()
}
