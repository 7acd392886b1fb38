package smtp

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"

	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestEndlessReply: a server that talks without end is left, wherever it does
// so, long before that fills the memory.
func TestEndlessReply(t *testing.T) {
	t.Parallel()
	const flood = 64 << 20
	for name, part := range map[string]string{
		"line": strings.Repeat("x", 1<<10), "reply": "-more\r\n220", "nothing": "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			sent := make(chan int64, 1)
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				n, _ := io.Copy(c, io.LimitReader(io.MultiReader(strings.NewReader("220"), &repeated{part: part}), flood))
				sent <- n
			}()
			o := Options{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: StartTLS, From: "a@example.vn"}
			if _, err := transport(t, o).Dial(t.Context()); deliver.Reason(err) != deliver.ReplyOdd {
				t.Errorf("%v, expected %s", err, deliver.ReplyOdd)
			}
			if n := waittest.For(t, sent, "the end of a server that talks too much"); n >= flood {
				t.Error("all of it was read")
			}
		})
	}
}

// repeated is a text without end.
type repeated struct{ part, rest string }

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		r.rest = r.part
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestEndlessReplyLater: nor does the login, or anything under TLS, end the care.
func TestEndlessReplyLater(t *testing.T) {
	t.Parallel()
	for step, reply := range map[smtptest.Step]string{smtptest.From: "250 ", smtptest.Message: "550 "} {
		srv := server(t, smtptest.At(step, smtptest.Say(reply+strings.Repeat("x", 8<<20))))
		c := dial(t, transport(t, settings(t, srv)))
		check(t, c.Send(t.Context(), tip("01")), deliver.ReplyOdd, 0, "")
		if !c.broken {
			t.Error("the connection is used again")
		}
	}
}

// TestLongButFinite: what a real server may say is read.
func TestLongButFinite(t *testing.T) {
	t.Parallel()
	long := string(bytes.TrimSuffix(bytes.Repeat([]byte("250-"+strings.Repeat("x", 500)+"\r\n"), 100), []byte("\r\n"))) + "\r\n250 taken"
	srv := server(t, smtptest.At(smtptest.Message, smtptest.Say(long)))
	c := dial(t, transport(t, settings(t, srv)))
	for _, end := range []string{"01", "02", "03", "04", "05", "06"} {
		check(t, c.Send(t.Context(), tip(end)), "", 0, "")
	}
}
