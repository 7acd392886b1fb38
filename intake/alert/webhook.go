package alert

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"tipbox/intake/deliver"
)

// standardBody is what a webhook gets where the configuration says nothing else.
const standardBody = `{"text": "{text}", "link": "{link}"}`

// webhook posts JSON that the operator has laid out.
type webhook struct{ address, body string }

func newWebhook(s Setting) (sender, error) {
	w := &webhook{s.URL, s.Body}
	if w.body == "" {
		w.body = standardBody
	}
	if !json.Valid(w.fill(Message{Text: "\"\n", Link: "x"})) {
		return nil, &SettingError{"body", `expected JSON with {text} and {link} within quotes, such as ` + standardBody}
	}
	if !strings.Contains(w.body, "{text}") {
		return nil, &SettingError{"body", "has no {text}: expected it where the message is to stand"}
	}
	return w, nil
}

// fill puts the message into the template, as JSON has strings.
func (w *webhook) fill(m Message) []byte {
	quoted := func(s string) string {
		b, _ := json.Marshal(s) // a string always can
		return string(b[1 : len(b)-1])
	}
	return []byte(strings.NewReplacer("{text}", quoted(m.Text), "{link}", quoted(m.Link)).Replace(w.body))
}

func (w *webhook) send(ctx context.Context, token string, m Message) error {
	header := map[string]string{}
	if token != "" && !strings.Contains(w.address, tokenMark) {
		header["Authorization"] = "Bearer " + token
	}
	a, err := post(ctx, strings.ReplaceAll(w.address, tokenMark, url.PathEscape(token)), header, w.fill(m))
	if err != nil {
		return err
	}
	if err := a.taken(); err != nil {
		return err
	}
	// Services that answer 200 to everything say it in the body.
	var says struct {
		OK *bool `json:"ok"`
	}
	if json.Unmarshal(a.body, &says) == nil && says.OK != nil && !*says.OK {
		return &Error{Reason: deliver.Refused, Said: a.said()}
	}
	return nil
}
