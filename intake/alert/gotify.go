package alert

import (
	"context"
	"strings"

	"tipbox/intake/alert/setting"
)

// gotify pushes to an application: https://gotify.net/api-docs#/message/createMessage.
type gotify struct{ address string }

func newGotify(s setting.Channel) sender {
	return &gotify{strings.TrimSuffix(strings.TrimSuffix(s.URL, "/"), "/message") + "/message"}
}

func (g *gotify) send(ctx context.Context, token string, m Message) error {
	body := map[string]any{"title": "Hòm thư", "message": m.plain(), "priority": 4}
	if m.Wake {
		body["priority"] = 10 // the app's way through silence
	}
	if m.Link != "" {
		body["extras"] = map[string]any{"client::notification": map[string]any{"click": map[string]string{"url": m.Link}}}
	}
	a, err := post(ctx, g.address, map[string]string{"X-Gotify-Key": token}, body)
	if err != nil {
		return err
	}
	return a.taken()
}
