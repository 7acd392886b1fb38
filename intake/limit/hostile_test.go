package limit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake"
	"tipbox/intake/redis"
)

// impostor listens where Redis should and answers as answer says, which gets
// the words of each command and says "" where it has no wish.
func impostor(t *testing.T, answer func(words []string) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					words, err := command(r)
					if err != nil {
						return
					}
					reply := answer(words)
					if reply == "" {
						reply = usually(words)
					}
					if _, err := io.WriteString(c, reply); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "redis://" + l.Addr().String()
}

// command reads an array of strings.
func command(r *bufio.Reader) ([]string, error) {
	number := func() (int, error) {
		line, err := r.ReadString('\n')
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(strings.TrimSpace(line[1:]))
	}
	n, err := number()
	if err != nil {
		return nil, err
	}
	words := make([]string, n)
	for i := range words {
		length, err := number()
		if err != nil {
			return nil, err
		}
		b := make([]byte, length+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		words[i] = string(b[:length])
	}
	return words, nil
}

var (
	takeHash  = goredis.NewScript(takeLua).Hash()
	probeHash = goredis.NewScript(probeLua).Hash()
)

// usually is what a Redis that limits nothing answers.
func usually(words []string) string {
	switch strings.ToLower(words[0]) {
	case "smembers":
		return "*0\r\n"
	case "set": // a claim
		return "+OK\r\n"
	case "evalsha":
		switch words[1] {
		case takeHash:
			return taken(inFront, 0, 0, 0)
		case probeHash:
			return "+OK\r\n"
		}
		return ":0\r\n"
	case "ping":
		return "+PONG\r\n"
	case "select":
		return "+OK\r\n"
	}
	return "-ERR unknown command\r\n"
}

// taken is what take.lua answers.
func taken(got reach, ahead ...int64) string {
	s := fmt.Sprintf("*%d\r\n:%d\r\n", 1+3*len(ahead), got)
	for _, n := range ahead {
		s += fmt.Sprintf(":%d\r\n:0\r\n:0\r\n", n)
	}
	return s
}

// TestHostileRedis: what cannot be true refuses nobody, is called by its name,
// and takes no memory.
func TestHostileRedis(t *testing.T) {
	onScript := func(hash, reply string) func([]string) string {
		return func(words []string) string {
			if len(words) > 1 && words[1] == hash {
				return reply
			}
			return ""
		}
	}
	on := func(name, reply string) func([]string) string {
		return func(words []string) string {
			if strings.EqualFold(words[0], name) {
				return reply
			}
			return ""
		}
	}
	members := func(n int, member string) string {
		return fmt.Sprintf("*%d\r\n", n) + strings.Repeat(fmt.Sprintf("$%d\r\n%s\r\n", len(member), member), n)
	}
	huge := "*60000000\r\n"
	for name, c := range map[string]struct {
		answer  func([]string) string
		trusted bool // the answer can be true
	}{
		"no limit":                 {on("smembers", ""), true},
		"a tip":                    {on("smembers", members(1, "12345678")), true},
		"the bulk lane":            {onScript(takeHash, taken(inBulk, 1, 2, 3)), true},
		"beyond":                   {onScript(takeHash, taken(beyond, 0, 0, 0)), true},
		"three members of rubbish": {on("smembers", members(3, "rubbish")), false},
		"too many members":         {on("smembers", members(intake.FormTips+1, "12345678")), false},
		"an endless time ahead":    {onScript(takeHash, taken(inFront, 9e18, 0, 0)), false},
		"ahead of what can be":     {onScript(takeHash, taken(inFront, designRules.Site.most()+1, 0, 0)), false},
		"ahead by less than none":  {onScript(takeHash, taken(inFront, -1, 0, 0)), false},
		"an unknown lane":          {onScript(takeHash, taken(beyond+1, 0, 0, 0)), false},
		"too few numbers":          {onScript(takeHash, taken(inFront, 0)), false},
		"a long list":              {onScript(takeHash, huge), false},
		"long lists in a list":     {onScript(takeHash, strings.Repeat("*50000\r\n", 1000)), false},
		"a padded length":          {onScript(takeHash, "*"+strings.Repeat("0", 40)+"60000000\r\n"), false},
		"a long text":              {onScript(takeHash, "$900000000\r\n"), false},
		"a long list of members":   {on("smembers", huge), false},
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, designRules, impostor(t, c.answer), ample)
			l.wantKind(t, "")
			l.stopProbing()
			if l.Degraded() != "" || l.away.Load() {
				t.Fatalf("away from the start: %q", l.Degraded())
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n, again, done := l.Claim(t.Context(), intake.FormMark{1}, intake.TipMark{1})
			_, err := l.Take(t.Context(), text("a"))
			done(false)
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
				t.Errorf("took %d MiB", got>>20)
			}
			if c.trusted == l.away.Load() {
				t.Fatalf("trusted %v: served %d, take: %v", !c.trusted, n, err)
			}
			if !c.trusted && (n != 0 || again || err != nil) {
				t.Errorf("served %d, again %v, refused %v", n, again, err)
			}
			_, _, err = l.redis.claim(t.Context(), intake.FormMark{1}, "own")
			if err == nil {
				_, err = l.redis.take(t.Context(), "a", both)
			}
			if got := redis.Kind(err); !c.trusted && got != "error-reply" {
				t.Errorf("called %s: %v", got, err)
			}
		})
	}
}

// TestHostileFromTheStart: the service begins, whatever the first answer is.
func TestHostileFromTheStart(t *testing.T) {
	for name, answer := range map[string]func([]string) string{
		"a long list": func([]string) string { return "*60000000\r\n" },
		"a long text": func([]string) string { return "$900000000\r\n" },
	} {
		t.Run(name, func(t *testing.T) {
			l := start(t, designRules, impostor(t, answer), ample)
			l.wantKind(t, "error-reply")
			if _, err := l.Take(t.Context(), text("a")); err != nil {
				t.Error(err)
			}
		})
	}
}
