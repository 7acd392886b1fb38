package config

import (
	"errors"
	"fmt"
	"slices"

	"tipbox/intake"
	"tipbox/intake/alert/setting"
)

// ring notes whom urgent tips to one audience of a unit wake.
func (c *checker) ring(unit string, audience intake.Audience, key string, all []alertChannel) {
	if channels := c.channels(key, all); len(channels) > 0 {
		c.alerts = append(c.alerts, Alerts{unit, audience, channels})
	}
}

// ringApart holds what is promised of a tip to the oversight: that the unit does not
// hear of it.
func (c *checker) ringApart(key string, u unit) {
	for i, a := range u.OversightAlerts {
		for _, own := range u.Alerts {
			if a.Kind == own.Kind && a.URL == own.URL && a.Chat == own.Chat && slices.Equal(a.Command, own.Command) {
				c.bad(fmt.Sprintf("%s.oversight_alerts[%d]", key, i), "is among alerts as well: expected a channel that only the oversight has")
				break
			}
		}
	}
}

func (c *checker) operator(f *file) Operator {
	o := Operator{
		Channels:     c.channels("operator.alerts", f.Operator.Alerts),
		HeartbeatURL: f.Operator.HeartbeatURL, HeartbeatTokenFile: c.path(f.Operator.HeartbeatTokenFile),
	}
	if o.HeartbeatURL != "" {
		c.setting("operator", "heartbeat_url", setting.CheckURL(o.HeartbeatURL))
	} else if o.HeartbeatTokenFile != "" {
		c.bad("operator.heartbeat_token_file", "expected heartbeat_url beside it")
	}
	return o
}

func (c *checker) channels(key string, all []alertChannel) (channels []setting.Channel) {
	for i, a := range all {
		s := setting.Channel{Kind: a.Kind, URL: a.URL, TokenFile: c.path(a.TokenFile), Chat: a.Chat, Command: a.Command, Body: a.Body}
		c.setting(fmt.Sprintf("%s[%d]", key, i), "", s.Check())
		channels = append(channels, s)
	}
	return channels
}

// setting notes what is wrong with a channel, at its key or at another name of that.
func (c *checker) setting(key, name string, err error) {
	var wrong *setting.Error
	if !errors.As(err, &wrong) {
		return // no other is returned
	}
	if name == "" {
		name = wrong.Key
	}
	c.bad(key+"."+name, "%s", wrong.Text)
}
