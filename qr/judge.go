package qr

import (
	"net/url"
	"strings"
)

// Verdict is what a code on a wall is.
type Verdict string

// The verdicts.
const (
	Genuine    Verdict = "genuine"    // a link of ours, to a site that takes tips
	Foreign    Verdict = "foreign"    // leads elsewhere
	Unknown    Verdict = "unknown"    // our address, but no such site
	Withdrawn  Verdict = "withdrawn"  // a site whose posters are no longer valid
	Unreadable Verdict = "unreadable" // no code could be read in the photo
)

// Difference is how a foreign link differs from ours, the gravest first.
type Difference string

// The differences.
const (
	NotALink     Difference = "not-a-link"     // no web address at all
	UserInHost   Difference = "user-in-host"   // https://ours@theirs/
	LookAlike    Difference = "look-alike"     // letters of other scripts, or punycode, that look like ours
	NearHost     Difference = "near-host"      // a letter swapped, changed, added or left out
	HostAsPrefix Difference = "host-as-prefix" // ours.theirs.com
	OtherHost    Difference = "other-host"
	OtherScheme  Difference = "other-scheme" // http instead of https
	OtherPort    Difference = "other-port"
	OtherPath    Difference = "other-path"
	Additions    Difference = "additions" // a query or a fragment that we never print
)

// Judgement is a verdict with its reasons.
type Judgement struct {
	Verdict    Verdict
	Code       string     // of the site, in lower case: for Genuine, Unknown and Withdrawn
	Difference Difference // for Foreign
	Host       string     // the link's host as a browser shows it, for Foreign links that have one
}

// Judge compares what a code says with the links under base. status tells for a
// site's code whether there is such a site and whether it is withdrawn.
func Judge(text string, base *url.URL, status func(code string) (known, withdrawn bool)) Judgement {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "https") && !strings.EqualFold(u.Scheme, "http") {
		return Judgement{Verdict: Foreign, Difference: NotALink}
	}
	foreign := func(d Difference) Judgement {
		return Judgement{Verdict: Foreign, Difference: d, Host: shownHost(u.Hostname())}
	}
	if u.User != nil {
		return foreign(UserInHost)
	}
	if d := compareHosts(u.Hostname(), base.Hostname()); d != "" {
		return foreign(d)
	}
	if !strings.EqualFold(u.Scheme, base.Scheme) {
		return foreign(OtherScheme)
	}
	if port(u) != port(base) {
		return foreign(OtherPort)
	}
	// Not u.Path, in which %2F and the like are already undone: we print none of them.
	code, ok := cutPrefixFold(u.EscapedPath(), strings.TrimSuffix(base.EscapedPath(), "/")+"/t/")
	if !ok || code == "" || strings.ContainsAny(code, "/%") {
		return foreign(OtherPath)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return foreign(Additions)
	}
	j := Judgement{Code: strings.ToLower(code)}
	switch known, withdrawn := status(j.Code); {
	case !known:
		j.Verdict = Unknown
	case withdrawn:
		j.Verdict = Withdrawn
	default:
		j.Verdict = Genuine
	}
	return j
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "http") {
		return "80"
	}
	return "443"
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
