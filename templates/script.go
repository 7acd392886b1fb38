package templates

// ScriptTexts returns what the script that seals on the phone says, by the names
// that templates/browser/src/seal knows. Where the server says the same, it is
// the same sentence.
func (l *Locale) ScriptTexts() map[string]string {
	texts := map[string]string{
		"sealed_here": l.SealedHere, "sealing": l.Sealing, "sending": l.Sending, "sending_percent": l.SendingPercent,
		"waiting": l.Waiting, "edit": l.StopToEdit, "photo_busy": l.PhotoBusy, "photo_alt": l.PhotoAlt,
		"photo_remove": l.PhotoRemove, "seal_failed": l.SealFailed, "send_plain": l.SendPlain, "try_again": l.TryAgain,
		"limited": l.LimitNotice, "full": l.FullWaiting, "crowded": l.LimitWaiting, "minute": l.Minute, "minutes": l.Minutes, "cannot_wait": l.CannotWait,
		"withdrawn": l.WithdrawnTitle + ". " + l.NotSent + ".",
		"refused":   l.FailedNotice,
		"not_sent":  l.NotSent,
		"errors":    l.Mend,

		"reply_ask": l.ReplyAsk, "reply_copy": l.ReplyCopy, "reply_lost": l.ReplyLost, "reply_when": l.ReplyWhen,
		"reply_copied": l.ReplyCopied, "reply_unwanted": l.ReplyUnwanted, "reply_none": l.ReplyNone, "reply_tag": l.ReplyTag,
	}
	for _, problem := range []string{
		"mailbox_missing", "message_missing", "message_too_long", "detail_too_long",
		"too_many_photos", "photo_too_large", "photo_unreadable", "photo_heic",
	} {
		texts[problem] = l.Problem(problem)
	}
	return texts
}

// RepliesTexts returns what the script says that opens replies, by the names that
// templates/browser/src/replies knows.
func (l *Locale) RepliesTexts() map[string]string {
	return l.pick(
		"read_busy", "read_none", "read_later", "read_failed", "read_plain", "read_delete", "read_deleted", "read_close", "write_again", "again_note", "reply_tag",
		"answer_received", "answer_checking", "answer_more", "answer_done", "answer_passed", "answer_cannot",
		"problem_code_short", "problem_code_long", "problem_code_letter", "problem_code_check",
	)
}

// OutboxTexts returns what the script says that posts replies, by the names that
// templates/browser/src/outbox knows.
func (l *Locale) OutboxTexts() map[string]string {
	return l.pick(
		"outbox_progress", "outbox_done", "outbox_none", "outbox_other", "outbox_pass", "outbox_full", "outbox_broken", "outbox_room", "outbox_away", "outbox_again",
	)
}

func (l *Locale) pick(keys ...string) map[string]string {
	texts := make(map[string]string)
	for _, key := range keys {
		texts[key] = l.texts[key]
	}
	return texts
}
