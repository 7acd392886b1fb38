package alert

import (
	"context"
	"strings"
)

// ntfy publishes to a topic: https://docs.ntfy.sh/publish/#publish-as-json.
type ntfy struct{ base, topic string }

func newNtfy(s Setting) (sender, error) {
	address := strings.TrimSuffix(s.URL, "/")
	slash := strings.LastIndexByte(address, '/')
	topic := address[slash+1:]
	if strings.Count(address, "/") < 3 || topic == "" || strings.ContainsAny(topic, "?#{}") {
		return nil, &SettingError{"url", "expected the server and a topic, such as https://ntfy.example.vn/truc-ban"}
	}
	return &ntfy{address[:slash+1], topic}, nil
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
