package alert

// newZalo returns a channel of Zalo's bots (https://bot.zapps.me/docs). Who is to be
// woken must have written to the bot first.
func newZalo(s Setting) (sender, error) {
	return newBot(s, "https://bot-api.zaloplatforms.com", nil), nil
}
