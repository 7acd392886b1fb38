package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
	"golang.org/x/text/unicode/norm"

	"tipbox/crypto/open"
)

// terminal is where a command meets a person: out is data, err is for people.
type terminal struct {
	out, err io.Writer
	progress bool          // err is a terminal: long work shows how far it is
	person   *bufio.Reader // who can be asked; nil where stdin is no terminal
}

func newTerminal() *terminal {
	t := &terminal{out: os.Stdout, err: os.Stderr, progress: term.IsTerminal(int(os.Stderr.Fd())) && clearsLines(os.Stderr)}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		t.person = bufio.NewReader(os.Stdin)
	}
	return t
}

// say prints a plain line for people. A name in it may be a stranger's, and a
// terminal obeys control characters.
func (t *terminal) say(format string, args ...any) {
	fmt.Fprintln(t.err, open.Visible(fmt.Sprintf(format, args...)))
}

// warn prints a line about something that did not stop the work.
func (t *terminal) warn(format string, args ...any) {
	t.say("warning: "+format, args...)
}

// counted is how English counts: 1 photo, 2 photos.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// fail prints err and its hints and returns the exit code for it.
func (t *terminal) fail(err error) int {
	if !errors.Is(err, errSilent) {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			t.say("error: %s", line)
		}
	}
	var hinted hintedError
	if errors.As(err, &hinted) {
		for _, h := range hinted.hints {
			t.say("hint: %s", h)
		}
	}
	var wrong usageError
	if errors.As(err, &wrong) {
		return exitUsage
	}
	return exitFailed
}

// step shows on a terminal how far long work is; total 0 is "unknown". The
// line is overwritten by the next step; done clears it.
func (t *terminal) step(what string, n, total int) {
	if !t.progress {
		return
	}
	if total > 0 {
		fmt.Fprintf(t.err, "\r\x1b[K%s %d/%d", what, n, total)
	} else {
		fmt.Fprintf(t.err, "\r\x1b[K%s %d", what, n)
	}
}

// working shows on a terminal that something takes its time; done clears it.
func (t *terminal) working(what string) {
	if t.progress {
		fmt.Fprintf(t.err, "\r\x1b[K%s …", what)
	}
}

func (t *terminal) done() {
	if t.progress {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
}

// tries is how often a person may type a passphrase at the terminal.
const tries = 3

// What a new passphrase is held to, in characters: whoever steals the identity
// file can try as many as their machines can do. NIST SP 800-63B refuses fewer
// than eight.
const (
	minPassphrase  = 8
	goodPassphrase = 12 // with fewer there is a warning
)

// passphrase reads a passphrase from the file, or, where file is "", asks for
// it on the controlling terminal, which need not be stdin.
func (t *terminal) passphrase(file, prompt string) (string, error) {
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading the passphrase file: %w", err)
		}
		line, _, _ := bytes.Cut(b, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 {
			return "", hint(fmt.Errorf("passphrase file %s is empty", file), "put the passphrase on its first line")
		}
		return string(line), nil
	}
	pass, err := askTerminal(prompt)
	if err != nil {
		return "", hint(err, "không có cửa sổ lệnh để hỏi: ghi mật khẩu vào một tệp và dùng --passphrase-file",
			"where there is no terminal, give the passphrase with --passphrase-file FILE")
	}
	if pass == "" {
		return "", errors.New("mật khẩu trống / the passphrase is empty")
	}
	return pass, nil
}

// newPassphrase is passphrase for a new one, which has to be long enough and, at
// the terminal, typed twice; there it is asked for again until it is.
func (t *terminal) newPassphrase(file, prompt string) (string, error) {
	for try := 1; ; try++ {
		pass, err := t.passphrase(file, prompt)
		if err != nil {
			return "", err
		}
		var wrong error
		switch length := utf8.RuneCountInString(norm.NFC.String(pass)); {
		case length < minPassphrase:
			wrong = hint(fmt.Errorf("mật khẩu quá ngắn, cần ít nhất %d ký tự / the passphrase is too short: at least %[1]d characters", minPassphrase),
				"năm từ tiếng Việt không dấu, chẳng liên quan gì nhau, thì vừa dễ nhớ vừa khó dò",
				"five plain words that have nothing to do with each other are easy to keep and hard to guess")
		case length < goodPassphrase:
			t.warn("mật khẩu ngắn, dễ bị dò ra nếu mất tệp khóa / a short passphrase is soon guessed once the file is stolen")
		}
		if wrong == nil && file == "" {
			again, err := askTerminal("Nhập lại / again: ")
			if err != nil {
				return "", err
			}
			if again != pass {
				wrong = errors.New("hai lần nhập không giống nhau / the two passphrases differ")
			}
		}
		if wrong == nil {
			return pass, nil
		}
		if file != "" || try == tries {
			return "", wrong
		}
		t.say("%v", wrong)
	}
}

// askTerminal prompts on the controlling terminal without echo.
func askTerminal(prompt string) (string, error) {
	in, out, err := openTTY()
	if err != nil {
		return "", fmt.Errorf("opening the terminal to ask for a passphrase: %w", err)
	}
	defer in.Close()
	defer out.Close()
	fmt.Fprint(out, prompt)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(out)
	if err != nil {
		return "", fmt.Errorf("reading a passphrase from the terminal: %w", err)
	}
	return string(b), nil
}
