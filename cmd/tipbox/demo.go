//go:build !desk

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/config"
	"tipbox/crypto/keys"
	"tipbox/intake/spool"
	"tipbox/qr/poster"
	"tipbox/templates/browser"
	"tipbox/templates/postertext"
)

type demoCmd struct {
	dir    string
	listen string
}

func newDemoCommand(t *terminal) *cobra.Command {
	var c demoCmd
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try everything on this machine: keys, posters, form, mailbox",
		Long: `Everything on this machine: keys, three sites, posters, form, mailbox. It says
where to send a tip and how to open it, and runs until Ctrl-C.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return c.run(t) },
	}
	f := cmd.Flags()
	f.StringVar(&c.dir, "dir", "tipbox-demo", "put everything into this `DIR`: a new one, or an earlier demo's")
	f.StringVar(&c.listen, "listen", "127.0.0.1:8080", "loopback `ADDRESS` of the form")
	return cmd
}

const (
	// demoPassphrase locks the demo's identity: it stands in a file beside it, so
	// that the way of an officer can be walked without inventing one.
	demoPassphrase = "mat khau thu nghiem" //nolint:gosec // no secret: it stands in a file beside the key
	// demoPassword is that of the demo's mail server.
	demoPassword = "demo"
)

// demoSites are places in the commune where such posters really hang.
var demoSites = []initSite{
	{"ncs01", "Nhà văn hóa bản Na Cô Sa 1"},
	{"ncs02", "Trạm Y tế xã"},
	{"ncs03", "Chợ phiên Na Cô Sa"},
}

func (c *demoCmd) run(t *terminal) error {
	host, _, err := net.SplitHostPort(c.listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return hint(usage(fmt.Errorf("--listen %q is not a loopback address with a port", c.listen)),
			"the demo's mailbox is unlocked, so the demo is for this machine only; try 127.0.0.1:8081")
	}
	ctx, stop := untilSignal()
	defer stop()
	// The port is taken first: posters and mail follow it, and a port that is
	// in use must be told before anything else is.
	listener, err := net.Listen("tcp", c.listen) //nolint:noctx // at once or never
	if err != nil {
		return hint(fmt.Errorf("listening: %w", err), "another program may have the port: try make run LISTEN=127.0.0.1:8081, or tipbox demo --listen 127.0.0.1:8081")
	}
	c.listen = listener.Addr().String()
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
		dir: c.path("mailbox"), caFile: c.path("mailbox-ca.pem"), username: "tip", password: demoPassword,
		stored: func(path string) { t.say("Thư mới / new mail: %s", path) },
	})
	if err != nil {
		return err
	}
	defer mailbox.close() //nolint:errcheck // the process ends
	cfg, err := c.configure(mailbox)
	if err != nil {
		return err
	}
	if err := replaceFile(c.path("doc-tin.html"), browser.Reader(version), 0o644); err != nil {
		return fmt.Errorf("writing the offline reader: %w", err)
	}
	pdf, err := c.posters(ctx, cfg)
	if err != nil {
		return err
	}
	s, err := newService(cfg, newLog(t, false))
	if err != nil {
		return err
	}
	return s.run(ctx, func(form, _ string) { c.explain(t, cfg, form, pdf) })
}

func (c *demoCmd) path(parts ...string) string {
	return filepath.Join(append([]string{c.dir}, parts...)...)
}

// demoMark is the file by which the demo knows a directory as its own: it writes
// over what is there, which in a real box would be somebody's tips.
const demoMark = "THU-NGHIEM.txt"

// claim makes the directory the demo's, or refuses it.
func (c *demoCmd) claim() error {
	if c.dir == "" {
		return usage(errors.New("--dir is empty: expected a directory"))
	}
	if _, err := os.Stat(c.path(demoMark)); err == nil {
		return nil
	}
	if err := emptyDir(c.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("making the demo's directory: %w", err)
	}
	return writeSynced(c.path(demoMark), []byte(`Thư mục này của "tipbox demo": chỉ để thử, không có gì bí mật, xóa lúc nào cũng được.
This directory is of "tipbox demo": only for trying, with no secrets; delete it at any time.
`))
}

// alone refuses a directory in which a demo runs: it works with the files that
// are written here.
func (c *demoCmd) alone() error {
	s, err := spool.Open(spool.Options{Dir: c.path("data", "spool")})
	if errors.Is(err, spool.ErrLocked) {
		return hint(fmt.Errorf("%s: đang chạy thử trong thư mục này rồi / %w", c.dir, err),
			"dừng lần chạy trước bằng Ctrl-C, hoặc dùng --dir khác", "stop the demo that runs with Ctrl-C, or give another --dir")
	}
	if err != nil {
		return fmt.Errorf("opening the spool: %w", err)
	}
	return s.Close()
}

// setUp makes the directories, and the unit's keys unless an earlier run did.
func (c *demoCmd) setUp(t *terminal) error {
	for _, dir := range []string{"keys", "posters", "mailbox", "secrets"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return fmt.Errorf("making the demo's directory: %w", err)
		}
	}
	if err := writeSynced(c.path("secrets", "smtp"), []byte(demoPassword+"\n")); err != nil {
		return err
	}
	identity, recipients := c.path("keys", "na-co-sa.identity"), c.path("keys", "na-co-sa.recipients")
	if _, err := os.Stat(recipients); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t.say("Đang tạo khóa… / making keys…")
	if err := os.Remove(identity); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a run that was cut short
		return err
	}
	id, err := keys.Generate(keys.PostQuantum)
	if err != nil {
		return err
	}
	locked, err := id.Lock(demoPassphrase, keys.WorkFactor)
	if err != nil {
		return fmt.Errorf("locking the identity: %w", err)
	}
	if err := keys.WriteNew(identity, locked); err != nil {
		return fmt.Errorf("writing the identity: %w", err)
	}
	if err := writeSynced(c.path("keys", "passphrase.txt"), []byte(demoPassphrase+"\n")); err != nil {
		return err
	}
	return writeSynced(recipients, []byte("# demo\n"+id.Recipient().String()+"\n"))
}

// configure writes tipbox.toml anew: the mailbox has another port each time.
func (c *demoCmd) configure(m *mailbox) (*config.Config, error) {
	f := initFile{
		initCmd: initCmd{
			baseURL: "http://" + c.listen, listen: c.listen, dataDir: "data", unitID: "na-co-sa",
			unitName: "Đồn Biên phòng Na Cô Sa", mail: "truc-ban@na-co-sa.invalid", phone: "0215 000 000",
			smtpHost: m.host, smtpPort: m.port, smtpTLS: "starttls", smtpUser: "tip", from: "hom-thu@na-co-sa.invalid",
		},
		caFile: "mailbox-ca.pem", admin: "127.0.0.1:0", recipientsFile: "keys/na-co-sa.recipients", sites: demoSites,
	}
	path := c.path("tipbox.toml")
	if err := writeSynced(path, f.toml()); err != nil {
		return nil, fmt.Errorf("writing the demo's configuration: %w", err)
	}
	return loadConfig(path)
}

func (c *demoCmd) posters(ctx context.Context, cfg *config.Config) (pdf string, err error) {
	texts, err := postertext.Load(posterTexts(cfg))
	if err != nil {
		return "", err
	}
	files, err := poster.Write(ctx, c.path("posters"), poster.PDF, slices.Collect(cfg.Directory.Sites()),
		poster.Options{Paper: poster.A4, Texts: texts, Link: cfg.Link, Date: time.Now()})
	if err != nil {
		return "", fmt.Errorf("drawing the posters: %w", err)
	}
	return files[0], nil
}

func (c *demoCmd) explain(t *terminal, cfg *config.Config, form, pdf string) {
	t.say(`
Hòm thư thử nghiệm đang chạy trên máy này. Nhấn Ctrl-C để dừng.
The demo tip box runs on this machine. Ctrl-C ends it.

 1. Áp phích / the posters:                %s
 2. Mở trang và gửi một tin / send a tip:  %s/t/%s
 3. Đọc tin vừa gửi / read it, in another terminal:

      %s open -i %s \
        --passphrase-file %s %s

    Hoặc bấm đúp / or double-click %s, kéo thư vào / drop the mail,
    chọn tệp khóa ở trên / choose the identity above, mật khẩu / passphrase: %s
`, pdf, form, demoSites[0].code, os.Args[0], c.path("keys", "na-co-sa.identity"), c.path("keys", "passphrase.txt"), c.path("mailbox"),
		c.path("doc-tin.html"), demoPassphrase)
}
