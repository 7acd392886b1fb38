package templates

import "fmt"

// Locale is everything the pages say in one language. The tag max bounds a
// text's characters where a longer one would break the page on a small phone;
// without it a text may have maxText. Texts in braces are placeholders. Package
// locale reads it.
type Locale struct {
	Tag      string `json:"-"` // BCP 47, of the file's name
	Reviewed bool   `json:"-"` // a native speaker has read it; else it is a draft and never offered

	Name   string `json:"name" max:"20"`   // of the language, in itself
	Dir    string `json:"dir" max:"3"`     // "ltr" or "rtl"
	Box    string `json:"box" max:"40"`    // what the whole thing is called; every page's title
	Choose string `json:"choose" max:"30"` // names the language switch to screen readers
	Listen string `json:"listen" max:"40"` // before the recording, where there is one

	Promise string `json:"promise" max:"140"`
	Zalo    string `json:"zalo" max:"200"` // for Zalo's own browser only

	MailboxLegend string `json:"mailbox_legend" max:"40"`
	Suggestion    string `json:"suggestion" max:"40"`
	SuggestionEg  string `json:"suggestion_eg" max:"70"`
	Report        string `json:"report" max:"50"`
	ReportEg      string `json:"report_eg" max:"70"`
	Crime         string `json:"crime" max:"40"`
	CrimeEg       string `json:"crime_eg" max:"70"`

	MessageLabel string `json:"message_label" max:"60"`
	MessageHint  string `json:"message_hint" max:"140"`
	More         string `json:"more" max:"60"` // opens place and time
	PlaceLabel   string `json:"place_label" max:"60"`
	PlaceHint    string `json:"place_hint" max:"100"`
	TimeLabel    string `json:"time_label" max:"60"`
	TimeHint     string `json:"time_hint" max:"100"`
	PhotoLabel   string `json:"photo_label" max:"60"`
	PhotoPick    string `json:"photo_pick" max:"24"` // on the button, which the browser would else word
	PhotoHint    string `json:"photo_hint" max:"160"`

	DeliveryLegend string `json:"delivery_legend" max:"40"`
	Now            string `json:"now" max:"40"`
	Urgent         string `json:"urgent" max:"40"`
	UrgentHint     string `json:"urgent_hint" max:"120"`
	Later          string `json:"later" max:"40"`
	LaterHint      string `json:"later_hint" max:"140"` // {window}
	Call           string `json:"call" max:"60"`        // before the telephone numbers
	Unit           string `json:"unit" max:"20"`        // on the button with the unit's number

	ToLegend        string `json:"to_legend" max:"40"`
	ToUnit          string `json:"to_unit" max:"60"` // {unit}
	ToUnitHint      string `json:"to_unit_hint" max:"120"`
	ToOversight     string `json:"to_oversight" max:"60"`
	ToOversightHint string `json:"to_oversight_hint" max:"160"`
	CallOversight   string `json:"call_oversight" max:"40"` // before its number

	Truth        string `json:"truth" max:"60"` // opens what is and is not protected
	TruthKept    string `json:"truth_kept"`
	TruthWords   string `json:"truth_words"`
	TruthPhoto   string `json:"truth_photo"`
	TruthSeen    string `json:"truth_seen"`
	TruthZalo    string `json:"truth_zalo"` // {address}
	TruthNetwork string `json:"truth_network"`
	TruthPhone   string `json:"truth_phone"`
	TruthTyping  string `json:"truth_typing"`
	TruthMore    string `json:"truth_more" max:"60"` // leads to the page of it, from all others

	// What that page says first, to those who have just sent.
	TruthSent    string `json:"truth_sent" max:"60"`
	TruthArrived string `json:"truth_arrived"`
	TruthUnsent  string `json:"truth_unsent" max:"160"`

	Send    string `json:"send" max:"20"`
	Sending string `json:"sending" max:"20"`

	// What the script says that seals on the phone.
	SealedHere     string `json:"sealed_here" max:"120"`
	Sealing        string `json:"sealing" max:"20"`
	SendingPercent string `json:"sending_percent" max:"26"` // {percent}
	Waiting        string `json:"waiting" max:"140"`
	FullWaiting    string `json:"full_waiting" max:"160"`  // {wait}
	LimitWaiting   string `json:"limit_waiting" max:"160"` // {wait}
	StopToEdit     string `json:"stop_to_edit" max:"30"`
	PhotoBusy      string `json:"photo_busy" max:"40"`
	PhotoAlt       string `json:"photo_alt" max:"20"`    // {n}
	PhotoRemove    string `json:"photo_remove" max:"20"` // {n}
	SealFailed     string `json:"seal_failed" max:"240"`
	SendPlain      string `json:"send_plain" max:"30"`
	TryAgain       string `json:"try_again" max:"30"`

	// The code on the thank-you page.
	ReplyAsk      string `json:"reply_ask" max:"60"` // opens it
	ReplyCopy     string `json:"reply_copy" max:"160"`
	ReplyLost     string `json:"reply_lost" max:"160"`
	ReplyWhen     string `json:"reply_when" max:"180"` // {address}
	ReplyCopied   string `json:"reply_copied" max:"30"`
	ReplyUnwanted string `json:"reply_unwanted" max:"30"`
	ReplyNone     string `json:"reply_none" max:"160"`
	ReplyTag      string `json:"reply_tag" max:"120"`

	// What a unit answers without writing.
	AnswerReceived string `json:"answer_received" max:"80"`
	AnswerChecking string `json:"answer_checking" max:"80"`
	AnswerMore     string `json:"answer_more" max:"120"`
	AnswerDone     string `json:"answer_done" max:"80"`
	AnswerPassed   string `json:"answer_passed" max:"100"`
	AnswerCannot   string `json:"answer_cannot" max:"100"`

	// What the script of the page for answers says.
	ReadBusy    string `json:"read_busy" max:"60"`
	ReadNone    string `json:"read_none" max:"200"`
	ReadLater   string `json:"read_later" max:"160"`
	ReadFailed  string `json:"read_failed" max:"240"`
	ReadPlain   string `json:"read_plain" max:"30"`
	ReadDelete  string `json:"read_delete" max:"40"`
	ReadDeleted string `json:"read_deleted" max:"120"`
	ReadClose   string `json:"read_close" max:"40"`
	WriteAgain  string `json:"write_again" max:"40"`
	AgainNote   string `json:"again_note" max:"200"` // above the form

	// The page for answers, and how the form leads there.
	Replies         string `json:"replies" max:"40"`
	RepliesText     string `json:"replies_text"`
	RepliesCode     string `json:"replies_code" max:"60"`
	RepliesCodeHint string `json:"replies_code_hint" max:"160"`
	RepliesOpen     string `json:"replies_open" max:"30"`
	RepliesMore     string `json:"replies_more" max:"60"` // leads there, from all others
	ReplyTick       string `json:"reply_tick" max:"40"`   // without script: shows a code
	ReplyTickHint   string `json:"reply_tick_hint" max:"160"`
	ReplyTickKnown  string `json:"reply_tick_known" max:"160"`

	BoardTitle string `json:"board_title" max:"40"` // what a unit tells its village

	// The page for officers' replies.
	Leave     string `json:"leave" max:"40"`
	LeaveText string `json:"leave_text"`
	LeaveFile string `json:"leave_file" max:"60"`
	LeaveSend string `json:"leave_send" max:"20"`

	// What the script of the page for officers' replies says.
	OutboxProgress string `json:"outbox_progress" max:"60"` // {n} {all}
	OutboxDone     string `json:"outbox_done" max:"160"`    // {n}
	OutboxNone     string `json:"outbox_none" max:"200"`
	OutboxOther    string `json:"outbox_other" max:"200"` // {address}
	OutboxPass     string `json:"outbox_pass" max:"240"`
	OutboxFull     string `json:"outbox_full" max:"200"`   // {n}
	OutboxBroken   string `json:"outbox_broken" max:"160"` // {n}
	OutboxRoom     string `json:"outbox_room" max:"200"`   // {n}
	OutboxAway     string `json:"outbox_away" max:"200"`   // {n}
	OutboxAgain    string `json:"outbox_again" max:"30"`

	NotSent         string `json:"not_sent" max:"40"` // heads every page that gives a form back
	Mend            string `json:"mend" max:"80"`     // before the list of what is wrong
	TextKept        string `json:"text_kept" max:"120"`
	TextCut         string `json:"text_cut" max:"120"`
	PhotosAgain     string `json:"photos_again" max:"120"`
	StaleNotice     string `json:"stale_notice"`
	LimitNotice     string `json:"limit_notice"` // {wait}
	TextFirstNotice string `json:"text_first_notice"`
	FullNotice      string `json:"full_notice"` // {wait}
	BrokenNotice    string `json:"broken_notice"`
	LargeNotice     string `json:"large_notice"`
	CrossNotice     string `json:"cross_notice"`
	FailedNotice    string `json:"failed_notice"`
	CannotWait      string `json:"cannot_wait" max:"60"` // before the telephone numbers
	GivenBack       string `json:"given_back" max:"100"` // above the text, where it can only be copied
	Minute          string `json:"minute" max:"20"`
	Minutes         string `json:"minutes" max:"20"` // {n}
	Hour            string `json:"hour" max:"20"`
	Hours           string `json:"hours" max:"20"` // {n}

	ProblemMailboxMissing  string `json:"problem_mailbox_missing" max:"120"`
	ProblemMessageMissing  string `json:"problem_message_missing" max:"120"`
	ProblemMessageTooLong  string `json:"problem_message_too_long" max:"160"`
	ProblemDetailTooLong   string `json:"problem_detail_too_long" max:"120"`
	ProblemTextBroken      string `json:"problem_text_broken" max:"160"`
	ProblemDeliveryUnknown string `json:"problem_delivery_unknown" max:"120"`
	ProblemAudienceUnknown string `json:"problem_audience_unknown" max:"120"`
	ProblemTooManyPhotos   string `json:"problem_too_many_photos" max:"120"`
	ProblemPhotoTooLarge   string `json:"problem_photo_too_large" max:"160"`
	ProblemPhotoUnreadable string `json:"problem_photo_unreadable" max:"160"`
	ProblemPhotoHEIC       string `json:"problem_photo_heic" max:"240"`
	ProblemSealedBroken    string `json:"problem_sealed_broken" max:"160"`
	ProblemCodeShort       string `json:"problem_code_short" max:"160"`
	ProblemCodeLong        string `json:"problem_code_long" max:"160"`
	ProblemCodeLetter      string `json:"problem_code_letter" max:"160"`
	ProblemCodeCheck       string `json:"problem_code_check" max:"160"`

	Thanks        string `json:"thanks" max:"40"`
	ThanksNow     string `json:"thanks_now"`    // {unit}
	ThanksUrgent  string `json:"thanks_urgent"` // {unit}
	ThanksLater   string `json:"thanks_later"`  // {unit} {window}
	ThanksOther   string `json:"thanks_other"`  // to the inspectorate
	ThanksOpen    string `json:"thanks_open"`   // who reads it
	ThanksNoReply string `json:"thanks_no_reply"`
	Another       string `json:"another" max:"40"`
	Traces        string `json:"traces" max:"60"` // heads how to clear this page
	TracesClose   string `json:"traces_close"`
	TracesHistory string `json:"traces_history"` // {host}
	TracesPhotos  string `json:"traces_photos"`
	TracesZalo    string `json:"traces_zalo"`

	HomeTitle       string `json:"home_title" max:"60"`
	HomeText        string `json:"home_text"`
	CodeLabel       string `json:"code_label" max:"100"`
	CodeOpen        string `json:"code_open" max:"20"`
	LostTitle       string `json:"lost_title" max:"60"`
	LostText        string `json:"lost_text"`
	WithdrawnTitle  string `json:"withdrawn_title" max:"60"`
	WithdrawnOthers string `json:"withdrawn_others" max:"60"`
	WithdrawnText   string `json:"withdrawn_text"` // {unit}
	MethodTitle     string `json:"method_title" max:"60"`
	MethodText      string `json:"method_text"`
	ClosedTitle     string `json:"closed_title" max:"60"`
	ClosedText      string `json:"closed_text"` // {unit}
	FailedTitle     string `json:"failed_title" max:"60"`
	FailedText      string `json:"failed_text"`
	OpenForm        string `json:"open_form" max:"40"`

	// Spoken is the form's own recording of what it is about; nil for none. A unit
	// brings it as LOCALE_DIR/TAG/form.mp3, .opus or .ogg.
	Spoken *Recording `json:"-"`

	texts map[string]string // by key
}

// maxText is how many characters a text without its own bound may have.
const maxText = 320

// Problem returns the sentence for a problem of a submission, by its key, or ""
// where there is none.
func (l *Locale) Problem(key string) string { return l.texts["problem_"+key] }

func checkDir(l *Locale) error {
	if l.Dir != "" && l.Dir != "ltr" && l.Dir != "rtl" {
		return fmt.Errorf("dir: %q: expected ltr or rtl", l.Dir)
	}
	return nil
}
