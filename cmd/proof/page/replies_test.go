package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestReplies is a conversation with a sender nobody knows, in Chromium, and with make
// engines in Firefox and WebKit: the tests are in templates/browser/test/talk.
func TestReplies(t *testing.T) {
	t.Parallel()
	mailServer := smtptest.Start(t, smtptest.Options{Username: "tip", Password: "mat-khau"})
	addr := boxtest.FreeAddr(t)
	config := boxtest.Init(t, mailServer, "", "--base-url", "http://"+addr, "--listen", addr)
	board := filepath.Join(filepath.Dir(config), "board")
	if err := os.Mkdir(board, 0o700); err != nil {
		t.Fatal(err)
	}
	boxtest.Rewrite(t, config, "recipients_file", "board_dir = \"board\"\nreplies = true\nrecipients_file")
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
		"url": box.URL, "mails": mails.URL, "desk": desk, "identity": identity, "passphrase": passphrase, "board": board,
	})
	onBoard(t, box, config, board)
}

// onBoard goes the rest of an answer's way for whoever knows nothing but a tag: what the
// desk has saved, put where it belongs, is on the unit's page after a reload, and check
// has nothing against it. The command makes the same of the desk's book.
func onBoard(t *testing.T, box *boxtest.Server, config, board string) {
	t.Helper()
	notice, err := os.ReadFile(filepath.Join(board, "tra-loi.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^- \*\*([0-9A-Z]{3}-[0-9A-Z]{3})\*\* (.*)$`).FindStringSubmatch(string(notice))
	if row == nil {
		t.Fatalf("no answer in it:\n%s", notice)
	}
	identity, passphrase := boxtest.IdentityOf(t, config)
	book := filepath.Join(t.TempDir(), "so-tin.age")
	if err := os.Rename(filepath.Join(board, "so-tin.age"), book); err != nil {
		t.Fatal(err)
	}
	if said := boxtest.Tipbox(t, "book", "board", "-i", identity, "--passphrase-file", passphrase, book); said != string(notice) {
		t.Errorf("the command makes another notice of the desk's book:\n%s\nthe desk\n%s", said, notice)
	}
	villager := boxtest.NewVillager(t, box.URL+"/b/na-co-sa")
	page := func() *boxtest.Answer {
		t.Helper()
		a, err := villager.Do(t.Context(), http.MethodGet, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := page(); a.Status != http.StatusNotFound {
		t.Errorf("before the reload: %d", a.Status)
	}
	box.Signal(syscall.SIGHUP)
	want := "<li><strong>" + row[1] + "</strong> " + row[2] + "</li>"
	waittest.Until(t, "the answer on the board", func() bool { return strings.Contains(page().Body, want) })
	if err := os.Rename(identity, book+".khoa"); err != nil { // no server's business
		t.Fatal(err)
	}
	if out, err := waittest.Command(t, boxtest.Binary(t), "check", "-c", config).CombinedOutput(); err != nil {
		t.Errorf("tipbox check: %v\n%s", err, out)
	}
}
