package traces

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
)

// TestAuditFindsLeaks lets the audit's build leak, into each kind of place and in
// various writings, and has the search of TestAudit find all of it.
func TestAuditFindsLeaks(t *testing.T) {
	t.Parallel()
	type leak struct{ canary, place string }
	leaks := map[string]leak{
		"log":    {"address v4", "log, dumps"},
		"digest": {"X-Real-IP, forged", "log, dumps"}, // SHA-256, in hex
		"temp":   {"file names", "TMPDIR"},            // the form as it came
		"data":   {"user agent", "data dir"},          // in base64, in a file's name
		"redis":  {"cookie", "Redis, wire"},           // in hex
		"metric": {"address v4", "metrics, health"},   // as a label
		"mail":   {"address v4", "SMTP"},              // in the Subject
	}
	b := newAuditBox(t, "", false)
	b.env = append(b.env, "TIPBOX_AUDIT_LEAKS="+strings.Join(slices.Collect(maps.Keys(leaks)), ","))
	d := &auditDay{auditBox: b, photos: auditPhotos(t)}
	d.front = d.url
	d.start()
	d.post(d.villager(sourceV4[0]), http.StatusSeeOther, d.photos[:1])
	d.mail.Wait(1)
	d.look()
	d.ended()
	d.collect()
	found, table := auditTable(auditCanaries(d.tokens), d.places())
	t.Logf("with all leaks sprung:\n%s", table)
	for kind, l := range leaks {
		if found[l.place][l.canary] == 0 {
			t.Errorf("%s: the leak of the %s into %s is not found", kind, l.canary, l.place)
		}
	}
	for _, also := range []leak{{"cookie", "Redis, disk"}, {"address v4", "mails"}} {
		if found[also.place][also.canary] == 0 {
			t.Errorf("the %s is not found in %s", also.canary, also.place)
		}
	}
	for _, quiet := range []leak{{"cookie", "log, dumps"}, {"address v4", "data dir"}, {"user agent", "SMTP"}, {"message", "mails"}} {
		if found[quiet.place][quiet.canary] != 0 {
			t.Errorf("%s is found in %s, where nothing was leaked", quiet.canary, quiet.place)
		}
	}
}

// TestAuditCanTell holds the search to writings that no leak of the audit's
// build uses.
func TestAuditCanTell(t *testing.T) {
	t.Parallel()
	all := auditCanaries([]string{"Zm9ybS10b2tlbi1vZi1hLXRlc3QtMTIzNDU2Nzg5MA"})
	for name, tt := range map[string]struct{ written, want string }{
		"plain":              {"from 127.93.188.41:4711", "address v4"},
		"mapped":             {"[::ffff:127.93.188.41]", "address v4"},
		"hex":                {"7F5DBC29", "address v4"},
		"decimal":            {"2136849449", "address v4"},
		"four bytes":         {"\x7f\x5d\xbc\x29", "address v4"},
		"base64, off by one": {"eDEyNy45My4xODguNDE=", "address v4"},
		"v6 network":         {"2001:db8:5a17:c0de::/64", "address v6, by the proxy"},
		"v6 expanded":        {"2001:0db8:5a17:c0de:091b:7c3d:e2f4:8a65", "address v6, by the proxy"},
		"v6 on a stack":      {"f(0x20010db85a17c0de, 0x91b7c3de2f48a65)", "address v6, by the proxy"},
		"JSON":               {`{"m":"n\u1eadmp\u1ed3\u0111\u1ee9ngngo\u00e0i"}`, "message, Vietnamese"},
		"URL":                {"m=n%E1%BA%ADmp%E1%BB%93%C4%91%E1%BB%A9ngngo%C3%A0i", "message, Vietnamese"},
		"quoted-printable":   {"n=E1=BA=ADmp=E1=BB=93=C4=\r\n=91=E1=BB=A9ngngo=C3=A0i", "message, Vietnamese"},
		"decomposed":         {"nậmpồđứngngoài", "message, Vietnamese"},
		"UTF-16":             {"z\x00q\x007\x00m\x00e\x00s\x00s\x00a\x00g\x00e\x00x\x009\x00", "message"},
		"upper case":         {"ZQ7COOKIEX9", "cookie"},
		"across lines":       {"zq7mess\r\nagex9", "message"},
		"a token's bytes":    {"form-token-of-a-test-1234567890", "form tokens"},
		"nothing":            {"2026-11-23 127.0.0.1:6379 TB-7K3Q-0M9Z", ""},
	} {
		p := place{data: []byte(tt.written)}
		for what, n := range p.hits(all) {
			if (n > 0) != (what == tt.want) {
				t.Errorf("%s: %s: %d hits", name, what, n)
			}
		}
	}
}

// TestAuditBuild holds that the ordinary binary has neither the routes nor the
// leaks that the audit's build has.
func TestAuditBuild(t *testing.T) {
	t.Parallel()
	for path, has := range map[string]bool{boxtest.Binary(t): false, boxtest.Leaky(t): true} {
		program, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{"TIPBOX_AUDIT_LEAKS", "tipbox_audit_total", "auditCrash", "leakyTransport"} {
			if bytes.Contains(program, []byte(mark)) != has {
				t.Errorf("%s in %s: want %v", mark, path, has)
			}
		}
	}
	b := newAuditBox(t, "", false)
	b.program = boxtest.Binary(t)
	b.env = append(b.env, "TIPBOX_AUDIT_LEAKS=log,digest,temp,data,redis,metric,mail")
	d := &auditDay{auditBox: b}
	d.front = d.url
	d.start()
	v := d.villager(sourceV4[0])
	for _, path := range []string{"/audit/panic", "/audit/crash"} {
		d.raw(v.At(path), "GET", 404, nil, "")
	}
	d.raw(v.At("/audit/within/t/ncs01"), "POST", 415, nil, "") // no body: the form, as for any link to it
	d.post(v, http.StatusSeeOther, nil)
	d.mail.Wait(1)
	d.look()
	d.ended()
	d.collect()
	found, _ := auditTable(auditCanaries(d.tokens), d.places())
	d.judge(found)
}
