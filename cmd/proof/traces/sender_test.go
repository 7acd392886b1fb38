package traces

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// What senders leave, each in words that stand nowhere else.
var (
	// The senders' addresses: loopback is a large network, and a connection's own
	// end of it can be chosen.
	sourceV4 = []netip.Addr{
		netip.MustParseAddr("127.93.188.41"), netip.MustParseAddr("127.93.188.42"), netip.MustParseAddr("127.151.77.203"),
	}
	sourceV6   = netip.IPv6Loopback()
	sourceNoV6 = netip.MustParseAddr("127.93.188.43")                         // in its place on a machine without IPv6
	proxiedV6  = netip.MustParseAddr("2001:db8:5a17:c0de:91b:7c3d:e2f4:8a65") // as a trusted proxy tells it
	forgedV4   = netip.MustParseAddr("198.51.100.173")
	forgedV6   = netip.MustParseAddr("2001:db8:bad:cafe:6e1d:93b7:25c8:f04a")
	forgedReal = netip.MustParseAddr("203.0.113.94")
)

const (
	markMessage    = "zq7messagex9"
	markVietnamese = "nậmpồđứngngoài"
	markPlace      = "zq7placex9"
	markTime       = "zq7timex9"
	markSNI        = "zq7snix9"
	markRelay      = "zq7relayx9"
)

// sourceOther is the address of a sender who is not like the others.
func sourceOther() netip.Addr {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		return sourceNoV6
	}
	l.Close()
	return sourceV6
}

// everywhere is where a box listens for all of them.
func everywhere(addr string) string {
	host := netip.IPv6Unspecified()
	if sourceOther().Is4() {
		host = netip.IPv4Unspecified()
	}
	_, port, _ := net.SplitHostPort(addr)
	return net.JoinHostPort(host.String(), port)
}

// auditHeaders are what a phone, its browser and its apps say about themselves.
var auditHeaders = map[string]string{
	"User-Agent":       "Mozilla/5.0 (Linux; Android 9; zq7agentx9) Zalo android/12",
	"Accept-Language":  "vi-x-zq7lang9, hmn;q=0.8",
	"Referer":          "https://zalo.me/zq7refererx9",
	"Cookie":           "session=zq7cookiex9",
	"X-Forwarded-For":  forgedV4.String() + ", " + forgedV6.String(),
	"Forwarded":        "for=zq7forwardedx9;by=_zq7forwardedx9",
	"X-Real-IP":        forgedReal.String(),
	"X-Requested-With": "com.zing.zq7appx9",
	"Authorization":    "Basic enE3OnpxN2F1dGh4OQ", // zq7:zq7authx9
	"X-Zq7junkx9":      "zq7valuex9",
	"Accept-Encoding":  "identity, zq7codingx9",
}

// auditCanaries are what is looked for. Tokens of forms are added as they come.
func auditCanaries(tokens []string) []canary {
	all := []canary{
		addressCanary("address v4", append(sourceV4, sourceNoV6)...),
		{name: "address ::1", binary: [][]byte{[]byte("[::1]"), []byte("0:0:0:0:0:0:0:1"), []byte("ip6-loopback"), append(make([]byte, 15), 1)}},
		addressCanary("address v6, by the proxy", proxiedV6),
		addressCanary("X-Forwarded-For, forged", forgedV4, forgedV6),
		addressCanary("X-Real-IP, forged", forgedReal),
		textCanary("Forwarded", "zq7forwardedx9"),
		textCanary("user agent", "zq7agentx9"),
		textCanary("language", "zq7lang9"),
		textCanary("referrer", "zq7refererx9"),
		textCanary("cookie", "zq7cookiex9"),
		textCanary("app, login", "zq7appx9", "zq7authx9"),
		textCanary("junk headers", "zq7junkx9", "zq7valuex9", "zq7codingx9"),
		textCanary("query", "zq7queryx9"),
		textCanary("path, method", "zq7pathx9", "zqmethod"),
		textCanary("TLS server name", markSNI),
		textCanary("message", markMessage),
		textCanary("message, Vietnamese", markVietnamese),
		textCanary("place", markPlace),
		textCanary("time", markTime),
		textCanary("other fields", "zq7fieldx9"),
		textCanary("boundary, part headers", "zq7boundaryx9", "zq7partx9"),
		textCanary("file names", "zq7filex9"),
		textCanary("EXIF owner", "zq7ownerx9"),
		textCanary("EXIF serial", "zq7serialx9"),
		textCanary("EXIF place", "zq7gpsx9"),
		textCanary("mail server's words", markRelay),
	}
	for _, token := range tokens {
		all = append(all, tokenCanary("form tokens", token))
	}
	return all
}

// marked says all that on each request.
type marked struct{ next http.RoundTripper }

func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range auditHeaders {
		if r.Header.Get(name) == "" {
			r.Header.Set(name, value)
		}
	}
	return m.next.RoundTrip(r)
}

// frontName is the box's, for which the web server in front alone answers. It leads to
// this machine, whatever the DNS says.
const frontName = "tip.example.vn"

// auditVillager is someone at an address of their own, with a marked phone.
func auditVillager(t testing.TB, base string, from netip.Addr) *boxtest.Villager {
	name := markSNI + ".example.vn"
	if strings.HasPrefix(base, "https://"+frontName) {
		name = frontName
	}
	line := &http.Transport{
		DialContext:       dialFrom(from),
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, ServerName: name},
		ForceAttemptHTTP2: true,
	}
	t.Cleanup(line.CloseIdleConnections)
	return &boxtest.Villager{URL: base + "/t/ncs01?l=vi&fbclid=zq7queryx9", Line: marked{line}}
}

func dialFrom(from netip.Addr) func(context.Context, string, string) (net.Conn, error) {
	d := &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		switch host, port, _ := net.SplitHostPort(addr); {
		case from.Is6():
			addr = net.JoinHostPort(from.String(), port)
		case host == frontName:
			addr = net.JoinHostPort("127.0.0.1", port)
		}
		return d.DialContext(ctx, network, addr)
	}
}

// auditForm fills a form with marks; changes replace fields, "" leaves one out.
func auditForm(token string, changes ...string) map[string]string {
	fields := map[string]string{
		"token": token, "mailbox": "crime", "delivery": "now", "place": markPlace, "time": markTime,
		"message": markMessage + " " + markVietnamese, "zq7fieldx9": "zq7fieldx9",
	}
	for i := 0; i < len(changes); i += 2 {
		if fields[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(fields, changes[i])
		}
	}
	return fields
}

// auditBody is the form as a browser would send it, with marks in the parts' headers.
func auditBody(t testing.TB, fields map[string]string, photos ...[]byte) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary("zq7boundaryx9"); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for i, photo := range photos {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="photo"; filename="zq7filex9-%d.jpg"`, i)},
			"Content-Type":        {"image/jpeg; x=zq7partx9"},
		})
		if err == nil {
			_, err = part.Write(photo)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// auditPhotos are photographs by a camera that writes down whose it is and where.
func auditPhotos(t testing.TB) [][]byte {
	t.Helper()
	dir := t.TempDir()
	for i := range 2 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.jpg", i)), boxtest.Photograph(t, uint64(i), 640, 480), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := waittest.Command(t, boxtest.Need(t, "exiftool"), "-q", "-overwrite_original",
		"-EXIF:OwnerName=zq7ownerx9", "-EXIF:Artist=zq7ownerx9", "-XMP:Creator=zq7ownerx9", "-IPTC:By-line=zq7ownerx9",
		"-EXIF:SerialNumber=zq7serialx9", "-EXIF:LensSerialNumber=zq7serialx9", "-EXIF:ImageUniqueID=zq7serialx9",
		"-EXIF:GPSLatitude=22.123", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=102.456", "-EXIF:GPSLongitudeRef=E",
		"-EXIF:GPSAreaInformation=zq7gpsx9", "-XMP-photoshop:City=zq7gpsx9", "-Comment=zq7gpsx9", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("exiftool: %v\n%s", err, out)
	}
	var photos [][]byte
	for i := range 2 {
		b, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.jpg", i)))
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{"zq7ownerx9", "zq7serialx9", "zq7gpsx9"} {
			if !strings.Contains(string(b), mark) {
				t.Fatalf("exiftool has not written %s", mark)
			}
		}
		photos = append(photos, b)
	}
	return photos
}

// auditTLS speaks TLS as a marked phone does.
func auditTLS(c net.Conn) net.Conn {
	return tls.Client(c, &tls.Config{InsecureSkipVerify: true, ServerName: markSNI + ".example.vn"})
}
