package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake/alert/setting"
	"tipbox/intake/deliver"
)

const (
	token   = "123456:AAF-w0rd_Of-Mouth"
	website = "https://tip.example.vn/a/abc"
)

// service speaks as the services do, and as they do when something is wrong.
type service struct {
	kind  string
	mood  string
	got   string // the message that it took, as a person sees it
	woken bool   // whether it was marked as one that wakes
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	say := func(status int, text string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		for i := range len(text) {
			_, _ = io.WriteString(w, text[i:i+1])
			if s.mood == "slow" { // a byte at a time
				w.(http.Flusher).Flush()
			}
		}
	}
	switch s.mood {
	case "hangs":
		<-r.Context().Done() // it ends when the client gives up
		return
	case "endless":
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
		return
	case "elsewhere":
		http.Redirect(w, r, "/elsewhere/"+token, http.StatusTemporaryRedirect)
		return
	case "a proxy's page":
		say(http.StatusBadGateway, "<html>Bad Gateway</html>")
		return
	case "a portal":
		say(http.StatusOK, "<html>Xin đăng nhập Wi-Fi</html>")
		return
	}
	if s.asked(w, r, say) {
		return
	}
	var in struct {
		Topic, Message, Title, Click, Text, Link string
		ChatID                                   string `json:"chat_id"`
		Priority                                 int
		Preview                                  struct {
			Off bool `json:"is_disabled"`
		} `json:"link_preview_options"`
	}
	if err := json.Unmarshal(body, &in); err != nil && s.kind != "command" {
		say(http.StatusBadRequest, `{"error":"`+err.Error()+`"}`)
		return
	}
	switch s.kind {
	case "ntfy": // https://docs.ntfy.sh/publish/
		switch {
		case r.URL.Path != "/" || in.Topic != "truc-ban":
			say(http.StatusNotFound, `{"code":40401,"http":404,"error":"page not found"}`)
		case r.Header.Get("Authorization") != "Bearer "+token:
			say(http.StatusUnauthorized, `{"code":40101,"http":401,"error":"unauthorized","link":"https://ntfy.sh/docs/publish/#authentication"}`)
		case s.mood == "limit":
			say(http.StatusTooManyRequests, `{"code":42901,"http":429,"error":"limit reached: too many requests"}`)
		default:
			s.got, s.woken = in.Message, in.Priority == 5 && in.Click == website
			say(http.StatusOK, `{"id":"x","time":1,"expires":2,"event":"message","topic":"truc-ban","message":"…"}`)
		}
	case "gotify": // https://gotify.net/api-docs
		switch {
		case r.URL.Path != "/message":
			say(http.StatusNotFound, `{"error":"Not Found","errorCode":404,"errorDescription":"page not found"}`)
		case r.Header.Get("X-Gotify-Key") != token:
			say(http.StatusUnauthorized, `{"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token or user credentials to access this api"}`)
		case s.mood == "limit":
			w.Header().Set("Retry-After", "30")
			say(http.StatusTooManyRequests, `{"error":"Too Many Requests","errorCode":429}`)
		default:
			s.got, s.woken = in.Message, in.Priority == 10
			say(http.StatusOK, `{"id":25,"appid":5,"message":"…","date":"2026-11-29T10:00:00Z"}`)
		}
	case "telegram": // https://core.telegram.org/bots/api#making-requests
		switch {
		case r.URL.Path != "/bot"+token+"/sendMessage":
			say(http.StatusUnauthorized, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		case in.ChatID != "-100123":
			say(http.StatusBadRequest, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`)
		case s.mood == "limit":
			say(http.StatusTooManyRequests, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 30","parameters":{"retry_after":30}}`)
		default:
			s.got, s.woken = in.Text, in.Preview.Off
			say(http.StatusOK, `{"ok":true,"result":{"message_id":7}}`)
		}
	case "zalo": // all with 200
		switch {
		case r.URL.Path != "/bot"+token+"/sendMessage":
			say(http.StatusOK, `{"ok":false,"description":"Unauthorized","error_code":401}`)
		case in.ChatID != "-100123":
			say(http.StatusOK, `{"ok":false,"description":"the chat is unknown","error_code":-216}`)
		case s.mood == "limit":
			say(http.StatusOK, `{"ok":false,"description":"quota exceeded","error_code":429}`)
		default:
			s.got, s.woken = in.Text, true
			say(http.StatusOK, `{"ok":true,"result":{"message_id":"2d758cb5e222177a4e35","date":1}}`)
		}
	case "webhook":
		switch {
		case r.Header.Get("Authorization") != "Bearer "+token:
			say(http.StatusForbidden, `invalid_token`)
		case s.mood == "limit":
			w.Header().Set("Retry-After", time.Now().Add(30*time.Second).UTC().Format(http.TimeFormat))
			say(http.StatusTooManyRequests, "")
		case s.mood == "200 and no":
			say(http.StatusOK, `{"ok": false, "error": "channel_not_found"}`)
		default:
			s.got, s.woken = in.Text+"\n"+in.Link, true
			say(http.StatusOK, "ok")
		}
	}
}

// asked answers what calls nobody, and reports whether it was that.
func (s *service) asked(w http.ResponseWriter, r *http.Request, say func(int, string)) bool {
	switch {
	case s.kind == "ntfy" && r.Method == http.MethodGet && r.URL.Path == "/truc-ban/auth":
		if r.Header.Get("Authorization") == "Bearer "+token {
			say(http.StatusOK, `{"success":true}`)
		} else {
			say(http.StatusForbidden, `{"code":40301,"http":403,"error":"forbidden"}`)
		}
	case s.kind == "gotify" && r.Method == http.MethodGet && r.URL.Path == "/health":
		say(http.StatusOK, `{"health":"green","database":"green"}`)
	case (s.kind == "telegram" || s.kind == "zalo") && r.URL.Path == "/bot"+token+"/getMe":
		say(http.StatusOK, `{"ok":true,"result":{"id":1,"account_name":"bot.homthu"}}`)
	case s.kind == "telegram" && strings.HasSuffix(r.URL.Path, "/getMe"):
		say(http.StatusUnauthorized, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
	case s.kind == "zalo" && strings.HasSuffix(r.URL.Path, "/getMe"):
		say(http.StatusOK, `{"ok":false,"description":"Unauthorized","error_code":401}`)
	default:
		return false
	}
	return true
}

// TestAsk: what is wrong shows without a message, as far as the service tells.
func TestAsk(t *testing.T) {
	for kind, wrong := range map[string]string{
		"ntfy": deliver.BadAuth, "telegram": deliver.BadAuth, "zalo": deliver.BadAuth,
		"gotify": "", "webhook": "", // nothing tells of a token there
	} {
		s := &service{kind: kind}
		if err := s.channel(t, token, "-100123").Ask(t.Context()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := s.channel(t, "wrong:"+token, "-100123").Ask(t.Context()); Reason(err) != wrong || err != nil && strings.Contains(err.Error(), "AAF") {
			t.Errorf("%s with another token: %v", kind, err)
		}
		if s.got != "" {
			t.Errorf("%s took %q", kind, s.got)
		}
	}
	for program, want := range map[string]string{"/none/sms": Command, os.Args[0]: ""} {
		c, err := New(setting.Channel{Kind: "command", Command: []string{program}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Ask(t.Context()); Reason(err) != want {
			t.Errorf("%s: %v", program, err)
		}
	}
}

// channel returns a channel to a service in a mood.
func (s *service) channel(t *testing.T, write, chat string) *Channel {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(write+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := setting.Channel{Kind: s.kind, URL: server.URL, TokenFile: file}
	switch s.kind {
	case "ntfy":
		set.URL += "/truc-ban"
	case "telegram", "zalo":
		set.Chat = chat
	}
	c, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var networked = []string{"ntfy", "gotify", "telegram", "zalo", "webhook"}

func TestMessageArrives(t *testing.T) {
	for _, kind := range networked {
		for _, mood := range []string{"", "slow"} {
			s := &service{kind: kind, mood: mood}
			c := s.channel(t, token, "-100123")
			if err := c.Send(t.Context(), Message{Text: Urgent, Link: website, Wake: true}); err != nil {
				t.Errorf("%s %s: %v", kind, mood, err)
			}
			if s.got != Urgent+"\n"+website || !s.woken {
				t.Errorf("%s %s took %q, woken %v", kind, mood, s.got, s.woken)
			}
		}
	}
}

// TestRefusalsAreTold: whatever is wrong has its own name, no error has the token,
// and nobody is followed with it.
func TestRefusalsAreTold(t *testing.T) {
	for _, c := range []struct {
		kinds, mood, token, chat, want string
	}{
		{"ntfy gotify telegram zalo webhook", "", "wrong:" + token, "-100123", deliver.BadAuth},
		{"telegram zalo", "", token, "-1", deliver.Refused},
		{"ntfy gotify telegram zalo webhook", "limit", token, "-100123", deliver.Limit},
		{"webhook", "200 and no", token, "", deliver.Refused},
		{"ntfy gotify telegram zalo webhook", "elsewhere", token, "-100123", deliver.ReplyOdd},
		{"ntfy gotify telegram zalo webhook", "a proxy's page", token, "-100123", Server},
		{"telegram zalo", "a portal", token, "-100123", deliver.ReplyOdd},
		{"telegram zalo", "endless", token, "-100123", deliver.ReplyOdd},
		{"ntfy gotify telegram zalo webhook", "hangs", token, "-100123", deliver.Timeout},
	} {
		for _, kind := range strings.Fields(c.kinds) {
			s := &service{kind: kind, mood: c.mood}
			channel := s.channel(t, c.token, c.chat)
			ctx, cancel := context.WithCancel(t.Context())
			if c.mood == "hangs" {
				ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
			}
			err := channel.Send(ctx, Message{Text: Urgent})
			cancel()
			var e *Error
			if !errors.As(err, &e) || e.Reason != c.want || s.got != "" {
				t.Errorf("%s %s: %v, took %q, want %s", kind, c.mood, err, s.got, c.want)
				continue
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, e, e), c.token) {
				t.Errorf("%s %s: the token is told: %+v", kind, c.mood, e)
			}
			if kind != "ntfy" && kind != "zalo" && c.mood == "limit" && (e.Wait < 25*time.Second || e.Wait > 30*time.Second) {
				t.Errorf("%s wants %v", kind, e.Wait)
			}
		}
	}
}

// TestTokenIsNotTold: where nobody answers, net/http quotes the URL.
func TestTokenIsNotTold(t *testing.T) {
	for _, kind := range []string{"telegram", "zalo"} {
		s := &service{kind: kind}
		c := s.channel(t, token, "-100123")
		c.sender.(*bot).base = "http://127.0.0.1:1"
		if err := c.Send(t.Context(), Message{Text: Urgent}); Reason(err) != deliver.DialRefused || strings.Contains(err.Error(), "AAF") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	c := &Channel{tokenFile: filepath.Join(t.TempDir(), "none")}
	if err := c.Send(t.Context(), Message{}); Reason(err) != NoToken {
		t.Error(err)
	}
}

func TestCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs are a shell's")
	}
	out := filepath.Join(t.TempDir(), "out")
	run := func(script string) *Channel {
		c, err := New(setting.Channel{Kind: "command", Command: []string{"/bin/sh", "-c", script}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := run("cat > "+out).Send(t.Context(), Message{Text: Urgent, Link: website}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(out); string(got) != Urgent+"\n"+website+"\n" {
		t.Errorf("%q", got)
	}
	if err := run("exit 3").Send(t.Context(), Message{}); Reason(err) != Command {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := run("sleep 600 & sleep 600").Send(ctx, Message{}); Reason(err) != deliver.Timeout {
		t.Error(err)
	}
	c, err := New(setting.Channel{Kind: "command", Command: []string{"/none/sms"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), Message{}); Reason(err) != Command {
		t.Error(err)
	}
}

// TestWebhookToken: a token may stand in the address.
func TestWebhookToken(t *testing.T) {
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		path = r.URL.Path + r.Header.Get("Authorization")
	}))
	defer server.Close()
	if err := newWebhook(setting.Channel{URL: server.URL + "/services/{token}"}).send(t.Context(), token, Message{}); err != nil || path != "/services/"+token {
		t.Errorf("%v, %s", err, path)
	}
}

// TestKinds: each kind that may be set up can be made.
func TestKinds(t *testing.T) {
	if made := slices.Sorted(maps.Keys(kinds)); !slices.Equal(made, setting.Kinds()) {
		t.Errorf("%v, and %v may be set up", made, setting.Kinds())
	}
	if _, err := New(setting.Channel{Kind: "sms"}); err == nil {
		t.Error("a kind that is none")
	}
}
