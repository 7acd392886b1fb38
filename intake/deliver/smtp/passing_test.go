package smtp

import (
	"net/textproto"
	"strconv"
	"strings"
	"testing"

	"tipbox/intake/deliver"
)

// replies are what real servers say with a 5, line ends as "|", as their
// documentation, source or people who met them have them.
var replies = []struct{ from, reply, want string }{
	// Gmail and Workspace, also as a relay.
	{"gmail", "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail|550-5.4.5 sending limits go to|550 5.4.5 https://support.google.com/a/answer/166852 - gsmtp", deliver.Limit},
	{"gmail", "550 5.4.5 Daily sending quota exceeded.", deliver.Limit},
	{"gmail", "550 5.4.5 Daily SMTP relay limit exceeded for user. For more information on SMTP relay sending limits please contact your administrator", deliver.Limit},
	{"gmail", "550 5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay for one of the domains", ""},
	{"gmail", "550 5.7.1 Email quota exceeded.", deliver.Limit},
	{"gmail", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that|550 5.2.1 prevents additional messages from being delivered.", deliver.Limit},
	{"gmail", "552-5.2.2 The email account that you tried to reach is over quota and inactive. Please direct the|552 5.2.2 recipient to https://support.google.com/mail/?p=OverQuotaPerm", deliver.Full},
	{"gmail", "550-5.7.1 [192.0.2.1] Our system has detected an unusual rate of|550-5.7.1 unsolicited mail originating from your IP address. To protect our|550-5.7.1 users from spam, mail sent from your IP address has been blocked.|550 5.7.1 Please visit https://support.google.com/mail/?p=UnsolicitedIPError", deliver.Blocked},
	{"gmail", "550-5.7.1 [192.0.2.1 19] Gmail has detected that this message is|550-5.7.1 likely suspicious due to the very low reputation of the sending IP address.", deliver.Blocked},
	{"gmail", "550 5.7.1 The IP you're using to send mail is not authorized to send email directly to our servers.", ""},
	{"gmail", "550-5.1.1 The email account that you tried to reach does not exist. Please try|550-5.1.1 double-checking the recipient's email address for typos or|550 5.1.1 unnecessary spaces. Learn more at https://support.google.com/mail/?p=NoSuchUser", ""},
	{"gmail", "550 5.2.1 The email account that you tried to reach is disabled.", ""},
	{"gmail", "552-5.7.0 This message was blocked because its content presents a potential|552 5.7.0 security issue.", ""},
	{"gmail", "552-5.3.4 Your message exceeded Google's message size limits.", ""},
	{"gmail", "550 5.3.4 Your message exceeded Google's message size limits", ""},
	{"gmail", "554 5.4.6 Message exceeded 50 hops, this may indicate a mail loop.", ""},
	{"gmail", "554 5.6.0 Mail message is malformed. Not accepted.", ""},

	// Exchange and Exchange Online.
	{"exchange", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception with message The message can't be submitted because the sender's submission quota was exceeded.", deliver.Limit},
	{"exchange", "552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full. Create a shorter message body or remove attachments and try sending it again.", deliver.Full},
	{"exchange", "554 5.2.2 STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded", deliver.Full},
	{"exchange", "554 5.2.2 mailbox full", deliver.Full},
	{"exchange", "550 5.2.2 Submission quota exceeded", deliver.Limit},
	{"exchange", "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", deliver.Limit},
	{"exchange", "550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour.", deliver.Limit},
	{"exchange", "550 5.7.705 Access denied, tenant has exceeded threshold", deliver.Limit},
	{"exchange", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", deliver.Blocked},
	{"exchange", "550 5.7.508 Access denied, [192.0.2.1] has exceeded permitted limits within 1h range.", deliver.Limit},
	{"exchange", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit https://sender.office.com/", deliver.Blocked},
	{"exchange", "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus. To request removal from this list see https://www.spamhaus.org/query/ip/192.0.2.1 (AS3130)", deliver.Blocked},
	{"exchange", "550 5.1.8 Access denied, bad outbound sender AS(42003)", deliver.Blocked},
	{"exchange", "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).", deliver.Blocked},
	{"exchange", "554 5.3.2 System not accepting network messages", deliver.Later},
	{"exchange", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", ""},
	{"exchange", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ""},
	{"exchange", "554 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", ""},
	{"exchange", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", ""},
	{"exchange", "550 5.7.1 Unable to relay", ""},
	{"exchange", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", ""},
	{"exchange", "554 5.2.252 SendAsDenied; not allowed to send as", ""},

	// Postfix with what people put behind it: dovecot's quota-status, policyd,
	// postfwd, postgrey, blocklists.
	{"postfix", "552 5.2.2 <truc-ban@don.vn>: Recipient address rejected: Mailbox is full", deliver.Full},
	{"postfix", "554 5.7.1 <truc-ban@don.vn>: Recipient address rejected: Quota exceeded (mailbox for user is full)", deliver.Full},
	{"postfix", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1", deliver.Blocked},
	{"postfix", "554 5.7.1 Service unavailable; Sender address [hom-thu@example.vn] blocked using dbl.spamhaus.org", deliver.Blocked},
	{"postfix", "554 5.7.1 <truc-ban@don.vn>: Recipient address rejected: Policy Rejection- Quota Exceeded. Please try again later.", deliver.Full},
	{"postfix", "554 5.7.1 <tip>: Sender address rejected: Sending limit exceeded, 200 messages per hour", deliver.Limit},
	{"postfix", "554 5.7.1 <truc-ban@don.vn>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/don.vn.html", deliver.Later},
	{"postfix", "554 5.7.1 <truc-ban@don.vn>: Relay access denied", ""},
	{"postfix", "550 5.1.1 <truc-ban@don.vn>: Recipient address rejected: User unknown in virtual mailbox table", ""},
	{"postfix", "550 5.1.1 <quota@don.vn>: Recipient address rejected: User unknown in local recipient table", ""},
	{"postfix", "553 5.7.1 <hom-thu@example.vn>: Sender address rejected: not logged in", ""},
	{"postfix", "552 5.3.4 Message size exceeds fixed limit", ""},
	{"postfix", "552 5.3.4 Error: message file too big", ""},
	{"postfix", "554 5.4.6 Error: too many hops", ""},
	{"postfix", "550 5.7.1 message content rejected", ""},
	{"postfix", "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", ""},

	// Exim, as cPanel and DirectAdmin run it.
	{"exim", "550 Mailbox quota exceeded", deliver.Full},
	{"exim", "552 <truc-ban@don.vn> Mailbox full", deliver.Full},
	{"exim", "550 Domain don.vn has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.", deliver.Limit},
	{"exim", "550 You (tip) have reached your daily email limit at server.example.vn", deliver.Limit},
	{"exim", "550 Sender rate overlimit - 120.3 / 1h", deliver.Limit},
	{"exim", "550-\"JunkMail rejected - mail.example.vn [192.0.2.1]:25 is in an RBL on rbl.websitewelcome.com, see Blocked - see|550 https://ipcheck.proofpoint.com/?ip=192.0.2.1\"", deliver.Blocked},
	{"exim", "550 192.0.2.1 is listed at bl.spamcop.net (127.0.0.2)", deliver.Blocked},
	{"exim", "550 Administrative prohibition - unable to validate recipient", ""},
	{"exim", "550 No such user here", ""},
	{"exim", "550 Unrouteable address", ""},
	{"exim", "550 relay not permitted", ""},
	{"exim", "552 Message size exceeds maximum permitted", ""},
	{"exim", "550 No Such User Here. Please check the address and try again", ""},

	// Zimbra: Postfix, and its LMTP server behind it.
	{"zimbra", "552 5.2.2 Over quota", deliver.Full},
	{"zimbra", "554 5.2.2 <truc-ban@don.vn> Over quota", deliver.Full},
	{"zimbra", "554 5.7.1 <truc-ban@don.vn>: Recipient address rejected: Policy Rejection- Message count quota exceeded.", deliver.Limit},
	{"zimbra", "550 5.1.1 <truc-ban@don.vn>: Recipient address rejected: don.vn", ""},
	{"zimbra", "554 5.0.0 Service unavailable: temporary local problem", deliver.Later},

	{"yandex", "550 5.7.1 Sending limit exceeded. Please try again later. 1764400000-abc", deliver.Limit},
	{"yandex", "554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1764400000-abc", ""},
	{"yandex", "550 5.2.2 Mailbox size limit exceeded 1764400000-abc", deliver.Full},
	{"yandex", "550 5.7.1 No such user!", ""},
	{"yandex", "552 5.3.4 Requested mail action aborted: exceeded message size limit", ""},
	{"yandex", "554 5.7.1 Client host [192.0.2.1] blocked using spamsource; see http://feedback.yandex.ru/", deliver.Blocked},

	{"zoho", "550 5.4.6 Unusual sending activity detected. Please try after sometime. Learn more.", deliver.Limit},
	{"zoho", "550 5.4.6 Outgoing blocked as you have exceeded the sending limit.", deliver.Limit},
	{"zoho", "552 5.2.2 User's quota exceeded", deliver.Full},
	{"zoho", "550 5.1.1 User does not exist - <truc-ban@don.vn>", ""},
	{"zoho", "552 5.7.1 virus found by the mail server", ""},

	{"ses", "554 Transaction failed: Daily message quota exceeded", deliver.Limit},
	{"ses", "554 Message rejected: Email address is not verified.", ""},
	{"yahoo", "554 Message not allowed - [PH01] Email not accepted for policy reasons.", ""},
	{"yahoo", "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list", deliver.Blocked},
	{"icloud", "552 5.2.2 <truc-ban@don.vn>: user is over quota", deliver.Full},
	{"qq", "550 Connection frequency limited", deliver.Limit},
	{"netease", "554 DT:SPM mail rejected, too many mails from your host", deliver.Limit},
	{"plesk", "554 5.7.0 Your message could not be sent. The limit on the number of allowed outgoing messages was exceeded. Try again later.", deliver.Limit},
	{"sendgrid", "550 5.7.1 Rate limit exceeded", deliver.Limit},
	{"exim", "550 5.3.1 No space left on device", deliver.Full},
	{"courier", "550 Account mailbox is over quota", deliver.Full},
	{"qmail", "552 552 sorry, your destination mailbox is full (#5.2.2)", deliver.Full},
	{"qmail", "554 sorry, over quota (#5.1.1)", deliver.Full},
	{"qmail", "550 sorry, no mailbox here by that name. (#5.7.17)", ""},
	{"axigen", "550 5.7.0 Too many mails sent from your account, please wait", deliver.Limit},
	{"mdaemon", "550 <truc-ban@don.vn>, Recipient unknown", ""},
	{"mdaemon", "552 <truc-ban@don.vn>, Mailbox full", deliver.Full},
	{"icewarp", "550 5.7.1 Account has exceeded its sending limit", deliver.Limit},
	{"kerio", "554 5.7.1 Too many messages from this client, try later", deliver.Limit},
	{"barracuda", "550 permanent failure for one or more recipients (truc-ban@don.vn:blocked)", ""},
	{"barracuda", "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation", deliver.Blocked},
	{"proofpoint", "550 5.7.0 Local Policy Violation", ""},
	{"proofpoint", "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1", deliver.Blocked},
	{"mimecast", "550 Administrative prohibition - envelope blocked", ""},
	{"mimecast", "554 Email rejected due to security policies", ""},

	// What hosters in Vietnam say, with and without marks.
	{"viettel", "550 5.7.1 Tai khoan da vuot qua gioi han gui thu trong ngay", deliver.Limit},
	{"vnpt", "552 Hop thu da day", deliver.Full},
	{"vnpt", "550 Địa chỉ IP của bạn đang bị chặn", deliver.Blocked},
	{"mat bao", "550 5.7.1 Bạn đã vượt quá số lượng email được gửi trong 1 giờ", deliver.Limit},
	{"mat bao", "554 He thong dang qua tai, vui long thu lai sau", deliver.Later},
	{"hoster", "550 Hộp thư không tồn tại", ""},

	{"axigen", "550 5.7.0 Mail rejected: sending rate exceeded", deliver.Limit},
	{"exchange", "550 5.2.0 STOREDRV.Deliver.Exception:MapiExceptionShutoffQuotaExceeded", deliver.Full},
	{"exchange", "550 4.7.500 Server busy. Please try again later from [192.0.2.1]", deliver.Later},
	{"exim", "550 Domain don.vn has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.", deliver.Limit},
	{"hoster", "550 5.7.1 Your account has been temporarily suspended from sending", deliver.Blocked},
	{"postfix", "550 Error: queue file write error", deliver.Later},
	{"gmail", "550-5.7.26 This mail has been blocked because the sender is unauthenticated.|550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.", ""},
	{"sendmail", "552 Too much mail data", ""},
	{"viettel", "550 Hộp thư người nhận đã đầy", deliver.Full},
	{"viettel", "550 Bạn đã gửi quá số lượng thư cho phép", deliver.Limit},
	{"hoster", "552 Dung luong hop thu da het", deliver.Full},

	// Codes that pass by themselves, and numbers that contradict them.
	{"code", "550 5.3.1 x", deliver.Full},
	{"code", "550 5.4.2 x", deliver.Later},
	{"code", "550 5.4.3 x", deliver.Later},
	{"code", "554 5.4.7 x", deliver.Later},
	{"code", "550 5.5.3 x", deliver.Limit},
	{"code", "550 5.7.28 x", deliver.Limit},
	{"code", "550 4.2.1 x", deliver.Later},
	{"code", "552 4.2.2 x", deliver.Full},
	{"code", "550 5.7.1 try again later", deliver.Later},
	{"code", "550 5.4.4 Host or domain name not found", ""},
	{"code", "550 5.7.23 SPF validation failed", ""},
	{"code", "556 5.1.10 Recipient address has null MX", ""},

	// RFC 5321's own words, without a code.
	{"rfc", "552 Requested mail action aborted: exceeded storage allocation", deliver.Full},
	{"rfc", "552 no", deliver.Full},
	{"rfc", "550 Requested action not taken: mailbox unavailable", ""},
	{"rfc", "553 Requested action not taken: mailbox name not allowed", ""},
	{"rfc", "554 Transaction failed", ""},
	{"rfc", "551 User not local; please try <other@example.vn>", ""},
	{"rfc", "550", ""},
}

func TestPassing(t *testing.T) {
	t.Parallel()
	for _, r := range replies {
		var msg []string
		code := 0
		for line := range strings.SplitSeq(r.reply, "|") {
			var err error
			if code, err = strconv.Atoi(line[:3]); err != nil {
				t.Fatal(err)
			}
			msg = append(msg, strings.TrimLeft(line[3:], "- "))
		}
		if got := passing(&textproto.Error{Code: code, Msg: strings.Join(msg, "\n")}); got != r.want {
			t.Errorf("%s: %s\n\tis %q, want %q", r.from, r.reply, got, r.want)
		}
	}
}
