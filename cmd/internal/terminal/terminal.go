// Package terminal is where a command meets a person: data and words, hints and
// exit codes, how far long work is, passphrases, Ctrl-C.
package terminal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"tipbox/crypto/open"
)

// Terminal is stdout for data, stderr for people, and who sits there.
type Terminal struct {
	Out, Err io.Writer
	Progress bool          // Err is a terminal: long work shows how far it is
	Person   *bufio.Reader // who can be asked; nil where stdin is no terminal
}

// New returns the terminal of this process.
func New() *Terminal {
	t := &Terminal{Out: os.Stdout, Err: os.Stderr, Progress: term.IsTerminal(int(os.Stderr.Fd())) && clearsLines(os.Stderr)}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		t.Person = bufio.NewReader(os.Stdin)
	}
	return t
}

// Say prints a plain line for people. A name in it may be a stranger's, and a
// terminal obeys control characters.
func (t *Terminal) Say(format string, args ...any) {
	fmt.Fprintln(t.Err, open.Visible(fmt.Sprintf(format, args...)))
}

// Warn prints a line about something that did not stop the work.
func (t *Terminal) Warn(format string, args ...any) {
	t.Say("warning: "+format, args...)
}

// Columns returns how many columns data can have: most, or less where stdout is a
// narrower terminal.
func (t *Terminal) Columns(most int) int {
	if f, ok := t.Out.(*os.File); ok {
		if wide, _, err := term.GetSize(int(f.Fd())); err == nil && wide > 0 {
			return max(40, min(most, wide-1))
		}
	}
	return most
}

// Counted is how English counts: 1 photo, 2 photos.
func Counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// Fail prints err and its hints and returns the exit code for it.
func (t *Terminal) Fail(err error) int {
	if !errors.Is(err, ErrSilent) {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			t.Say("error: %s", line)
		}
	}
	for _, h := range Hints(err) {
		t.Say("hint: %s", h)
	}
	var wrong usageError
	if errors.As(err, &wrong) {
		return ExitUsage
	}
	return ExitFailed
}

// Step shows on a terminal how far long work is; total 0 is "unknown". The
// line is overwritten by the next step; Done clears it.
func (t *Terminal) Step(what string, n, total int) {
	if !t.Progress {
		return
	}
	if total > 0 {
		fmt.Fprintf(t.Err, "\r\x1b[K%s %d/%d", what, n, total)
	} else {
		fmt.Fprintf(t.Err, "\r\x1b[K%s %d", what, n)
	}
}

// Working shows on a terminal that something takes its time; Done clears it.
func (t *Terminal) Working(what string) {
	if t.Progress {
		fmt.Fprintf(t.Err, "\r\x1b[K%s …", what)
	}
}

// Done clears the line of Step and Working.
func (t *Terminal) Done() {
	if t.Progress {
		fmt.Fprint(t.Err, "\r\x1b[K")
	}
}
