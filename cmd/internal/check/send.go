package check

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"iter"
	"mime/multipart"
	"net/http"
	"os"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/alert"
	"tipbox/intake/deliver"
)

// drill is what a trial tip says. It is a tip like any other.
const drill = `Đây là tin THỬ do người quản trị hòm thư tự gửi, không có chuyện gì xảy ra.

Mở và đọc được tin này là đường đi của tin thông suốt. Xin báo cho người quản trị biết, rồi bỏ tin này đi.

This is a TRIAL tip that whoever runs the tip box has sent. Nothing has happened. If you can read it, all is well: please tell them, and put it aside.`

// trial is what a channel is tried with.
const trial = "THỬ chuông hòm thư: không có tin nào / trial, there is no tip"

// Send tries what only a message can try, of one unit, or of all and the operator
// where unit is "": it sends a trial tip through the link on the posters, as a phone
// would, and a trial message by each channel.
func Send(cfg *config.Config, unit string) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, u := range cfg.Directory.Units() {
			if (unit == "" || unit == u.ID) && !yield(sendDrill(cfg, u)) {
				return
			}
		}
		acks := acknowledgements(cfg)
		ringers, err := box.RingersOf(cfg)
		if err != nil {
			yield(problem("send", err.Error(), "mend the channel's settings"))
			return
		}
		for i, a := range ringers.Receivers { // in the order of cfg.Alerts
			if unit != "" && unit != a.Unit {
				continue
			}
			for _, c := range a.Channels {
				m := alert.Message{Text: trial, Wake: true}
				if acks != nil {
					m.Link = box.AlertLink(cfg, acks.Mint())
				}
				if !yield(tried(cfg.Alerts[i].Whom()+": "+c.Kind, c.Send(context.Background(), m))) {
					return
				}
			}
		}
		if unit != "" {
			return
		}
		for _, c := range ringers.By["the operator"] {
			if !yield(tried("the operator: "+c.Kind, c.Send(context.Background(), alert.Message{Text: trial}))) {
				return
			}
		}
		if o := cfg.Operator; o.HeartbeatURL != "" {
			beat := alert.Heartbeat{URL: o.HeartbeatURL, TokenFile: o.HeartbeatTokenFile}
			yield(tried("heartbeat", beat.Beat(context.Background())))
		}
	}
}

// acknowledgements makes tokens as tipbox serve does, or is nil where its secret is
// not to be had: tipbox check makes none.
func acknowledgements(cfg *config.Config) *alert.Acks {
	if _, err := os.Stat(cfg.SecretFile); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	secrets, err := box.LoadSecrets(cfg.SecretFile)
	if err != nil {
		return nil
	}
	acks, _ := box.Acks(secrets, nil)
	return acks
}

// tried says how a trial message went.
func tried(what string, err error) Finding {
	var e *alert.Error
	if !errors.As(err, &e) {
		return Finding{Part: "send", Text: what + " has taken a trial message: ask whether it came"}
	}
	advice := map[string]string{
		alert.NoToken:       tokenHint,
		alert.Server:        "the service has a fault of its own: ask whoever runs it",
		alert.Command:       "run the command by hand, as the user that tipbox serve runs as, with a message on its standard input",
		deliver.BadAuth:     "mend the token in the file that token_file names",
		deliver.Refused:     "mend url or chat; who is to be called by a bot must have written to it first",
		deliver.Limit:       "it has had too much from us for now",
		deliver.ReplyOdd:    "what answers there is not that service: mend url",
		deliver.BadTLS:      "nobody that this machine knows vouches for its certificate, or url has the wrong port",
		deliver.Unresolved:  "its name is not known to the DNS: mend url",
		deliver.DialRefused: "nobody answers there: mend url, or a firewall is in the way",
		deliver.Timeout:     "nobody answers there in time: mend url, or a firewall is in the way",
	}[e.Reason]
	if e.Wait > 0 {
		advice += fmt.Sprintf(": try again in %v", e.Wait.Round(time.Second))
	}
	return problem("send", what+": "+e.Error(), cmp.Or(advice, "mend the channel's settings"))
}

// sendDrill sends a trial tip to a unit.
func sendDrill(cfg *config.Config, u *intake.Unit) Finding {
	var site *intake.Site
	for _, s := range u.Sites {
		if !s.IsWithdrawn(time.Now()) {
			site = s
			break
		}
	}
	if site == nil {
		return problem("send", u.ID+": all its sites are withdrawn", "no tip can be sent to it")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*checkTime)
	defer cancel()
	status, err := postDrill(ctx, cfg.Link(site))
	switch {
	case err != nil:
		return problem("send", u.ID+": "+err.Error(), unreached(err))
	case status == http.StatusTooManyRequests:
		return problem("send", u.ID+": the limits let no more trial tips through", "try again in an hour, or one unit at a time: --unit "+u.ID)
	case status != 0:
		return problem("send", fmt.Sprintf("%s: a trial tip was not taken: %d", u.ID, status), "what tipbox check says of the link, the spool and the disk may be why")
	}
	return Finding{Part: "send", Text: u.ID + ": a trial tip was taken: ask the unit whether it came, and opens"}
}

// postDrill returns 0 where the tip is safe, else what was answered.
func postDrill(ctx context.Context, link string) (status int, err error) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	do := func(method, contentType string, body io.Reader) (*http.Response, []byte, error) {
		req, err := http.NewRequestWithContext(ctx, method, link, body)
		if err != nil {
			return nil, nil, err
		}
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, nil, err
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		return resp, page, err
	}
	resp, page, err := do(http.MethodGet, "", nil)
	if err != nil {
		return 0, err
	}
	token := formToken.FindSubmatch(page)
	if token == nil {
		return resp.StatusCode, nil
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, field := range [][2]string{
		{"token", html.UnescapeString(string(token[1]))}, {"mailbox", string(intake.Suggestion)},
		{"message", drill}, {"delivery", string(intake.Now)},
	} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return 0, err
		}
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	if resp, _, err = do(http.MethodPost, w.FormDataContentType(), &form); err != nil {
		return 0, err
	}
	if resp.Header.Get("Tipbox-Taken") == "" {
		return resp.StatusCode, nil
	}
	return 0, nil
}
