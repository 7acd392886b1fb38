package alert

import "tipbox/intake/alert/setting"

// newTelegram returns a channel of Telegram's bots. The preview is off: Telegram's
// own servers would open the link.
func newTelegram(s setting.Channel) sender {
	return newBot(s, "https://api.telegram.org", map[string]any{"link_preview_options": map[string]bool{"is_disabled": true}})
}
