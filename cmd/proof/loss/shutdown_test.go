package loss

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// upload is a form on its way over a slow line.
type upload struct {
	t    *testing.T
	conn net.Conn
	rest []byte
}

// beginUpload fetches the page, and sends half of a form with a photo.
func beginUpload(t *testing.T, url, text string) *upload {
	t.Helper()
	v := boxtest.NewVillager(t, url+"/t/ncs01")
	token, _, err := v.Page(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	body.WriteString("--line\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n")
	body.Write(boxtest.Photograph(t, 3, 640, 480))
	for name, value := range map[string]string{"mailbox": "report", "message": text, "token": token} {
		fmt.Fprintf(&body, "\r\n--line\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s", name, value)
	}
	body.WriteString("\r\n--line--\r\n")
	u := &upload{t: t}
	if u.conn, err = waittest.Dial("tcp", strings.TrimPrefix(url, "http://")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.conn.Close() })
	fmt.Fprintf(u.conn, "POST /t/ncs01 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=line\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", body.Len())
	// The server asks for the body only from within its handler: then it is running.
	in := bufio.NewReader(u.conn)
	for range 2 {
		if line, err := in.ReadString('\n'); err != nil || line != "\r\n" && !strings.Contains(line, " 100 ") {
			t.Fatalf("%q, %v", line, err)
		}
	}
	half := body.Len() / 2
	if _, err := u.conn.Write(body.Next(half)); err != nil {
		t.Fatal(err)
	}
	u.rest = body.Bytes()
	return u
}

// finish sends the other half and returns the answer.
func (u *upload) finish() (*boxtest.Answer, error) {
	if _, err := u.conn.Write(u.rest); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(u.conn), nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	return &boxtest.Answer{Status: resp.StatusCode, Header: resp.Header, Body: string(page)}, err
}

// atMessage is a mail server's Answer that holds back its word on the first
// message until the test lets it go.
type atMessage struct {
	reached, release chan struct{}
	once             sync.Once
}

func newAtMessage(t *testing.T) *atMessage {
	m := &atMessage{reached: make(chan struct{}), release: make(chan struct{})}
	t.Cleanup(m.letGo)
	return m
}

func (m *atMessage) letGo() { m.once.Do(func() { close(m.release) }) }

func (m *atMessage) answer(e smtptest.Event) smtptest.Answer {
	if e.Step == smtptest.Message && e.Count == 1 {
		close(m.reached)
		select {
		case <-m.release:
		case <-time.After(waittest.Limit):
		}
	}
	return smtptest.Usual
}

// askToEnd sends SIGTERM and returns once the server lets nobody in any more.
func askToEnd(t *testing.T, box *boxtest.Server) {
	t.Helper()
	if err := box.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waittest.Until(t, "the server lets nobody in", func() bool {
		c, err := waittest.Dial("tcp", strings.TrimPrefix(box.URL, "http://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	})
}

// TestShutdown asks the server to end while a form is half sent and a mail half
// accepted: both are finished, and nothing is lost or sent twice.
func TestShutdown(t *testing.T) {
	t.Parallel()
	slow := newAtMessage(t)
	mails := boxtest.MailServer(t, slow.answer)
	officer, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, mails, boxtest.Wide, flags...)
	box := boxtest.Serve(t, config)
	texts := []string{"Thư đang đi.", "Biểu mẫu đang gửi."}

	v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
	if a, err := v.Write(t.Context(), boxtest.Report(texts[0])); err != nil || !a.Taken() {
		t.Fatalf("%v, answer %+v", err, a)
	}
	waittest.For(t, slow.reached, "the first message reaches the mail server")
	half := beginUpload(t, box.URL, texts[1])
	askToEnd(t, box)
	if a, err := half.finish(); err != nil || !a.Taken() {
		t.Errorf("the form that was half sent: %v, answer %+v\n%s", err, a, box.Said)
	}
	slow.letGo()
	if err := box.End(); err != nil {
		t.Errorf("tipbox serve ended with %v\n%s", err, box.Said)
	}
	if n := len(mails.Mails()); n != 1 {
		t.Errorf("%d mails, want the one that was on its way", n)
	}
	again := boxtest.Serve(t, config)
	mails.Wait(2)
	again.Stop()
	officer.Want(mails.Mails(), texts, 1)
}

// TestShutdownWithoutEnd: what never finishes is given up after the grace, or at
// once when asked again; what was acknowledged is mailed at the next start.
func TestShutdownWithoutEnd(t *testing.T) {
	for name, again := range map[string]bool{"after the grace": false, "at a second signal": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			slow := newAtMessage(t)
			mails := boxtest.MailServer(t, slow.answer)
			officer, flags := boxtest.Recruit(t)
			config := boxtest.Init(t, mails, boxtest.Wide, flags...)
			box := boxtest.Serve(t, config)
			v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
			if a, err := v.Write(t.Context(), boxtest.Report(name)); err != nil || !a.Taken() {
				t.Fatalf("%v, answer %+v", err, a)
			}
			waittest.For(t, slow.reached, "the first message reaches the mail server")
			half := beginUpload(t, box.URL, "không bao giờ đến")
			begun := time.Now()
			askToEnd(t, box)
			if again {
				if err := box.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
			}
			err := box.End()
			t.Logf("ended %v after it was asked to", time.Since(begun).Round(time.Millisecond))
			if killed := box.Cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled(); killed != again || !killed && err != nil {
				t.Errorf("tipbox serve ended with %v\n%s", err, box.Said)
			}
			if a, err := half.finish(); err == nil {
				t.Errorf("a form that came after the end was answered: %+v", a)
			}
			slow.letGo()
			boxtest.Serve(t, config)
			mails.Wait(2) // the first was taken without the box having heard of it
			officer.Want(mails.Mails(), []string{name}, 2)
		})
	}
}
