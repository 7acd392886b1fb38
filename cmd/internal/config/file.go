package config

import "tipbox/intake"

// file mirrors tipbox.toml. Durations, sizes and dates are strings here, so
// that a bad one is told with all other problems and not alone. What a value is
// held to by package pasted says its second tag: "path" a file's name, "name" what
// a person wrote, as intake.Names are, "secret" what must not be repeated, and
// without one what machines compare.
//
// The comments on fields are docs/configuration.md, which make docs writes from here:
// what a key means, and after "Default:" what it is where defaults has nothing.
type file struct {
	// The address on the posters: `https://`, or `http://` on loopback. To change it
	// means to print them again.
	BaseURL string `toml:"base_url"`
	// Spool, secret, replies that wait for their senders, weekly counts, and a
	// checksum of what serve was started with.
	DataDir string `toml:"data_dir" pasted:"path"`
	// Offered on the page; the first is the one for all who ask for none.
	Languages []string `toml:"languages"`
	// A folder with more languages, a JSON file each: see
	// [Another language](operating.md#another-language).
	LocaleDir string `toml:"locale_dir" pasted:"path"`
	// Form tokens and reply passes hang on it; made once, and the same on all servers.
	// Several lines: the first makes, all are good. A new one goes on the second line of
	// all servers, then on the first, and after a year the old one out: a reply pass is
	// good for so long. Default: `secret` in `data_dir`.
	SecretFile string `toml:"secret_file" pasted:"path"`
	// Patterns of files with more `[[units]]`, such as `units/*.toml`.
	Include []string `toml:"include" pasted:"path"`

	// Where and how the form and the page of health answer.
	HTTP struct {
		// Address and port of the form; with `tipbox.socket` its `ListenStream` counts.
		Listen string `toml:"listen"`
		// Health and metrics, on loopback only; `""` for none.
		Admin string `toml:"admin"`
		// A certificate of your own, to serve TLS without a proxy; read again when renewed.
		TLSCert string `toml:"tls_cert" pasted:"path"`
		// Its key.
		TLSKey string `toml:"tls_key" pasted:"path"`
		// Certificates from Let's Encrypt, kept in `acme` in `data_dir`; the authority
		// writes to this address before one ends.
		ACMEEmail string `toml:"acme_email"`
		// Another authority's ACME directory. Default: Let's Encrypt's.
		ACMEDirectory string `toml:"acme_directory"`
		// Where plain http is answered with the way to the home page, such as `:80`; only
		// with a certificate here.
		Plain string `toml:"plain"`
		// Addresses or prefixes of web servers in front, whose `X-Forwarded-For` is
		// believed. `tipbox check` proves them.
		TrustedProxies []string `toml:"trusted_proxies"`
		// So much of uploads is held in memory at once; who brings more is asked to come
		// again.
		BodyMemory string `toml:"body_memory"`
	} `toml:"http"`

	// What several servers share. Leave the table out for one: limits are then kept in
	// this process, the rest on this disk.
	Redis *struct {
		// Limits, used form tokens and spent proofs: a Redis that writes nothing to disk.
		URL string `toml:"url" pasted:"secret"`
		// The password alone; a user's name stands in `url`: `redis://USER@HOST`.
		PasswordFile string `toml:"password_file" pasted:"path"`
		// PEM, for a Redis (`rediss://`) with a certificate of its own authority. Default:
		// the system's.
		CAFile string `toml:"ca_file" pasted:"path"`

		// Sealed replies and weekly counts: another Redis, one that keeps what it holds.
		// Default: this server's disk.
		StoreURL string `toml:"store_url" pasted:"secret"`
		// Its password alone.
		StorePasswordFile string `toml:"store_password_file" pasted:"path"`
	} `toml:"redis"`

	// Beyond them a tip is not refused but comes by digest: see
	// [A flood](operating.md#a-flood). Each is how many come in so long, and how many at
	// once.
	Limits struct {
		// Of one address, or of one network where it is IPv6.
		Sender limit `toml:"sender"`
		// Of all senders at one site.
		Site limit `toml:"site"`
		// Of all together.
		All limit `toml:"all"`
	} `toml:"limits"`

	// The tips that wait for the mail server, sealed, on this disk.
	Spool struct {
		// Below this much free disk nothing is taken.
		MinFree string `toml:"min_free"`
		// So much of what comes beyond the limits waits, and never more than a quarter of
		// what is free; a site gets half of it, photos a quarter.
		BulkMax string `toml:"bulk_max"`
		// How long sealed copies of delivered tips are kept, in days; `0` for none.
		KeepSent string `toml:"keep_sent"`
		// A directory on another disk: each tip is synced there, too, before anyone is
		// thanked; see [A second disk](operating.md#a-second-disk-and-a-dead-server).
		Mirror string `toml:"mirror" pasted:"path"`
	} `toml:"spool"`

	// The mail server.
	SMTP struct {
		// Its name, which its certificate must have.
		Host string `toml:"host"`
		Port int    `toml:"port"` // 587 for `starttls`, 465 for `tls`.
		// `tls`, `starttls`, or `none` on loopback.
		TLS string `toml:"tls"`
		// Where it wants a login.
		Username string `toml:"username" pasted:"name"`
		// The password alone.
		PasswordFile string `toml:"password_file" pasted:"path"`
		// PEM, for a mail server with its own authority. Default: the system's.
		CAFile string `toml:"ca_file" pasted:"path"`
		// The box's own address.
		From string `toml:"from"`
		// Who is told when a mail was accepted and could not be delivered after all.
		Bounces string `toml:"bounces"`
	} `toml:"smtp"`

	// What came in, a week at a time: see
	// [What came in](operating.md#what-came-in-a-week-at-a-time).
	Counts struct {
		// Addresses, such as the province's, that are mailed the page of each week on the
		// Monday after it.
		Mail []string `toml:"mail"`
	} `toml:"counts"`

	// Who is told what is wrong with the box itself.
	Operator struct {
		// Whom to call: a channel each.
		Alerts []alertChannel `toml:"alerts"`
		// An outside watcher, called (GET) every 5 minutes while tips can be taken;
		// `{token}` in it stands for the token.
		HeartbeatURL string `toml:"heartbeat_url" pasted:"secret"`
		// The token alone.
		HeartbeatTokenFile string `toml:"heartbeat_token_file" pasted:"path"`
	} `toml:"operator"`

	// A post or station that receives tips, once for each.
	Units []unit `toml:"units"`
}

// A channel by which somebody is called: see [Alerts](operating.md#alerts).
type alertChannel struct {
	// `ntfy`, `gotify`, `command`, `webhook`, `telegram` or `zalo`.
	Kind string `toml:"kind"`
	// Of the server, for ntfy with the topic.
	URL string `toml:"url" pasted:"secret"`
	// The token alone.
	TokenFile string `toml:"token_file" pasted:"path"`
	// For Telegram and Zalo: which chat.
	Chat string `toml:"chat"`
	// Program and arguments; the message is on its standard input.
	Command []string `toml:"command" pasted:"name"`
	// Of a webhook: JSON with `{text}` and `{link}` within quotes. Default: `{"text":
	// "{text}", "link": "{link}"}`.
	Body string `toml:"body" pasted:"name"`
}

type limit struct {
	Count int    `toml:"count"`
	Per   string `toml:"per"`
	Burst int    `toml:"burst"`
}

type unit struct {
	// Short, in lower case, such as `na-co-sa`: it stands in file names and never changes.
	ID string `toml:"id"`
	// Its name in each language, such as `{ vi = "…", en = "…" }`; Vietnamese stands in for all.
	Name intake.Names `toml:"name"`
	// The addresses that tips are mailed to: each tip reaches all.
	Mail []string `toml:"mail"`
	// Who can read: one age recipient a line, all of one kind.
	RecipientsFile string `toml:"recipients_file" pasted:"path"`
	// The inspectorate's recipients, for tips about the unit itself: no key of the unit's.
	OversightFile string `toml:"oversight_file" pasted:"path"`
	// Its addresses, none of them the unit's.
	OversightMail []string `toml:"oversight_mail"`
	// Its name in each language, as the form's choice and the thanks have it. Default:
	// "Cơ quan thanh tra".
	OversightName intake.Names `toml:"oversight_name"`
	// Its number, shown there in place of the unit's.
	OversightPhone string `toml:"oversight_phone"`
	// One telephone number, on the page and the posters.
	Phone string `toml:"phone"`
	// How long a tip sent "later" may wait, 10m to 72h. Default: `6h`.
	LaterWindow string `toml:"later_window"`
	// Whether an urgent tip's mail says KHẨN. Default: `true`.
	MarkUrgent *bool `toml:"mark_urgent"`
	// Whether senders are offered a code by which they read the unit's replies; then its
	// mails carry the reply pass.
	Replies bool `toml:"replies"`
	// A folder of notices, Markdown, for the page `/b/UNIT` that the form's foot leads to:
	// [two examples](board). `tra-loi.md` in it comes from the officers, once a week: from
	// the desk, or `tipbox book board`; put it there on another day than they post replies.
	BoardDir string `toml:"board_dir" pasted:"path"`
	// An hour, such as `07:00` by this machine's time zone, at which a mail tells the unit
	// each day that the box is alive.
	AliveAt string `toml:"alive_at"`
	// Which of the languages its page offers. Default: all.
	Languages []string `toml:"languages"`
	// On its posters, at most two: the first large, the second under it where it decides
	// something; where people speak Mông it comes before English. Default: the first of
	// its page's.
	PosterLanguages []string `toml:"poster_languages"`
	// An image for its posters.
	Emblem string `toml:"emblem" pasted:"path"`
	// Of its posters, such as `#7a181c`.
	Color string `toml:"color"`
	// In the desk that `tipbox reader -c` writes, where they are not the law's.
	Deadlines deadlines `toml:"deadlines"`
	// The sites as a table, CSV with `code,name_vi,name_en,withdrawn`, in place of
	// `[[units.sites]]`.
	SitesFile string `toml:"sites_file" pasted:"path"`
	// Where its posters hang, once for each.
	Sites []site `toml:"sites"`

	// Whom urgent tips wake: a channel each, in this order.
	Alerts []alertChannel `toml:"alerts"`
	// Whom urgent tips about the unit itself wake, and nobody else.
	OversightAlerts []alertChannel `toml:"oversight_alerts"`
}

// Deadlines of the unit, such as `24h`, `3d` or `2mo`.
type deadlines struct {
	Classify  string `toml:"classify"`  // To say of what kind it is. Default: `24h`.
	HandOver  string `toml:"hand_over"` // To hand over what belongs to others. Default: `24h`.
	Procuracy string `toml:"procuracy"` // To tell the procuracy. Default: `3d`.
	Assign    string `toml:"assign"`    // To say who handles it. Default: `3d`.
	Resolve   string `toml:"resolve"`   // To resolve it. Default: `20d`.
	Complex   string `toml:"complex"`   // To resolve what is complex. Default: `2mo`.
	Extension string `toml:"extension"` // Of that, once. Default: `2mo`.
}

// A place where posters hang.
type site struct {
	// It stands in the link: never give it to another place.
	Code string `toml:"code"`
	// In each language.
	Name intake.Names `toml:"name"`
	// From this day on the link only says where to go instead, such as
	// `"2026-11-22"`.
	Withdrawn any `toml:"withdrawn"`
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
