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
	tls := c.redisURL("redis.url", "redis.password_file", f.Redis.URL)
	if f.Redis.StoreURL != "" {
		tls = c.redisURL("redis.store_url", "redis.store_password_file", f.Redis.StoreURL) || tls
		if f.Redis.StoreURL == f.Redis.URL {
			c.bad("redis.store_url", "is the same as redis.url: expected another Redis: that one forgets, this one must keep what it holds")
		}
	} else if f.Redis.StorePasswordFile != "" {
		c.bad("redis.store_password_file", "expected store_url and store_password_file together")
	}
	if f.Redis.CAFile != "" && !tls {
		c.bad("redis.ca_file", "is for TLS: expected rediss:// in redis.url")
	}
	return &Redis{
		URL: f.Redis.URL, PasswordFile: c.path(f.Redis.PasswordFile), CAFile: c.path(f.Redis.CAFile),
		StoreURL: f.Redis.StoreURL, StorePasswordFile: c.path(f.Redis.StorePasswordFile),
	}
}

// redisURL checks an address and reports whether it is for TLS.
func (c *checker) redisURL(key, passwordKey, address string) bool {
	u, err := url.Parse(address)
	switch {
	case err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme):
		// The value is not repeated: a malformed one may hold a password.
		c.bad(key, "expected redis://HOST:PORT/0, rediss:// or unix://")
		return false
	case hasPassword(u):
		c.bad(key, "holds a password: expected it in a file named by %s", passwordKey)
	}
	return u.Scheme == "rediss"
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
