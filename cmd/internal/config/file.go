package config

import (
	"cmp"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tipbox/intake"
	"tipbox/qr/typo"
)

// file mirrors tipbox.toml. Durations, sizes and dates are strings here, so
// that a bad one is told with all other problems and not alone. What a value is
// held to by package pasted says its second tag: "path" a file's name, "name" what
// a person wrote, as intake.Names are, "secret" what must not be repeated, and
// without one what machines compare.
type file struct {
	BaseURL    string   `toml:"base_url"`
	DataDir    string   `toml:"data_dir" pasted:"path"`
	Languages  []string `toml:"languages"`
	LocaleDir  string   `toml:"locale_dir" pasted:"path"`
	SecretFile string   `toml:"secret_file" pasted:"path"`
	Include    []string `toml:"include" pasted:"path"`

	HTTP struct {
		Listen         string   `toml:"listen"`
		Admin          string   `toml:"admin"`
		TLSCert        string   `toml:"tls_cert" pasted:"path"`
		TLSKey         string   `toml:"tls_key" pasted:"path"`
		ACMEEmail      string   `toml:"acme_email"`
		ACMEDirectory  string   `toml:"acme_directory"`
		Plain          string   `toml:"plain"`
		TrustedProxies []string `toml:"trusted_proxies"`
		BodyMemory     string   `toml:"body_memory"`
	} `toml:"http"`

	Redis *struct {
		URL          string `toml:"url" pasted:"secret"`
		PasswordFile string `toml:"password_file" pasted:"path"`
		CAFile       string `toml:"ca_file" pasted:"path"`

		StoreURL          string `toml:"store_url" pasted:"secret"`
		StorePasswordFile string `toml:"store_password_file" pasted:"path"`
	} `toml:"redis"`

	Limits struct {
		Sender limit `toml:"sender"`
		Site   limit `toml:"site"`
		All    limit `toml:"all"`
	} `toml:"limits"`

	Spool struct {
		MinFree  string `toml:"min_free"`
		BulkMax  string `toml:"bulk_max"`
		KeepSent string `toml:"keep_sent"`
	} `toml:"spool"`

	SMTP struct {
		Host         string `toml:"host"`
		Port         int    `toml:"port"`
		TLS          string `toml:"tls"`
		Username     string `toml:"username" pasted:"name"`
		PasswordFile string `toml:"password_file" pasted:"path"`
		CAFile       string `toml:"ca_file" pasted:"path"`
		From         string `toml:"from"`
		Bounces      string `toml:"bounces"`
	} `toml:"smtp"`

	Operator struct {
		Alerts             []alertChannel `toml:"alerts"`
		HeartbeatURL       string         `toml:"heartbeat_url" pasted:"secret"`
		HeartbeatTokenFile string         `toml:"heartbeat_token_file" pasted:"path"`
	} `toml:"operator"`

	Units []unit `toml:"units"`
}

// alertChannel is a setting.Channel.
type alertChannel struct {
	Kind      string   `toml:"kind"`
	URL       string   `toml:"url" pasted:"secret"`
	TokenFile string   `toml:"token_file" pasted:"path"`
	Chat      string   `toml:"chat"`
	Command   []string `toml:"command" pasted:"name"`
	Body      string   `toml:"body" pasted:"name"`
}

type limit struct {
	Count int    `toml:"count"`
	Per   string `toml:"per"`
	Burst int    `toml:"burst"`
}

type unit struct {
	ID              string       `toml:"id"`
	Name            intake.Names `toml:"name"`
	Mail            []string     `toml:"mail"`
	RecipientsFile  string       `toml:"recipients_file" pasted:"path"`
	OversightFile   string       `toml:"oversight_file" pasted:"path"`
	OversightMail   []string     `toml:"oversight_mail"`
	OversightName   intake.Names `toml:"oversight_name"`
	OversightPhone  string       `toml:"oversight_phone"`
	Phone           string       `toml:"phone"`
	LaterWindow     string       `toml:"later_window"`
	MarkUrgent      *bool        `toml:"mark_urgent"`
	Replies         bool         `toml:"replies"`
	BoardDir        string       `toml:"board_dir" pasted:"path"`
	AliveAt         string       `toml:"alive_at"`
	Languages       []string     `toml:"languages"`
	PosterLanguages []string     `toml:"poster_languages"`
	Emblem          string       `toml:"emblem" pasted:"path"`
	Color           string       `toml:"color"`
	Deadlines       deadlines    `toml:"deadlines"`
	SitesFile       string       `toml:"sites_file" pasted:"path"`
	Sites           []site       `toml:"sites"`

	Alerts          []alertChannel `toml:"alerts"`
	OversightAlerts []alertChannel `toml:"oversight_alerts"`
}

// deadlines are those of a unit that are not the law's, as book.ParseSpan reads them.
type deadlines struct {
	Classify  string `toml:"classify"`
	HandOver  string `toml:"hand_over"`
	Procuracy string `toml:"procuracy"`
	Assign    string `toml:"assign"`
	Resolve   string `toml:"resolve"`
	Complex   string `toml:"complex"`
	Extension string `toml:"extension"`
}

type site struct {
	Code      string       `toml:"code"`
	Name      intake.Names `toml:"name"`
	Withdrawn any          `toml:"withdrawn"` // a string or a TOML date
}

// defaults are the values of keys that are left out.
func defaults() file {
	var f file
	f.DataDir = "data"
	f.Languages = []string{"vi", "en"}
	f.HTTP.Listen = "127.0.0.1:8080"
	f.HTTP.Admin = "127.0.0.1:9090"
	f.HTTP.BodyMemory = "256 MiB"
	f.Limits.Sender = limit{60, "1h", 40}
	f.Limits.Site = limit{240, "1h", 80}
	f.Limits.All = limit{6000, "1h", 1000}
	f.Spool.MinFree = "512 MiB"
	f.Spool.BulkMax = "1 GiB"
	f.Spool.KeepSent = "7d"
	f.SMTP.Port = 587
	f.SMTP.TLS = "starttls"
	return f
}

func dotted(key toml.Key) string { return strings.Join(key, ".") }

// typeError says what kind of value was expected, in words and not in Go's types.
func typeError(e *toml.DecodeError) string {
	text := strings.TrimPrefix(e.Error(), "toml: ")
	t := typeAt(e.Key())
	if t == nil || !strings.HasPrefix(text, "cannot decode ") && !strings.HasPrefix(text, "cannot store ") {
		return text
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.String:
		return `expected text in quotes, such as "…"`
	case t.Kind() == reflect.Int:
		return "expected a whole number without quotes"
	case t.Kind() == reflect.Bool:
		return "expected true or false without quotes"
	case t.Kind() == reflect.Map:
		return `expected a name for each language, such as { vi = "…" }`
	case t == reflect.TypeFor[[]string]():
		return "expected a list, such as " + cmp.Or(listExamples[e.Key()[len(e.Key())-1]], `["truc-ban@example.vn"]`)
	case t.Kind() == reflect.Slice:
		return "expected [[" + dotted(e.Key()) + "]], in two brackets"
	}
	return "expected the table [" + dotted(e.Key()) + "]"
}

// listExamples are for the lists that are not of mail addresses.
var listExamples = map[string]string{"languages": `["vi", "en"]`, "trusted_proxies": `["127.0.0.1"]`, "command": `["/usr/local/bin/sms"]`}

// typeAt returns the type of the key's value, or nil for a key that is not known.
func typeAt(key toml.Key) reflect.Type {
	t := reflect.TypeFor[file]()
	for _, part := range key {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() == reflect.Map {
			t = t.Elem()
			continue
		}
		f, ok := fieldByTag(t, part)
		if !ok {
			return nil
		}
		t = f.Type
	}
	return t
}

// nearest suggests the known key that an unknown one most likely means.
func nearest(key toml.Key) string {
	if len(key) == 0 {
		return ""
	}
	t := typeAt(key[:len(key)-1])
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return ""
	}
	best, bestDistance := "", 3
	for f := range t.Fields() {
		tag := f.Tag.Get("toml")
		if d := typo.Distance(tag, key[len(key)-1]); d < bestDistance {
			best, bestDistance = tag, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}

func fieldByTag(t reflect.Type, tag string) (reflect.StructField, bool) {
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			if f.Tag.Get("toml") == tag {
				return f, true
			}
		}
	}
	return reflect.StructField{}, false
}
