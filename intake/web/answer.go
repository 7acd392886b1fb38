package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"tipbox/templates"
)

// answer sends a page.
func (a *app) answer(c echo.Context, status int, v templates.View) error {
	page := new(bytes.Buffer)
	if err := a.Pages.Write(page, v); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang())
	if acceptsGzip(c.Request()) {
		h.Set("Content-Encoding", "gzip")
		page = zip(page.Bytes())
	}
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	c.Response().WriteHeader(status)
	_, _ = io.Copy(c.Response(), page) // a dropped line is nobody's fault
	return nil
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) == "gzip" && !strings.HasPrefix(strings.TrimSpace(weight), "q=0") {
			return true
		}
	}
	return false
}

func zip(page []byte) *bytes.Buffer {
	b := new(bytes.Buffer)
	w, _ := gzip.NewWriterLevel(b, 6)
	_, _ = w.Write(page)
	_ = w.Close()
	return b
}
