package server

import "bytes"

// A header that is too large never gets to a handler: net/http answers it, in
// English, in a single Write. Behind a proxy a villager can meet it, with a
// browser full of cookies from the domain above ours.
const (
	headerTooLarge = "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
	netHTTPSays    = "431 Request Header Fields Too Large"
	weSay          = "Tin chưa gửi được: trình duyệt này gửi kèm quá nhiều dữ liệu.\n" +
		"Xin mở lại đường dẫn ở cửa sổ ẩn danh hoặc bằng trình duyệt khác.\n\n" +
		"Nothing was sent: this browser sends too much along with each page.\n" +
		"Please open the link in a private window or in another browser.\n"
)

// Write says it so that people know what to do. Where we speak TLS ourselves it
// passes here encrypted, and stays as net/http says it.
func (c *conn) Write(b []byte) (int, error) {
	if !bytes.Equal(b, []byte(headerTooLarge+netHTTPSays)) {
		return c.Conn.Write(b)
	}
	if _, err := c.Conn.Write([]byte(headerTooLarge + weSay)); err != nil {
		return 0, err
	}
	return len(b), nil
}
