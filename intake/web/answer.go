package web

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"tipbox/templates"
)

// answer draws a page and sends it.
func (a *app) answer(c echo.Context, status int, v templates.View) error {
	zipped := accepts(c.Request(), "gzip")
	page, err := a.draw(v, zipped)
	if err != nil {
		return err
	}
	if f, ok := v.(*templates.Form); ok {
		c.Response().Header().Set("Content-Security-Policy", a.policyOf(f))
	}
	return a.send(c, status, v.Lang(), page, zipped)
}

// draw returns a page as it goes out.
func (a *app) draw(v templates.View, zipped bool) (*bytes.Buffer, error) {
	if f, ok := v.(*templates.Form); ok && zipped {
		return a.drawGiven(*f)
	}
	page := new(bytes.Buffer)
	if err := a.Pages.Write(page, v); err != nil {
		return nil, err
	}
	if zipped {
		page = zip(page.Bytes(), v.Private())
	}
	return page, nil
}

// drawGiven returns a form that is given back, zipped but for its token and its code:
// compressed with what was typed, the length would tell which of two texts is more
// like them.
func (a *app) drawGiven(f templates.Form) (*bytes.Buffer, error) {
	token, code, rows := escape(f.Token), f.Receipt, f.ReceiptRows
	f.Token = mark()
	gaps := []gap{{mark: f.Token}}
	if code != "" {
		f.Receipt, f.ReceiptRows[0], f.ReceiptRows[1] = receiptMarks()
		gaps = append(gaps, gap{f.Receipt, true}, gap{f.ReceiptRows[0], true}, gap{f.ReceiptRows[1], true})
	}
	var page bytes.Buffer
	if err := a.Pages.Write(&page, &f); err != nil {
		return nil, err
	}
	s, err := (&splicer{level: flate.DefaultCompression}).splice(page.Bytes(), gaps...)
	if err != nil {
		return nil, err
	}
	return s.fill(true, token, code, rows[0], rows[1]), nil
}

// send sends a page that was drawn.
func (a *app) send(c echo.Context, status int, lang string, page *bytes.Buffer, zipped bool) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	c.Response().WriteHeader(status)
	_, _ = io.Copy(c.Response(), page) // a dropped line is nobody's fault
	return nil
}

// accepts reads Accept-Encoding (RFC 9110, section 12.5.3).
func accepts(r *http.Request, wanted string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, weighed := strings.Cut(part, ";")
		if strings.TrimSpace(coding) != wanted {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 32)
		return !weighed || err == nil && q > 0
	}
	return false
}

// Brotli would take four times what gzip does to save 300 of 5,300 bytes.
//
// zippers are compressors that have seen nothing but what everybody may see:
// they remember the last 32 KiB.
var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	return w
}}

func zip(page []byte, private bool) *bytes.Buffer {
	w := zippers.Get().(*gzip.Writer)
	out := new(bytes.Buffer)
	w.Reset(out)
	_, _ = w.Write(page)
	_ = w.Close()
	if !private {
		zippers.Put(w)
	}
	return out
}
