package alert

import "tipbox/intake/alert/setting"

// newZalo returns a channel of Zalo's bots (https://bot.zapps.me/docs). Who is to be
// woken must have written to the bot first.
func newZalo(s setting.Channel) sender {
	return newBot(s, "https://bot-api.zaloplatforms.com", nil)
}
