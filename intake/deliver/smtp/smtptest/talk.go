package smtptest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"strings"
)

// talk is one conversation.
type talk struct {
	s         *Server
	n         int
	conn      net.Conn
	in        *bufio.Reader
	encrypted bool
	hello     string
	user      string
	path      string // "" outside a transaction
	to        []string
}

func (t *talk) run() {
	if !t.answer(Connect, "", "220 mail.test ESMTP") {
		return
	}
	for {
		line, err := t.line()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if verb == "AUTH" {
			t.s.note("AUTH " + strings.ToUpper(strings.SplitN(rest, " ", 2)[0]))
		} else {
			t.s.note(line)
		}
		if !t.command(verb, rest) {
			return
		}
	}
}

// command answers a command and reports whether the conversation goes on.
func (t *talk) command(verb, rest string) bool {
	switch verb {
	case "EHLO", "HELO":
		t.hello, t.path, t.to = rest, "", nil
		return t.answer(Hello, "", t.greeting(verb == "EHLO"))
	case "STARTTLS":
		return t.answer(Encrypt, "", "220 go ahead") && t.encrypt()
	case "AUTH":
		return t.login(rest)
	case "MAIL":
		if refusal := t.notYet(); refusal != "" {
			return t.say(refusal)
		}
		if t.path != "" {
			return t.say("503 5.5.1 nested MAIL command")
		}
		t.path, _, _ = strings.Cut(strings.TrimPrefix(rest, "FROM:"), " ")
		ok, usual := t.answerUsual(From, "", "250 2.1.0 ok")
		if !usual {
			t.path = ""
		}
		return ok
	case "RCPT":
		if t.path == "" {
			return t.say("503 5.5.1 need MAIL before RCPT")
		}
		to := strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
		ok, usual := t.answerUsual(Recipient, to, "250 2.1.5 ok")
		if usual {
			t.to = append(t.to, to)
		}
		return ok
	case "DATA":
		if len(t.to) == 0 {
			return t.say("503 5.5.1 need RCPT before DATA")
		}
		ok, usual := t.answerUsual(Data, "", "354 go ahead")
		if !ok || !usual {
			return ok
		}
		return t.message()
	case "RSET":
		t.path, t.to = "", nil
		return t.answer(Reset, "", "250 2.0.0 ok")
	case "NOOP":
		return t.say("250 2.0.0 ok")
	case "QUIT":
		t.answer(Quit, "", "221 2.0.0 bye")
		return false
	}
	return t.say("500 5.5.2 unknown command")
}

func (t *talk) greeting(extended bool) string {
	if !extended {
		return "250 mail.test"
	}
	lines := append([]string{"mail.test"}, t.s.o.Extensions...)
	if t.s.o.Encryption == StartTLS && !t.encrypted {
		lines = append(lines, "STARTTLS")
	}
	if t.s.o.Username != "" && (t.encrypted || t.s.o.Encryption == Plain) {
		lines = append(lines, strings.Replace("AUTH "+t.s.o.Mechanisms, "AUTH =", "AUTH=", 1))
	}
	last := len(lines) - 1
	return strings.Join(append(prefixed("250-", lines[:last]), "250 "+lines[last]), "\r\n")
}

func prefixed(prefix string, lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, prefix+l)
	}
	return out
}

// notYet returns the refusal of a MAIL that comes before STARTTLS or the login.
func (t *talk) notYet() string {
	switch {
	case t.s.o.Encryption == StartTLS && !t.encrypted:
		return "530 5.7.0 must issue a STARTTLS command first"
	case t.s.o.Username != "" && t.user == "":
		return "530 5.7.0 authentication required"
	}
	return ""
}

func (t *talk) encrypt() bool {
	encrypted := tls.Server(t.conn, t.s.tls)
	if encrypted.HandshakeContext(context.Background()) != nil {
		return false
	}
	t.conn, t.in, t.encrypted, t.hello = encrypted, bufio.NewReader(encrypted), true, ""
	return true
}

// login holds the PLAIN (RFC 4616) or LOGIN exchange.
func (t *talk) login(rest string) bool {
	mechanism, initial, _ := strings.Cut(rest, " ")
	var user, pass string
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		if initial == "" {
			initial = t.challenge("")
		}
		b, _ := base64.StdEncoding.DecodeString(initial)
		if fields := bytes.Split(b, []byte{0}); len(fields) == 3 {
			user, pass = string(fields[1]), string(fields[2])
		}
	case "LOGIN":
		u, _ := base64.StdEncoding.DecodeString(t.challenge("Username:"))
		p, _ := base64.StdEncoding.DecodeString(t.challenge("Password:"))
		user, pass = string(u), string(p)
	default:
		return t.say("504 5.5.4 unrecognized authentication type")
	}
	if user != t.s.o.Username || pass != t.s.o.Password {
		return t.answer(Login, "", "535 5.7.8 authentication failed")
	}
	ok, usual := t.answerUsual(Login, "", "235 2.7.0 welcome")
	if usual {
		t.user = user
	}
	return ok
}

func (t *talk) challenge(words string) string {
	t.say("334 " + base64.StdEncoding.EncodeToString([]byte(words)))
	line, _ := t.line()
	return line
}

// message receives a message up to the final dot.
func (t *talk) message() bool {
	var data bytes.Buffer
	for {
		line, err := t.in.ReadBytes('\n')
		if err != nil {
			return false
		}
		if string(line) == ".\r\n" {
			break
		}
		data.Write(bytes.TrimPrefix(line, []byte(".")))
	}
	m := Mail{
		Conn: t.n, Hello: t.hello, Encrypted: t.encrypted, User: t.user,
		ReturnPath: t.path, To: t.to, Data: data.Bytes(),
	}
	a := t.s.ask(Event{Step: Message, Conn: t.n, ReturnPath: t.path})
	if a == Usual || a.take {
		t.s.take(m) // before the reply: a mail that was acknowledged is there
	}
	t.path, t.to = "", nil
	return t.do(a, "250 2.0.0 taken")
}

// answer gives the usual reply or what the test wants instead, and reports
// whether the conversation goes on.
func (t *talk) answer(step Step, to, usual string) bool {
	ok, _ := t.answerUsual(step, to, usual)
	return ok
}

func (t *talk) answerUsual(step Step, to, usual string) (goesOn, wasUsual bool) {
	a := t.s.ask(Event{Step: step, Conn: t.n, ReturnPath: t.path, To: to})
	return t.do(a, usual), a == Usual
}

func (t *talk) do(a Answer, usual string) bool {
	if a.stall {
		_, _ = io.Copy(io.Discard, t.conn)
		return false
	}
	if a.reply == "" && !a.drop {
		a.reply = usual
	}
	return (a.reply == "" || t.say(a.reply)) && !a.drop
}

func (t *talk) say(line string) bool {
	_, err := io.WriteString(t.conn, line+"\r\n")
	return err == nil
}

func (t *talk) line() (string, error) {
	line, err := t.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}
