package unwrap

import (
	"bufio"
	"bytes"
	"errors"
	"iter"
	"regexp"
)

const postmark = "From " // begins each mail of an mbox (RFC 4155)

// dated is a postmark with its time, which is told from text even where no empty
// line is before it.
var dated = regexp.MustCompile(`^From \S+.* \d\d:\d\d.* \d{4}`)

// isMbox reports whether b begins as a mailbox of mails does.
func isMbox(b []byte) bool {
	first, rest := cutLine(b[:min(len(b), sniffed)])
	second, _ := cutLine(rest)
	return bytes.HasPrefix(first, []byte(postmark)) && mailFollows(second)
}

// mailFollows reports whether a line can be the first of a mail.
func mailFollows(line []byte) bool {
	return knownName.Match(line) || bytes.HasPrefix(line, []byte(">"+postmark))
}

// IsMbox reports whether a file that begins so is a mailbox, which Mails splits.
func IsMbox(start []byte) bool { return isMbox(utf8Text(start)) }

// Mails yields the mails of a mailbox, one at a time. One over MaxFile comes as
// ErrTooLarge; reading goes on behind it.
func Mails(r *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var mail, held bytes.Buffer // held is a postmark whose next line is not known yet
		size, blank, whole := 0, true, true
		flush := func() bool {
			defer func() { mail = bytes.Buffer{}; size = 0 }() // what is found may still point into it
			switch {
			case size > MaxFile:
				return yield(nil, ErrTooLarge)
			case size == 0:
				return true
			}
			return yield(mail.Bytes(), nil)
		}
		write := func(line []byte) {
			if size += len(line); size <= MaxFile {
				mail.Write(line)
			}
		}
		for {
			line, err := r.ReadSlice('\n') // a longer line comes in pieces
			begins := whole
			whole = !errors.Is(err, bufio.ErrBufferFull)
			if held.Len() > 0 && begins {
				if mailFollows(bytes.TrimRight(line, "\r\n")) {
					if !flush() {
						return
					}
				} else {
					write(held.Bytes())
				}
				held.Reset()
			}
			if begins && whole && (blank && bytes.HasPrefix(line, []byte(postmark)) || dated.Match(line)) {
				held.Write(line)
			} else {
				write(line)
			}
			blank = begins && len(bytes.TrimRight(line, "\r\n")) == 0
			if err != nil && whole {
				write(held.Bytes())
				flush()
				return
			}
		}
	}
}

// split yields the mails of a mailbox that is in memory.
func split(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for mail, err := range Mails(bufio.NewReader(bytes.NewReader(b))) {
			if err == nil && !yield(mail) {
				return
			}
		}
	}
}
