package alert

// newTelegram returns a channel of Telegram's bots. The preview is off: Telegram's
// own servers would open the link.
func newTelegram(s Setting) (sender, error) {
	return newBot(s, "https://api.telegram.org", map[string]any{"link_preview_options": map[string]bool{"is_disabled": true}}), nil
}
