package check

import (
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
)

// TestLinkHints: what answers in place of the form tells what to mend.
func TestLinkHints(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string][2]string{
		"HTTP/1.1 000 \r\n\r\n":                          {"answers 000, and not with our form", "another program may have the port of http.listen, 127.0.0.1:8080 (ss -ltnp"},
		"HTTP/1.1 502 \r\n\r\n":                          {"answers 502 Bad Gateway, and", "the web server in front answers, and tipbox serve does not"},
		"HTTP/1.1 404 Not Found\r\n\r\n":                 {"answers 404 Not Found, and", "another site or program answers for this name"},
		"HTTP/1.1 200 OK\r\n\r\nhello":                   {"answers 200 OK, and", "must pass everything on unchanged"},
		"HTTP/1.1 301 x\r\nLocation: https://x/\r\n\r\n": {"is redirected to https://x/", "make base_url what people end up at"},
		"220 smtp.example.vn ESMTP\r\n":                  {"malformed HTTP", "what answers there is no web server"},
	} {
		t.Run(answer[:12], func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					_ = c.SetDeadline(time.Now().Add(checkTime))
					_, _ = c.Read(make([]byte, 4096)) // the request fits
					_, _ = io.WriteString(c, answer)
					c.Close()
				}
			}()
			f := checkLink(linked(t, "http://"+l.Addr().String()))[0]
			if !strings.Contains(f.Text, want[0]) || !strings.Contains(f.Hint, want[1]) {
				t.Errorf("%+v", f)
			}
		})
	}
	if f := checkLink(linked(t, "http://nowhere.invalid"))[0]; !strings.Contains(f.Hint, "nowhere.invalid is not known to the DNS") {
		t.Errorf("%+v", f)
	}
}

func linked(t *testing.T, base string) *config.Config {
	t.Helper()
	u := &intake.Unit{ID: "na-co-sa", Sites: []*intake.Site{{Code: "ncs01"}}}
	d, err := intake.NewDirectory([]*intake.Unit{u})
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Directory: d}
	cfg.HTTP.Listen = "127.0.0.1:8080"
	if cfg.BaseURL, err = url.Parse(base); err != nil {
		t.Fatal(err)
	}
	return cfg
}
