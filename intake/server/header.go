package server

import "bytes"

// Read mends a link that lost the end of a percent-encoded character, or got a
// bare percent sign: net/http would refuse it before any handler sees it. What
// stands there instead of the sign is in no site's code, and forgiven. A request
// that is being read already may hold any bytes, and is left alone.
//
// What b has room for still holds bytes of an earlier request, where net/http takes
// its buffer up again. It is wiped before we wait: for as long as a line says nothing.
func (c *conn) Read(b []byte) (int, error) {
	clear(b)
	n, err := c.Conn.Read(b)
	if bytes.HasPrefix(b[:n], []byte("GET /")) {
		c.note(func() {
			if c.serving == 0 {
				mendTarget(b[:n])
			}
		})
	}
	return n, err
}

func mendTarget(request []byte) {
	line, _, _ := bytes.Cut(request, []byte("\r\n"))
	hex := func(i int) bool {
		return i < len(line) && bytes.IndexByte([]byte("0123456789abcdefABCDEF"), line[i]) >= 0
	}
	for i, c := range line {
		if c == '%' && (!hex(i+1) || !hex(i+2)) {
			line[i] = '~'
		}
	}
}

// plain are answers that net/http gives by itself, before any handler, in English
// and in a single Write, and what we say instead. Behind a proxy a villager can
// meet the first with a browser full of cookies from the domain above ours.
var plain = map[string]string{
	"431 Request Header Fields Too Large": "Tin chưa gửi được: trình duyệt này gửi kèm quá nhiều dữ liệu.\n" +
		"Xin mở lại đường dẫn ở cửa sổ ẩn danh hoặc bằng trình duyệt khác.\n\n" +
		"Nothing was sent: this browser sends too much along with each page.\n" +
		"Please open the link in a private window or in another browser.\n",
	"400 Bad Request": "Không hiểu đường dẫn này. Xin gõ lại đúng như trên tờ mã, hoặc quét mã.\n\n" +
		"This link was not understood. Please type it as it stands on the poster, or scan the code.\n",
}

// Write says it so that people know what to do. Where we speak TLS ourselves it
// passes here encrypted, and stays as net/http says it.
func (c *conn) Write(b []byte) (int, error) {
	const kind = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
	head, netHTTPSays, found := bytes.Cut(b, []byte(kind))
	weSay := plain[string(netHTTPSays)]
	if !found || weSay == "" || string(head) != "HTTP/1.1 "+string(netHTTPSays) {
		return c.Conn.Write(b)
	}
	if _, err := c.Conn.Write([]byte(string(head) + kind + weSay)); err != nil {
		return 0, err
	}
	return len(b), nil
}
