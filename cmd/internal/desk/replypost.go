//go:build !desk

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

// canPost says that this tipbox speaks to the network.
const canPost = true

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
