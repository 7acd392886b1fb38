package templates

// ScriptTexts returns what the script that seals on the phone says, by the names
// that templates/browser/src/seal knows. Where the server says the same, it is
// the same sentence.
func (l *Locale) ScriptTexts() map[string]string {
	texts := map[string]string{
		"sealed_here": l.SealedHere, "sealing": l.Sealing, "sending": l.Sending, "sending_percent": l.SendingPercent,
		"waiting": l.Waiting, "edit": l.StopToEdit, "photo_busy": l.PhotoBusy, "photo_alt": l.PhotoAlt,
		"photo_remove": l.PhotoRemove, "seal_failed": l.SealFailed, "send_plain": l.SendPlain, "try_again": l.TryAgain,
		"limited": l.LimitNotice, "full": l.FullWaiting, "minute": l.Minute, "minutes": l.Minutes, "cannot_wait": l.CannotWait,
		"withdrawn": l.WithdrawnTitle + ". " + l.NotSent + ".",
		"refused":   l.FailedNotice,
		"not_sent":  l.NotSent,
		"errors":    l.Mend,
	}
	for _, problem := range []string{
		"mailbox_missing", "message_missing", "message_too_long", "detail_too_long",
		"too_many_photos", "photo_too_large", "photo_unreadable", "photo_heic",
	} {
		texts[problem] = l.Problem(problem)
	}
	return texts
}
