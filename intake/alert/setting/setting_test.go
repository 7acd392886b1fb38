package setting

import (
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	for want, s := range map[string]Channel{
		"kind: \"sms\": expected one of command, gotify, ntfy, telegram, webhook, zalo": {Kind: "sms"},
		"url: missing":              {Kind: "ntfy"},
		"url: expected the server":  {Kind: "ntfy", URL: "https://ntfy.example.vn"},
		"url: expected https://":    {Kind: "ntfy", URL: "http://ntfy.example.vn/truc-ban"},
		"url: holds a name":         {Kind: "ntfy", URL: "https://a:b@ntfy.example.vn/truc-ban"},
		"chat: missing":             {Kind: "zalo", TokenFile: "x"},
		"chat: has no place here":   {Kind: "ntfy", URL: "https://ntfy.example.vn/truc-ban", Chat: "1"},
		"body: expected JSON":       {Kind: "webhook", URL: "https://x.example", Body: `{"text": {text}}`},
		"body: has no {text}":       {Kind: "webhook", URL: "https://x.example", Body: `{}`},
		"command: missing":          {Kind: "command"},
		"command: expected a progr": {Kind: "command", Command: []string{" "}},
	} {
		if err := s.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", s, err, want)
		}
	}
}

// TestFill: what stands in a message cannot end the string it stands in.
func TestFill(t *testing.T) {
	c := Channel{Body: `{"msgtype": "text", "text": {"content": "{text} {link}"}}`}
	if got, want := c.Fill("\"}\n", `\`), `{"msgtype": "text", "text": {"content": "\"}\n \\"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
