// Package mail holds what an officer reads when a tip has come: the subject and
// the text of the mail around the sealed tip, Vietnamese first.
package mail

import (
	_ "embed"
	"strings"
	"time"
)

// placeholder stands in the text where the tip's id goes. It is as long as an id.
const placeholder = "TB-XXXX-XXXX"

//go:embed tin-moi.txt
var text string

// DigestText is the text of a mail with many tips. It is the same for each.
//
//go:embed tin-den-don.txt
var DigestText string

//go:embed ma-tra-loi.txt
var passText string

// AliveText is the text of the daily mail that says the box is alive.
//
//go:embed con-song.txt
var AliveText string

// AliveSubject is its subject.
const AliveSubject = "[Hòm thư] Vẫn chạy" // short enough for one line, which old webmail needs

// CountsText is the text of the mail with the week's counts, behind their totals.
//
//go:embed so-tin.txt
var CountsText string

// CountsSubject is its subject, for the week that began on this day.
func CountsSubject(monday time.Time) string {
	return "[Hòm thư] Số tin tuần từ " + monday.Format("02/01/2006")
}

// SenderName is the name shown beside the sender's address.
const SenderName = "Hòm thư"

// Subject returns the subject of the mail with the tip of this id.
func Subject(id string, urgent bool) string {
	if urgent {
		// In front, because a phone's list of mails cuts the end off.
		return "[Hòm thư] KHẨN: Tin mới " + id
	}
	return "[Hòm thư] Tin mới " + id
}

// DigestSubject returns the subject of a mail with many tips.
func DigestSubject(urgent bool) string {
	if urgent {
		return "[Hòm thư] KHẨN: Tin đến dồn"
	}
	return "[Hòm thư] Tin đến dồn"
}

// Text returns the text of the mail with the tip of this id, one line a
// paragraph and "\n" between lines. It is the same for every tip but for the id:
// whoever sees a mail's size learns nothing from it.
func Text(id string) string { return strings.ReplaceAll(text, placeholder, id) }

// PassText returns what follows in every mail of a unit that answers its senders:
// its reply pass of a half-year. The desk finds the pass by its first line.
func PassText(half, pass string) string {
	return "\nMã trả lời / Reply pass " + half + ": " + pass + "\n" + passText
}
