package traces

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tipbox/cmd/internal/boxtest"
	"tipbox/crypto/receipt"
	"tipbox/intake"
)

const marksOfOne = 4 // that one sender has alone

// What a sender hears: the first digits of statuses.
const (
	nothing = ""
	taken   = "23" // a page, or the way to one
	refused = "4"
)

// memorySender is one of the box's senders, with marks of their own.
type memorySender struct {
	*boxtest.Villager
	message, place, agent string
	from                  netip.Addr
}

// send has a sender of their own send something, and wants to hear something of it.
func (m *memoryBox) send(how, want string, do func(*memorySender) (*boxtest.Answer, error)) {
	m.t.Helper()
	n := len(m.marks) / marksOfOne
	own := func(what string) string { return fmt.Sprintf("zq7%sof%03dx9", what, n) }
	s := &memorySender{
		message: strings.Repeat("Đêm qua có người lạ "+own("message")+" đi qua bìa rừng.\n", 15), place: "Sau nhà " + own("place"),
		agent: "Mozilla/5.0 (Linux; Android 9; " + own("agent") + ")", from: netip.AddrFrom4([4]byte{127, 93, 188, byte(100 + n)}),
	}
	var from []net.Addr
	s.Villager = auditVillager(m.t, m.base(), s.from)
	s.Line.(marked).next.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialFrom(s.from)(ctx, network, addr)
		if err == nil {
			from = append(from, c.LocalAddr())
		}
		return c, err
	}
	s.Line = withHeader{s.Line, "User-Agent", s.agent}
	answer, err := do(s)
	if want == nothing != (err != nil) || err == nil && !strings.Contains(want, strconv.Itoa(answer.Status/100)) {
		m.t.Fatalf("%s: %v, %v", how, answer, err)
	}
	address := addressCanary(how+": address", s.from)
	address.binary = nil
	if s.from.Is4() { // four bytes turn up by chance: in the forms that netip, net and the kernel have
		low := s.from.As4()
		mapped := binary.LittleEndian.AppendUint32(nil, binary.BigEndian.Uint32(low[:]))
		address.exact = append(address.exact, append(mapped, 0xff, 0xff, 0, 0), append([]byte{0, 0, 0xff, 0xff}, low[:]...))
		for _, a := range from {
			port := uint16(a.(*net.TCPAddr).Port)
			address.exact = append(address.exact,
				slices.Concat([]byte{2, 0}, binary.BigEndian.AppendUint16(nil, port), low[:]),
				slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(port)), low[:]))
		}
	}
	m.marks = append(m.marks, address, textCanary(how+": message", own("message")),
		textCanary(how+": place", own("place")), textCanary(how+": user agent", own("agent")))
}

func (m *memoryBox) form(s *memorySender, changes ...string) map[string]string {
	token, page, err := s.Page(m.t.Context())
	if err != nil {
		m.t.Fatalf("%v\n%s", err, page)
	}
	m.tokens = append(m.tokens, token)
	return auditForm(token, append(changes, "message", s.message, "place", s.place)...)
}

func (m *memoryBox) plain(s *memorySender) (*boxtest.Answer, error) {
	return s.Send(m.t.Context(), boxtest.Form{Fields: m.form(s)})
}

func (m *memoryBox) photo(s *memorySender) (*boxtest.Answer, error) {
	return s.Send(m.t.Context(), boxtest.Form{Fields: m.form(s), Photos: m.photos})
}

func (m *memoryBox) givenBack(s *memorySender) (*boxtest.Answer, error) {
	return s.Send(m.t.Context(), boxtest.Form{Fields: m.form(s, "mailbox", "")})
}

func (m *memoryBox) urlencoded(s *memorySender) (*boxtest.Answer, error) {
	fields := url.Values{}
	for name, value := range m.form(s) {
		fields.Set(name, value)
	}
	return s.Do(m.t.Context(), http.MethodPost, strings.NewReader(fields.Encode()), "application/x-www-form-urlencoded")
}

// ticked is plain, with a code to read the reply by.
func (m *memoryBox) ticked(s *memorySender) (*boxtest.Answer, error) {
	code := m.code("a code that was ticked")
	return s.Send(m.t.Context(), boxtest.Form{Fields: m.form(s, "reply", "yes", "code", string(code))})
}

// reading has the server derive from a code, and look.
func (m *memoryBox) reading(s *memorySender) (*boxtest.Answer, error) {
	rows := m.code("a code that was read by").Rows()
	fields := url.Values{"code": {rows[0] + " " + rows[1]}}
	return s.At("/r").Do(m.t.Context(), http.MethodPost, strings.NewReader(fields.Encode()), "application/x-www-form-urlencoded")
}

// code returns a new code, which is looked for with what hangs on it.
func (m *memoryBox) code(name string) receipt.Code {
	code := receipt.NewCode()
	mine, err := code.Derive("https://tip.example.vn")
	if err != nil {
		m.t.Fatal(err)
	}
	rows := code.Rows()
	m.marks = append(m.marks, textCanary(name, string(code), rows[0]+" "+rows[1], mine.Lookup.String(), mine.Recipient()))
	return code
}

// proxied is plain, as a trusted proxy passes it on.
func (m *memoryBox) proxied(s *memorySender) (*boxtest.Answer, error) {
	s.from = netip.MustParseAddr("127.0.0.1")
	s.Line = withHeader{s.Line, "X-Forwarded-For", proxiedV6.String()}
	fields := m.form(s)
	s.from = proxiedV6
	return s.Send(m.t.Context(), boxtest.Form{Fields: fields})
}

// brokenOff is a line that dies in the middle of a form.
func (m *memoryBox) brokenOff(s *memorySender) (*boxtest.Answer, error) {
	body, kind := auditBody(m.t, m.form(s), m.photos...)
	return s.Do(m.t.Context(), http.MethodPost, io.MultiReader(bytes.NewReader(body[:len(body)-100]), brokenReader{}), kind)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// sealed is a tip as the page's script sends it.
func (m *memoryBox) sealed(s *memorySender) (*boxtest.Answer, error) {
	ctx := m.t.Context()
	blob, err := m.sealer.Seal(&intake.Tip{Unit: "na-co-sa", Site: "ncs01", Mailbox: intake.Report, Lang: "vi", Message: s.message})
	if err != nil {
		return nil, err
	}
	token, _, err := s.Page(ctx)
	if err != nil {
		return nil, err
	}
	send := func(known string) (*boxtest.Answer, error) {
		other := *s.Villager
		other.Line = withHeader{s.Line, "Tipbox-Keys", known}
		return other.Send(ctx, boxtest.Form{Fields: map[string]string{"token": token, "delivery": "now", "to": "unit", "sealed": string(blob)}})
	}
	refused, err := send("old")
	if err != nil {
		return refused, err
	}
	found, err := s.At(refused.Header.Get("Tipbox-Keys")).Do(ctx, http.MethodGet, nil, "")
	if err != nil {
		return found, err
	}
	var page struct{ Keys string }
	if err := json.Unmarshal([]byte(found.Body), &page); err != nil {
		return found, err
	}
	return send(page.Keys)
}
