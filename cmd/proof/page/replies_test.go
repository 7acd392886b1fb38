package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
)

// TestReplies is a conversation with a sender nobody knows, in Chromium, and with make
// engines in Firefox and WebKit: the tests are in templates/browser/test/talk.
func TestReplies(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	config := boxtest.Init(t, mailServer, "")
	boxtest.Rewrite(t, config, "recipients_file", "replies = true\nrecipients_file")
	box := boxtest.Serve(t, config)
	desk := filepath.Join(t.TempDir(), "doc-tin.html")
	boxtest.Tipbox(t, "reader", "-o", desk, "-c", config)
	identity, passphrase := boxtest.IdentityOf(t, config)

	mails := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Query().Get("n"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var all [][]byte
		for _, m := range mailServer.Wait(n) {
			all = append(all, m.Data)
		}
		_ = json.NewEncoder(w).Encode(all)
	}))
	defer mails.Close()
	playBrowser(t, "test/talk/*.test.mjs", map[string]string{
		"url": box.URL, "mails": mails.URL, "desk": desk, "identity": identity, "passphrase": passphrase,
	})
}
