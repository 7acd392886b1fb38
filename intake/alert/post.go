package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tipbox/intake/alert/setting"
	"tipbox/intake/deliver"
)

// mostAnswered is how much of an answer is read, in bytes.
const mostAnswered = 64 << 10

// longestWait is how long a channel may want to be left alone.
const longestWait = time.Hour

// client is package net/http's, but follows nobody with a token in hand, and keeps
// no connection: an alert comes once a week.
var client = &http.Client{
	Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// answer is what a service answered.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// post sends JSON and returns whatever is answered.
func post(ctx context.Context, address string, header map[string]string, body any) (*answer, error) {
	raw, ok := body.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	return do(ctx, http.MethodPost, address, header, raw)
}

func do(ctx context.Context, method, address string, header map[string]string, body []byte) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "tipbox")
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.body, err = io.ReadAll(io.LimitReader(resp.Body, mostAnswered)); err != nil {
		return nil, err
	}
	return a, nil
}

// taken returns nil where the status says that the message was taken.
func (a *answer) taken() error { return a.judge(a.status, 0) }

// judge says what a status means (RFC 9110, section 15), whether it is HTTP's own or
// stands in the body. wait is how long to wait, where the body says so.
func (a *answer) judge(status int, wait time.Duration) error {
	e := &Error{Said: fmt.Sprintf("%d %s", status, a.said()), Wait: min(max(wait, a.retryAfter()), longestWait)}
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		e.Reason = deliver.BadAuth
	case status == http.StatusTooManyRequests:
		e.Reason = deliver.Limit
	case status >= 500 && status < 600:
		e.Reason = Server
	case status >= 400 && status < 500:
		e.Reason = deliver.Refused
	default:
		e.Reason = deliver.ReplyOdd
	}
	return e
}

// said is the answer's body as a line that a person can read.
func (a *answer) said() string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(a.body), "")), " ")
	for n := range s {
		if n > 200 {
			return s[:n] + "…"
		}
	}
	return s
}

func (a *answer) retryAfter() time.Duration {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return secondsOf(seconds)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

func secondsOf(n int) time.Duration {
	return time.Duration(min(max(n, 0), int(longestWait/time.Second))) * time.Second
}

// botAnswer is what the bot interfaces of Telegram and Zalo answer. The status tells
// nothing: Zalo says 200 of what it refuses.
type botAnswer struct {
	OK          *bool  `json:"ok"`
	Code        int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"` // seconds
	} `json:"parameters"`
}

// bot writes to a chat by a bot: https://core.telegram.org/bots/api#sendmessage, of
// which Zalo's is a likeness.
type bot struct {
	base, chat string
	more       map[string]any // besides chat_id and text
}

func newBot(s setting.Channel, standard string, more map[string]any) sender {
	base := standard
	if s.URL != "" {
		base = strings.TrimSuffix(s.URL, "/")
	}
	return &bot{base, s.Chat, more}
}

func (b *bot) send(ctx context.Context, token string, m Message) error {
	body := map[string]any{"chat_id": b.chat, "text": m.plain()}
	for key, value := range b.more {
		body[key] = value
	}
	a, err := post(ctx, b.base+"/bot"+url.PathEscape(token)+"/sendMessage", nil, body)
	if err != nil {
		return err
	}
	return a.bot()
}

// bot says what a bot's interface answered.
func (a *answer) bot() error {
	var says botAnswer
	if err := json.Unmarshal(a.body, &says); err != nil || says.OK == nil {
		return errors.Join(a.taken(), &Error{Reason: deliver.ReplyOdd, Said: a.said()})
	}
	if *says.OK {
		return a.taken()
	}
	code := says.Code
	if code < 400 || code > 599 {
		code = max(a.status, http.StatusBadRequest) // a number of its own
	}
	return a.judge(code, secondsOf(says.Parameters.RetryAfter))
}

// cut returns at most so many characters of a text.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
