package alert

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"tipbox/intake/alert/setting"
	"tipbox/intake/deliver"
)

// webhook posts JSON that the operator has laid out.
type webhook struct{ setting.Channel }

func newWebhook(s setting.Channel) sender { return &webhook{s} }

func (w *webhook) send(ctx context.Context, token string, m Message) error {
	header := map[string]string{}
	if token != "" && !strings.Contains(w.URL, setting.Token) {
		header["Authorization"] = "Bearer " + token
	}
	a, err := post(ctx, strings.ReplaceAll(w.URL, setting.Token, url.PathEscape(token)), header, []byte(w.Fill(m.Text, m.Link)))
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
