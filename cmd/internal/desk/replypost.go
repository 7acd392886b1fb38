package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
)

// What the box says of a reply.
var (
	errPassRefused = errors.New("mã trả lời sai hoặc hết hạn: lấy mã ở thư mới nhất / the reply pass is wrong or too old: take it from a new mail")
	errEight       = errors.New("người gửi tin còn 8 câu trả lời chưa xóa / eight replies wait there already")
	errNoRoomThere = errors.New("kho trả lời đã đầy: gửi lại sau / no room for replies: try again later")
	errMalformed   = errors.New("hòm thư không nhận tệp này / the box does not take it")
	errNotReached  = errors.New("chưa tới được hòm thư: gửi lại sau / the box cannot be reached: try again later")
)

const postTime = time.Minute

// postOne posts a reply. The same bytes again are fine.
func postOne(ctx context.Context, box *receipt.Outbox, r receipt.Outgoing) error {
	u, err := url.Parse(box.BaseURL)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !intake.IsLoopback(u.Hostname())) {
		return fmt.Errorf("%w: expected https://", errMalformed)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"pass": box.Pass, "lookup": r.Lookup} {
		if err := form.WriteField(name, value); err != nil {
			return fmt.Errorf("writing the form: %w", err)
		}
	}
	part, err := form.CreateFormFile("sealed", "tra-loi.age")
	if err == nil {
		_, err = part.Write(r.Sealed)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String()+"/o", &body)
	if err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	answer, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotReached, err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20))
	switch answer.StatusCode {
	case http.StatusNoContent:
		return nil
	case http.StatusForbidden:
		return errPassRefused
	case http.StatusConflict:
		return errEight
	case http.StatusInsufficientStorage:
		return errNoRoomThere
	case http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return errMalformed
	}
	return fmt.Errorf("%w: HTTP %d", errNotReached, answer.StatusCode)
}
