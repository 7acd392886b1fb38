package config

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"tipbox/intake"
)

func (c *checker) redis(f *file) *Redis {
	if f.Redis == nil {
		return nil
	}
	u, err := url.Parse(f.Redis.URL)
	switch {
	case err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme):
		// The value is not repeated: a malformed one may hold a password.
		c.bad("redis.url", "expected redis://HOST:PORT/0, rediss:// or unix://")
	case hasPassword(u):
		c.bad("redis.url", "holds a password: expected it in a file named by redis.password_file")
	}
	if f.Redis.CAFile != "" && (err != nil || u.Scheme != "rediss") {
		c.bad("redis.ca_file", "is for TLS: expected rediss:// in redis.url")
	}
	return &Redis{URL: f.Redis.URL, PasswordFile: c.path(f.Redis.PasswordFile), CAFile: c.path(f.Redis.CAFile)}
}

func hasPassword(u *url.URL) bool {
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

func (c *checker) smtp(f *file) SMTP {
	s := SMTP{
		Host: f.SMTP.Host, Port: f.SMTP.Port, TLS: f.SMTP.TLS, Username: f.SMTP.Username,
		PasswordFile: c.path(f.SMTP.PasswordFile), CAFile: c.path(f.SMTP.CAFile), From: f.SMTP.From, Bounces: f.SMTP.Bounces,
	}
	switch {
	case s.Host == "":
		c.bad("smtp.host", "missing: expected the mail server's name")
	case strings.ContainsAny(s.Host, " /@[]") || strings.Contains(s.Host, ":") && net.ParseIP(s.Host) == nil:
		c.bad("smtp.host", "%q: expected the mail server's name alone, such as smtp.example.vn", s.Host)
	}
	if s.Port < 1 || s.Port > 65535 {
		c.bad("smtp.port", "%d: expected 1 to 65535", s.Port)
	}
	switch {
	case !slices.Contains([]string{"tls", "starttls", "none"}, s.TLS):
		c.bad("smtp.tls", "%q: expected tls, starttls or none", s.TLS)
	case s.TLS == "none" && s.Host != "" && !intake.IsLoopback(s.Host):
		c.bad("smtp.tls", "\"none\" to %s: expected tls or starttls to any host but loopback", s.Host)
	}
	if (s.Username == "") != (s.PasswordFile == "") {
		c.bad("smtp.username", "expected username and password_file together")
	}
	c.address("smtp.from", s.From)
	if s.Bounces != "" {
		c.address("smtp.bounces", s.Bounces)
	}
	return s
}
