// Package setting is how channels of alerts are set up, apart from what calls: the
// officers' program reads the same configuration, and can call nobody.
package setting

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"tipbox/intake"
)

// Channel is a channel as the configuration has it.
type Channel struct {
	Kind      string   // one of Kinds
	URL       string   // {token} in it stands for the token
	TokenFile string   // path; "" for none. It is read anew for each message
	Chat      string   // of telegram and zalo: who is written to
	Command   []string // a program and its arguments
	Body      string   // of webhook: JSON with {text} and {link} within quotes
}

// Error says which part of a Channel is wrong, by the key in tipbox.toml.
type Error struct{ Key, Text string }

func (e *Error) Error() string { return e.Key + ": " + e.Text }

// wants are the keys that a kind needs, and those that it takes besides.
type wants struct{ needs, takes string }

var kinds = map[string]wants{
	"ntfy":     {"url", "token_file"},
	"gotify":   {"url token_file", ""},
	"telegram": {"token_file chat", "url"},
	"zalo":     {"token_file chat", "url"},
	"webhook":  {"url", "token_file body"},
	"command":  {"command", ""},
}

// Kinds are the kinds of channels, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Token stands for the token in a URL.
const Token = "{token}"

// Body is what a webhook gets where the configuration says nothing else.
const Body = `{"text": "{text}", "link": "{link}"}`

// Check returns an *Error where the channel cannot work.
func (c Channel) Check() error {
	k, ok := kinds[c.Kind]
	if !ok {
		return &Error{"kind", fmt.Sprintf("%q: expected one of %s", c.Kind, strings.Join(Kinds(), ", "))}
	}
	for _, v := range []struct {
		key string
		set bool
	}{
		{"url", c.URL != ""}, {"token_file", c.TokenFile != ""}, {"chat", c.Chat != ""}, {"command", len(c.Command) > 0}, {"body", c.Body != ""},
	} {
		needed := slices.Contains(strings.Fields(k.needs), v.key)
		switch {
		case needed && !v.set:
			return &Error{v.key, "missing: a channel of kind " + c.Kind + " needs it"}
		case v.set && !needed && !slices.Contains(strings.Fields(k.takes), v.key):
			return &Error{v.key, "has no place here: a channel of kind " + c.Kind + " has none"}
		}
	}
	if c.URL != "" {
		if err := CheckURL(c.URL); err != nil {
			return err
		}
	}
	if _, topic := c.Topic(); c.Kind == "ntfy" && (topic == "" || strings.ContainsAny(topic, "?#{}")) {
		return &Error{"url", "expected the server and a topic, such as https://ntfy.example.vn/truc-ban"}
	}
	switch {
	case c.Body != "" && !json.Valid([]byte(c.Fill("\"\n", "x"))):
		return &Error{"body", "expected JSON with {text} and {link} within quotes, such as " + Body}
	case c.Body != "" && !strings.Contains(c.Body, "{text}"):
		return &Error{"body", "has no {text}: expected it where the message is to stand"}
	case c.Kind == "command" && strings.TrimSpace(c.Command[0]) == "":
		return &Error{"command", "expected a program and its arguments"}
	}
	return nil
}

// CheckURL returns an *Error where an address cannot be one that is called, or holds
// a password.
func CheckURL(s string) error {
	u, err := url.Parse(strings.ReplaceAll(s, Token, "token"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return &Error{"url", "expected https://HOST/…"} // not repeated: it may hold a password
	case u.User != nil:
		return &Error{"url", "holds a name or a password: expected it in a file named by token_file"}
	case u.Scheme == "http" && !intake.IsLoopback(u.Hostname()):
		return &Error{"url", "expected https:// (http:// is for loopback only)"}
	}
	return nil
}

// Topic returns the server and the topic of ntfy's address, "" where it names none.
func (c Channel) Topic() (server, topic string) {
	address := strings.TrimSuffix(c.URL, "/")
	if strings.Count(address, "/") < 3 {
		return address, ""
	}
	slash := strings.LastIndexByte(address, '/')
	return address[:slash+1], address[slash+1:]
}

// Fill puts a message into a webhook's body, as JSON has strings.
func (c Channel) Fill(text, link string) string {
	quoted := func(s string) string {
		b, _ := json.Marshal(s) // a string always can
		return string(b[1 : len(b)-1])
	}
	body := c.Body
	if body == "" {
		body = Body
	}
	return strings.NewReplacer("{text}", quoted(text), "{link}", quoted(link)).Replace(body)
}
