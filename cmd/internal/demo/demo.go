// Package demo is a whole tip box on one machine, to try: keys, posters, server
// and the unit's mailbox.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/setup"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/durable"
	"tipbox/intake/spool"
	"tipbox/qr/poster"
	"tipbox/templates/postertext"
)

// Demo is tipbox demo: what it is given.
type Demo struct {
	Dir     string // where all of it goes: a new directory, or an earlier demo's
	Listen  string // loopback address of the form
	Version string // of this tipbox
}

const (
	// passphrase locks the demo's identity: it stands in a file beside it, so
	// that the way of an officer can be walked without inventing one.
	passphrase = "hoa ban trang no tren nui cao ben suoi" //nolint:gosec // no secret: it stands in a file beside the key
	// password is that of the demo's mail server.
	password = "demo"
)

// sites are places in the commune where such posters really hang.
var sites = []config.FirstSite{
	{Code: "ncs01", Name: "Nhà văn hóa bản Na Cô Sa 1"},
	{Code: "ncs02", Name: "Trạm Y tế xã"},
	{Code: "ncs03", Name: "Chợ phiên Na Cô Sa"},
}

// Run sets everything up, says what to do with it, and runs until Ctrl-C.
func (c *Demo) Run(t *terminal.Terminal) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil || !intake.IsLoopback(host) {
		return terminal.Hint(terminal.Usage(fmt.Errorf("--listen %q is not a loopback address with a port", c.Listen)),
			"the demo's mailbox is unlocked, so the demo is for this machine only; try 127.0.0.1:8081")
	}
	ctx, stop := terminal.UntilSignal()
	defer stop()
	// The port is taken first: posters and mail follow it, and a port that is
	// in use must be told before anything else is.
	listener, err := net.Listen("tcp", c.Listen) //nolint:noctx // at once or never
	if err != nil {
		return terminal.Hint(fmt.Errorf("listening: %w", err), "another program may have the port: try make run LISTEN=127.0.0.1:8081, or tipbox demo --listen 127.0.0.1:8081")
	}
	c.Listen = listener.Addr().String()
	_ = listener.Close()
	if err := c.claim(); err != nil {
		return err
	}
	if err := c.alone(); err != nil {
		return err
	}
	if err := c.setUp(t); err != nil {
		return err
	}

	mailbox, err := startMailbox(ctx, mailboxOptions{
		dir: c.path("mailbox"), caFile: c.path("mailbox-ca.pem"), username: "tip", password: password,
		stored: func(path string) { t.Say("Thư mới / new mail: %s", path) },
	})
	if err != nil {
		return err
	}
	defer mailbox.close() //nolint:errcheck // the process ends
	cfg, err := c.configure(mailbox)
	if err != nil {
		return err
	}
	reader := desk.Reader{Version: c.Version, Output: c.path("doc-tin.html"), Config: c.path("tipbox.toml")}
	if err := reader.Run(&terminal.Terminal{Out: io.Discard, Err: io.Discard}); err != nil {
		return err
	}
	pdf, err := c.posters(ctx, cfg)
	if err != nil {
		return err
	}
	b, err := box.New(t, box.Options{Config: cfg})
	if err != nil {
		return err
	}
	return b.Run(ctx, func(form, _ string) { c.explain(t, cfg, form, pdf) })
}

func (c *Demo) path(parts ...string) string {
	return filepath.Join(append([]string{c.Dir}, parts...)...)
}

// mark is the file by which the demo knows a directory as its own: it writes
// over what is there, which in a real box would be somebody's tips.
const mark = "THU-NGHIEM.txt"

// claim makes the directory the demo's, or refuses it.
func (c *Demo) claim() error {
	if c.Dir == "" {
		return terminal.Usage(errors.New("--dir is empty: expected a directory"))
	}
	if _, err := os.Stat(c.path(mark)); err == nil {
		return nil
	}
	if err := setup.EmptyDir(c.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("making the demo's directory: %w", err)
	}
	return durable.WriteNew(c.path(mark), []byte(`Thư mục này của "tipbox demo": chỉ để thử, không có gì bí mật, xóa lúc nào cũng được.
This directory is of "tipbox demo": only for trying, with no secrets; delete it at any time.
`))
}

// alone refuses a directory in which a demo runs: it works with the files that
// are written here.
func (c *Demo) alone() error {
	s, err := spool.Open(spool.Options{Dir: c.path("data", "spool")})
	if errors.Is(err, spool.ErrLocked) {
		return terminal.Hint(fmt.Errorf("%s: đang chạy thử trong thư mục này rồi / %w", c.Dir, err),
			"dừng lần chạy trước bằng Ctrl-C, hoặc dùng --dir khác", "stop the demo that runs with Ctrl-C, or give another --dir")
	}
	if err != nil {
		return fmt.Errorf("opening the spool: %w", err)
	}
	return s.Close()
}

// setUp makes the directories, and the unit's keys unless an earlier run did.
func (c *Demo) setUp(t *terminal.Terminal) error {
	for _, dir := range []string{"keys", "posters", "mailbox", "secrets"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return fmt.Errorf("making the demo's directory: %w", err)
		}
	}
	if err := durable.Replace(c.path("secrets", "smtp"), []byte(password+"\n"), 0o600); err != nil {
		return err
	}
	identity, recipients := c.path("keys", "na-co-sa.identity"), c.path("keys", "na-co-sa.recipients")
	if _, err := os.Stat(recipients); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t.Say("Đang tạo khóa… / making keys…")
	if err := os.Remove(identity); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a run that was cut short
		return err
	}
	known := c.path("keys", "passphrase.txt")
	if err := durable.Replace(known, []byte(passphrase+"\n"), 0o600); err != nil {
		return err
	}
	recipient, err := desk.MakeIdentity(t, identity, false, known, 0)
	if err != nil {
		return err
	}
	return durable.Replace(recipients, []byte("# demo\n"+recipient+"\n"), 0o600)
}

// configure writes tipbox.toml anew: the mailbox has another port each time.
func (c *Demo) configure(m *mailbox) (*config.Config, error) {
	first := config.First{
		BaseURL: "http://" + c.Listen, Listen: c.Listen, Admin: "127.0.0.1:0", DataDir: "data",
		SMTPHost: m.host, SMTPPort: m.port, SMTPTLS: "starttls", SMTPUser: "tip", From: "hom-thu@na-co-sa.invalid", CAFile: "mailbox-ca.pem",
		UnitID: "na-co-sa", UnitName: "Đồn Biên phòng Na Cô Sa", Mail: "truc-ban@na-co-sa.invalid", Phone: "0215 000 000",
		RecipientsFile: "keys/na-co-sa.recipients", Sites: sites, Replies: true,
	}
	path := c.path("tipbox.toml")
	if err := durable.Replace(path, first.TOML(), 0o600); err != nil {
		return nil, fmt.Errorf("writing the demo's configuration: %w", err)
	}
	return config.Load(path)
}

func (c *Demo) posters(ctx context.Context, cfg *config.Config) (pdf string, err error) {
	texts, err := postertext.Load(cfg.PosterTexts())
	if err != nil {
		return "", err
	}
	printed, err := poster.Write(ctx, c.path("posters"), poster.PDF, slices.Collect(cfg.Directory.Sites()),
		poster.Options{Paper: poster.A4, Texts: texts, Link: cfg.Link, Date: time.Now()})
	if err != nil {
		return "", fmt.Errorf("drawing the posters: %w", err)
	}
	return printed[0].File, nil
}

func (c *Demo) explain(t *terminal.Terminal, cfg *config.Config, form, pdf string) {
	t.Say(`
Hòm thư thử nghiệm đang chạy trên máy này. Nhấn Ctrl-C để dừng.
The demo tip box runs on this machine. Ctrl-C ends it.

 1. Áp phích / the posters:                %s
 2. Mở trang và gửi một tin / send a tip:  %s/t/%s
 3. Đọc tin vừa gửi / read it, in another terminal:

      %s open -i %s \
        --passphrase-file %s %s

    Hoặc bấm đúp / or double-click %s, kéo thư vào / drop the mail,
    chọn tệp khóa ở trên / choose the identity above, mật khẩu / passphrase: %s
`, pdf, form, sites[0].Code, os.Args[0], c.path("keys", "na-co-sa.identity"), c.path("keys", "passphrase.txt"), c.path("mailbox"),
		c.path("doc-tin.html"), passphrase)
}
