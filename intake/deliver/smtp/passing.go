package smtp

import (
	"cmp"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"tipbox/intake/deliver"
)

// Whether a refusal passes is not said by its first digit: quotas, full
// mailboxes, blocklists and rate limits come as 550, 552 or 554, from Gmail and
// Exchange as from many a small server. A tip for which that is taken for
// permanent waits for a person; one for which the opposite mistake is made is
// tried every hour, and told by midnight. So doubt counts for passing, but where
// the reply says that the mailbox is not there or that the message is too large.

// passing returns why a refusal of class 5 passes by its nature, as one of
// package deliver's reasons, or "" where it does not. It goes by the enhanced
// status code (RFC 3463, RFC 5248) and, where that says nothing or there is none,
// by the words.
func passing(reply *textproto.Error) string {
	code, text := enhanced(reply.Msg)
	strong := wordsFor(text)
	switch byCode := passingCodes[code.detail()]; {
	case code.class == 4:
		return cmp.Or(strong, cmp.Or(byCode, deliver.Later))
	case code.tooLarge():
		return ""
	case byCode != "" && !saysTooLarge.MatchString(text) && !saysAbsent.MatchString(text) && !saysAccessDenied.MatchString(text),
		byCode == deliver.Full: // Exchange says both in one breath with 5.2.2: too large, or full
		return cmp.Or(strong, byCode)
	case code.subject == 7 && code.number >= 606 && code.number <= 649: // Exchange Online: banned addresses
		return deliver.Blocked
	case saysTooLarge.MatchString(text) && strong != deliver.Full:
		return ""
	case strong != "":
		return strong
	case code.ofMailbox() || saysAbsent.MatchString(text):
		return ""
	case saysLater.MatchString(text):
		return deliver.Later
	case reply.Code == 552 && code.class == 0: // RFC 5321 section 4.2.3: exceeded storage allocation
		return deliver.Full
	}
	return ""
}

// passingCodes are the details of enhanced codes that pass whatever their class:
// those of RFC 3463 and 7372, and Exchange Online's own of three digits.
var passingCodes = map[string]string{
	"2.2": deliver.Full,  // mailbox full
	"3.1": deliver.Full,  // mail system full
	"3.2": deliver.Later, // system not accepting network messages
	"3.5": deliver.Later, // system incorrectly configured
	"4.1": deliver.Later, // no answer from host
	"4.2": deliver.Later, // bad connection
	"4.3": deliver.Later, // directory server failure
	"4.5": deliver.Later, // mail system congestion; Google's daily quota
	"4.7": deliver.Later, // delivery time expired
	"5.3": deliver.Limit, // too many recipients: a mail of ours has one

	"7.28": deliver.Limit, // mail flood

	"1.90":  deliver.Limit,                         // daily limit of recipients
	"2.121": deliver.Limit,                         // the recipient's limit per hour, from one sender
	"2.122": deliver.Limit,                         // the same, from all
	"7.232": deliver.Limit, "7.233": deliver.Limit, // a tenant's daily limits
	"7.501": deliver.Blocked, "7.502": deliver.Blocked, "7.503": deliver.Blocked,
	"7.508": deliver.Limit,
	"7.511": deliver.Blocked, "7.703": deliver.Blocked, "7.705": deliver.Limit, "7.708": deliver.Blocked,
}

// status is an enhanced status code; class is 0 where there is none.
type status struct{ class, subject, number int }

func (s status) detail() string { return strconv.Itoa(s.subject) + "." + strconv.Itoa(s.number) }

// tooLarge reports whether the code says that the message is too large.
func (s status) tooLarge() bool { return s.detail() == "3.4" || s.detail() == "2.3" }

// ofMailbox reports whether the code says that there is no such mailbox, or that
// something is wrong with the message itself: then "try again" is meant for a person.
func (s status) ofMailbox() bool {
	switch s.subject {
	case 1: // 7 and 8 are of the sender's address
		return s.number >= 1 && s.number <= 6 || s.number == 10
	case 2:
		return s.number == 1 || s.number == 4
	case 6:
		return true
	}
	return s.detail() == "3.3"
}

var (
	codePattern    = regexp.MustCompile(`^\s*#?([245])\.(\d{1,3})\.(\d{1,3})\b:?`)
	addressPattern = regexp.MustCompile(`<[^<>]*>|\S+@\S+`)
)

// enhanced takes the enhanced status code off a reply's text, off each of its
// lines, and returns the rest in one line and in small letters, without
// addresses: a mailbox may be called quota.
func enhanced(msg string) (status, string) {
	var code status
	var words []string
	for line := range strings.Lines(msg) {
		if m := codePattern.FindStringSubmatch(line); m != nil {
			if code.class == 0 {
				code.class, _ = strconv.Atoi(m[1])
				code.subject, _ = strconv.Atoi(m[2])
				code.number, _ = strconv.Atoi(m[3])
			}
			line = line[len(m[0]):]
		}
		words = append(words, strings.Fields(addressPattern.ReplaceAllString(line, " "))...)
	}
	return code, strings.ToLower(strings.Join(words, " "))
}

func oneOf(patterns ...string) *regexp.Regexp { return regexp.MustCompile(strings.Join(patterns, "|")) }

// The words of real servers' replies; passing_test.go has the replies.
var (
	saysFull = oneOf(
		`\bquota\b`, `overquota`, `quotaexceeded`,
		`(mail ?box|inbox|account|storage|disk|queue|spool|system|server)\W+(\w+\W+){0,4}full\b`, `\bfull (mail|in)box`,
		`(mail ?box|inbox|storage|disk|space)\W+(\w+\W+){0,4}(exceed|over)`, `exceed\w*\W+(\w+\W+){0,3}(storage|mailbox|space)`,
		`(insufficient|not enough|no|out of|low on)\W+(\w+\W+){0,2}(storage|space|disk)\b`, `storage (limit|allocation)`,
		`hộp thư (\S+ ){0,4}đầy`, `hop thu (\S+ ){0,4}day\b`, `đầy hộp thư`, `hết dung lượng`, `het dung luong`,
	)
	saysLimit = oneOf(
		`(send\w*|sent|outgoing|outbound|submission|daily|hourly|relay|messages?|e?mails?|recipients?|rate|frequency|connection|volume)\W+(\w+\W+)?(quota|limit)`,
		`submissionquota`, `rate.?limit`, `throttl`, `frequency limited`, `over.?limit`, `at a rate\b`, `unusual (sending|rate|volume|activity)`, `mail flood`,
		`too (many|much|fast|quickly|often|frequent)`, `slow down`, `(over|exceed\w*)\W+(\w+\W+){0,6}(limit|threshold|rate|allowance)`,
		`limit\w*\W+(\w+\W+){0,4}(exceed|reach)`, `reach\w*\W+(\w+\W+){0,5}limit`, `rate\W+(\w+\W+){0,2}(exceed|reach)`, `\bper (second|minute|hour|day)\b`,
		`vượt quá (số|giới hạn|hạn mức|quota)`, `vuot qua (so|gioi han|han muc|quota)`, `quá (giới hạn|số lượng)`, `qua (gioi han|so luong)`,
	)
	saysBlocked = oneOf(
		`(block|black|deny)[ -]?list`, `\b(dns|r|x|p|s|c)bl\b`, `spamhaus`, `spamcop`, `barracuda`, `\bsorbs\b`, `abuseat`, `uceprotect`, `invaluement`,
		`\blisted (in|by|on|at)\b`, `reputation`, `blocked using`, `blocked - see`, `temporarily (block|suspend|disabl|lock|restrict)`, `bad outbound sender`, `traffic not accepted`,
		`\b(ip|client|host|network|sender|sending server|your (account|server|domain))\b.{0,60}\b(block|bann)`,
		`\b(block|bann)\w*\W+(\w+\W+){0,4}(ip|client|host|network|ip address)\b`,
		`bị chặn`, `bi chan\b`, `danh sách đen`, `danh sach den`,
	)
	saysLater = oneOf(
		`\blater\b`, `try(ing)?\W+(\w+\W+){0,3}(again|after)`, `retry`, `again (in|after)\b`, `temporar`, `gr[ea]y.?list`, `please wait`,
		`\bbusy\b`, `overload`, `load (is )?(too )?high`, `congest`, `insufficient (system )?resources`, `service (is |currently |temporarily )*(unavailable|not available)`,
		`(server|internal|local|system|database|lookup|processing|unexpected|configuration|read|write|i/o) (error|problem|failure)`, `maintenance`, `timed? ?out`,
		`(could|can) ?not (be )?(verif|check|look)`, `unable to (verif|check|look|process|complete|connect)`,
		`thử lại`, `thu lai\b`, `tạm thời`, `tam thoi`, `quá tải`, `qua tai\b`,
	)
	saysAbsent = oneOf(
		`\b(no such|unknown|invalid|nonexistent|non-existent|unroute?able|undeliverable) (\w+ )?(user|recipient|mail ?box|address|account|local|domain|host|person)`,
		`(user|recipient|mail ?box|address|account|domain|person)\W+(\w+\W+){0,6}(unknown|invalid|not found|not known|(does ?n.t|does not|not) exist|disabled|inactive|suspended|deactivated|closed)`,
		`(does ?n.t|does not) exist`, `no (mail ?box|such person) here`, `không tồn tại`, `khong ton tai`,
	)
	saysAccessDenied = oneOf(`recipient address rejected: access denied`, `relay(ing)? (access )?denied`)
	saysTooLarge     = oneOf(
		`too (large|big|long)\b`, `(size|length)\W+(\w+\W+){0,4}(exceed|too|limit)`, `exceed\w*\W+(\w+\W+){0,5}(size|length)`, `larger than`,
		`max\w*\W+(\w+\W+)?size`, `too much mail data`, `too many (hops|received)`, `hop count`, `(mail|routing) loop`, // what goes in a circle is mended by a person
		`quá lớn`,
	)
)

// wordsFor returns the reason that a text gives beyond doubt, or "".
func wordsFor(text string) string {
	isFull, isLimit := saysFull.MatchString(text), saysLimit.MatchString(text) && !saysTooLarge.MatchString(text)
	switch {
	case saysBlocked.MatchString(text):
		return deliver.Blocked
	case isLimit && !strings.Contains(text, "mailbox") && !strings.Contains(text, "storage"):
		return deliver.Limit
	case isFull:
		return deliver.Full
	case isLimit:
		return deliver.Limit
	}
	return ""
}
