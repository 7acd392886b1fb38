package intake

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what a person may write. Together with the headers they keep every
// text-only tip within the smallest size class of a sealed tip.
const (
	MaxMessageRunes = 4000   // characters of the message after NFC
	MaxMessageBytes = 14_000 // bytes of the message after NFC, line ends as CR LF
	MaxDetailRunes  = 120    // characters of place and of time, each
	MaxDetailBytes  = 400    // bytes of place and of time, each
	MaxPhotos       = 3
)

// Mailbox is the box a tip is for, one of three as on the walls of the posts.
type Mailbox string

// The mailboxes.
const (
	Suggestion Mailbox = "suggestion"
	Report     Mailbox = "report" // order, security, environment
	Crime      Mailbox = "crime"
)

// Mailboxes lists the mailboxes in the order in which pages and posters show them.
var Mailboxes = []Mailbox{Suggestion, Report, Crime}

// Title returns the mailbox's name in Vietnamese, as officers know it and as it
// stands in a sealed tip's Subject; "" for an unknown mailbox.
func (m Mailbox) Title() string {
	switch m {
	case Suggestion:
		return "Góp ý, kiến nghị"
	case Report:
		return "An ninh, trật tự, môi trường"
	case Crime:
		return "Tố giác tội phạm"
	}
	return ""
}

// Valid reports whether m is one of the mailboxes.
func (m Mailbox) Valid() bool { return m.Title() != "" }

// Delivery is when a tip is to be mailed.
type Delivery string

// The ways of delivery.
const (
	Urgent Delivery = "urgent" // it is happening now
	Now    Delivery = "now"    // at once, the default
	Later  Delivery = "later"  // at a random moment, harder to trace
)

// Valid reports whether d is one of the ways of delivery.
func (d Delivery) Valid() bool { return d == Urgent || d == Now || d == Later }

// Audience is who may read a tip.
type Audience string

// The audiences.
const (
	ToUnit    Audience = "unit"
	Oversight Audience = "oversight" // the inspectorate, for tips about the unit itself
)

// Lane is the way a tip takes to the unit.
type Lane string

// The lanes.
const (
	Front Lane = ""     // mailed by itself
	Bulk  Lane = "bulk" // taken beyond the limits, mailed in digests
)

// MaxRank is the highest rank of a tip in the bulk lane.
const MaxRank = 7

// Tip is what a person sent, ready to be sealed: text in NFC, photos clean.
type Tip struct {
	ID       ID
	Unit     string // unit id
	Site     string // site code
	SiteName string // in Vietnamese, for the Subject
	Mailbox  Mailbox
	Urgent   bool
	Lang     string // BCP 47 tag of the language that the sender chose, "" where the browser did
	Message  string // line ends are "\n"
	Place    string // free text, may be ""
	Time     string // free text, may be ""
	Photos   [][]byte
	Reply    ReplyTo
}

// MaxReplyAt is how many bytes the base URL of a box may have at which replies are read.
const MaxReplyAt = 90

// ReplyTo is how a sender can be answered who may keep a code (package crypto/receipt):
// with what the page has derived of it, or, where it ran no script, with the code
// itself. All of it travels inside the sealed tip only.
type ReplyTo struct {
	Recipient string `json:",omitempty"` // age1…
	Lookup    string `json:",omitempty"` // 32 hexadecimal digits
	Tag       string `json:",omitempty"` // K7Q2PX
	Code      string `json:",omitempty"` // 20 digits
	At        string `json:",omitempty"` // base URL of the box
}

// Envelope is what the service must know to deliver a sealed tip, and all that
// is kept of it in clear. It holds nothing about the sender and no arrival time.
type Envelope struct {
	ID        ID
	Unit      string
	Audience  Audience
	Urgent    bool
	NotBefore time.Time // zero but for Later
	Lane      Lane
	// Of a tip in the bulk lane: whether it brought a proof of work, and log2 of how
	// many tips of its network the lane had taken within a day, 0 for the first.
	Work bool
	Rank int
}

// cleanText returns s in NFC with "\n" line ends and without control characters
// that MIME's 8bit forbids or no one can type, trimmed of surrounding space.
// It reports false for invalid UTF-8.
func cleanText(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(norm.NFC.String(s)), true
}

// cleanLine is cleanText for one-line fields: line ends become spaces.
func cleanLine(s string) (string, bool) {
	s, ok := cleanText(s)
	return strings.Join(strings.Fields(s), " "), ok
}
