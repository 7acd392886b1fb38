package quiet

import (
	"bytes"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
)

type id string

func (id) String() string { return "CANARY" }

func TestHandler(t *testing.T) {
	const canary = "CANARY"
	var out bytes.Buffer
	log := slog.New(NewHandler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true})))
	for name, tt := range map[string]struct {
		write func()
		want  string
	}{
		"ours":           {func() { log.Warn("a tip waits", "id", id("TB-1234-5678"), "count", 3) }, `msg="a tip waits" id=TB-1234-5678 count=3`},
		"places":         {func() { log.Error("a handler panicked", "at", "web/form.go:12 echo/echo.go:3") }, `at="web/form.go:12 echo/echo.go:3"`},
		"unknown key":    {func() { log.Info("x", "user_agent", canary, "error", errors.New(canary)) }, "msg=x withheld=2"},
		"error":          {func() { log.Info("x", "reason", errors.New(canary)) }, "msg=x withheld=1"},
		"struct":         {func() { log.Info("x", "id", netip.MustParseAddr("192.0.2.7")) }, "msg=x withheld=1"},
		"With":           {func() { log.With("token", canary, "unit", "na-co-sa").Info("x") }, "msg=x unit=na-co-sa withheld=1"},
		"group":          {func() { log.WithGroup(canary).Info("x", slog.Group("id", "id", canary)) }, "msg=x withheld=1"},
		"IPv4":           {func() { log.Info("read tcp 192.0.2.7:8080->198.51.100.4:5050: timeout") }, `msg="read tcp [withheld]->[withheld]: timeout"`},
		"IPv6":           {func() { log.Info("dial [2001:db8::7]:443 or fe80::1%eth0 or ::1") }, "[withheld]"},
		"link":           {func() { log.Info("get https://tip.example.vn/t/ncs01?token=CANARY now") }, `msg="get [withheld] now"`},
		"mail":           {func() { log.Info("rcpt <CANARY@example.vn> refused") }, `msg="rcpt <[withheld]> refused"`},
		"token":          {func() { log.Info("form CANARYq0Zk3jX9_mN-2vB7pLr8sT4uWy1cQ5dF") }, `msg="form [withheld]"`},
		"in a value":     {func() { log.Info("x", "reason", "refused by 192.0.2.7") }, `reason="refused by [withheld]"`},
		"no place of us": {func() { log.Info("x") }, "msg=x\n"},
	} {
		out.Reset()
		tt.write()
		got := out.String()
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s does not have %s", name, got, tt.want)
		}
		for _, leak := range []string{canary, "192.0.2", "198.51", "2001:db8", "fe80", "::1", "quiet_test.go"} {
			if strings.Contains(got, leak) {
				t.Errorf("%s: %q is in the log: %s", name, leak, got)
			}
		}
	}
}
