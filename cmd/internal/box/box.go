// Package box is a tip box that runs: what serve and the demo wire together, and
// the files that a box keeps beside its tips.
package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/box/probe"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/admin"
	"tipbox/intake/deliver"
	"tipbox/intake/deliver/smtp"
	"tipbox/intake/limit"
	"tipbox/intake/pasted"
	"tipbox/intake/photo"
	"tipbox/intake/quiet"
	"tipbox/intake/redis"
	"tipbox/intake/reply"
	"tipbox/intake/server"
	"tipbox/intake/spool"
	"tipbox/intake/tally"
)

// grace is how long running submissions and a running mail may take after the
// service was asked to end: it has ended, goodbyes included, within 10 seconds,
// unless the disk hangs. A call that waits for the disk cannot be ended, not even
// by a kill; whoever kills then loses nothing that was thanked, as in any crash.
const grace = 8 * time.Second

// Options say what a box is made of.
type Options struct {
	Config  *config.Config
	Version string       // of this program; may be ""
	Debug   bool         // log more about our own work; never anything about senders
	Probe   *probe.Probe // nil but where a test spoils the box
	// Page makes the page of the last week's counts that is mailed where counts.mail
	// says so; nil where that week was not counted.
	Page func(ctx context.Context, cfg *config.Config, now time.Time) (*deliver.Page, error)
}

// Box is everything that tipbox serve runs, made of a configuration.
type Box struct {
	cfg     *config.Config // as it was at the start
	log     *slog.Logger
	spool   *spool.Spool
	limits  *limit.Limits
	replies *reply.Replies
	tally   *tally.Tally
	runner  *deliver.Runner
	service *intake.Service
	bodies  *server.Bodies
	form    *server.Server
	admin   *http.Server
	issuer  *issuer // nil where certificates are files, or somebody else's
	current atomic.Pointer[serving]
	calls   *callers
	self    *self
	paged   map[string]bool // weeks and addresses, where the disk could not note it
	page    func(ctx context.Context, cfg *config.Config, now time.Time) (*deliver.Page, error)
}

// garbage is how much of the memory in use may pile up as garbage before it is
// collected, in percent. Little is in use at rest, and at Go's 100 a flood of one
// site had the collector running several times a second: everyone else's slowest
// hundredth waited 1.25 times as long as beside a flood of another process. The
// memory limit still holds where photos come.
const garbage = 400

// OtherMemory is what the service needs besides forms in flight, in bytes: two
// of the largest photos at once (intake/photo's own bound), and itself.
const OtherMemory = 768 << 20

// DiskOwner is the hint where data_dir cannot be written.
const DiskOwner = "data_dir must belong to the user that tipbox serve runs as, on a disk with free space"

// New makes all parts, which touches the disk but not yet the network. The log
// goes to t's stderr.
func New(t *terminal.Terminal, o Options) (b *Box, err error) {
	cfg, log := o.Config, newLog(t, o.Debug)
	if o.Probe == nil {
		o.Probe = &probe.Probe{
			Handler:   func(h http.Handler, _ prometheus.Registerer, _ *slog.Logger) http.Handler { return h },
			Transport: func(t deliver.Transport) deliver.Transport { return t },
		}
	}
	b = &Box{cfg: cfg, log: log, page: o.Page, paged: make(map[string]bool)}
	b.self = newSelf(cfg, o.Version, func() *config.Config { return b.current.Load().cfg }, func() string { return b.issuer.trouble() })
	made := b // a return of nil and an error sets b
	defer func() {
		if err != nil {
			made.close()
		}
	}()
	debug.SetMemoryLimit(cfg.HTTP.BodyMemory + OtherMemory)
	debug.SetGCPercent(garbage)
	registry := prometheus.NewRegistry()
	b.spool, err = spool.Open(spool.Options{
		Dir: filepath.Join(cfg.DataDir, "spool"), Floor: cfg.Spool.MinFree, KeepSent: cfg.Spool.KeepSent, Mirror: cfg.Spool.Mirror, Log: log,
	})
	switch {
	case errors.Is(err, spool.ErrLocked):
		return nil, terminal.Hint(fmt.Errorf("opening the spool: %w", err),
			"another tipbox serves "+cfg.DataDir+": stop that one first (systemctl stop tipbox), or give this one a data_dir of its own")
	case errors.Is(err, fs.ErrPermission):
		return nil, terminal.Hint(fmt.Errorf("opening the spool: %w", err), DiskOwner)
	case errors.Is(err, syscall.EROFS):
		return nil, terminal.Hint(fmt.Errorf("opening the spool: %w", err),
			"tipbox.service lets it write into /var/lib/tipbox alone: make that data_dir, or allow another with ReadWritePaths= (systemctl edit tipbox); a container wants a volume there")
	case err != nil:
		return nil, fmt.Errorf("opening the spool: %w", err)
	}
	secrets, err := LoadSecrets(cfg.SecretFile)
	if err != nil {
		return nil, err
	}
	key, err := intake.NewFormKey(secrets...)
	if err != nil {
		return nil, err
	}
	if b.limits, err = newLimits(cfg, secrets, log, registry); err != nil {
		return nil, err
	}
	if b.replies, err = newReplies(cfg, secrets, log); err != nil {
		return nil, err
	}
	if b.tally, err = newTally(cfg, log); err != nil {
		return nil, err
	}
	b.spool.Watch(b.limits)
	if b.calls, err = b.newCallers(secrets, registry); err != nil {
		return nil, err
	}
	registry.MustRegister(b.self)
	transport, err := Transport(cfg)
	if err != nil {
		return nil, err
	}
	b.runner = deliver.New(deliver.Options{
		Spool: b.spool, Transport: o.Probe.Transport(transport), Directory: cfg.Directory, Log: log, Registerer: registry,
		Grace: grace, Urgent: b.calls.bells.Ring,
		Pass: b.replies.Pass, Tally: b.tally,
	})
	b.service = intake.NewService(intake.Options{
		Key: key, Limits: b.limits, Forms: b.limits, Photos: photo.New(photo.Options{}), Spool: b.spool,
	})
	b.bodies = server.NewBodies(server.BodyOptions{Budget: server.NewBudget(cfg.HTTP.BodyMemory, 0)})
	now, err := b.serving(cfg)
	if err != nil {
		return nil, err
	}
	b.current.Store(now)
	b.calls.bells.Use(now.ringers.Receivers)
	form := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.current.Load().form.ServeHTTP(w, r) })
	options := server.Options{Handler: o.Probe.Handler(form, registry, log), Log: log, Registerer: registry}
	switch {
	case cfg.HTTP.ACMEEmail != "":
		b.issuer = newIssuer(cfg)
		options.TLS = b.issuer.tls()
	case cfg.HTTP.TLSCert != "":
		if options.TLS, err = LoadTLS(cfg.HTTP); err != nil {
			return nil, err
		}
	}
	b.form = server.New(options)
	if b.admin, err = admin.New(admin.Options{Parts: b.parts(), Registry: registry}); err != nil {
		return nil, err
	}
	return b, nil
}

func newLimits(cfg *config.Config, secrets [][]byte, log *slog.Logger, r prometheus.Registerer) (*limit.Limits, error) {
	rule := func(l config.Limit) limit.Rule { return limit.Rule(l) }
	o := limit.Options{
		Rules:  limit.Rules{Sender: rule(cfg.Limits.Sender), Site: rule(cfg.Limits.Site), All: rule(cfg.Limits.All)},
		Secret: secrets[0], OldSecrets: secrets[1:], Log: log, Registerer: r,
		BulkMax: int64(min(cfg.Spool.BulkMax, math.MaxInt64)),
		Free: func() int64 {
			free, err := spool.Free(cfg.DataDir)
			if err != nil {
				return 0 // what cannot be asked is not filled by a flood
			}
			return int64(min(free, math.MaxInt64))
		},
	}
	if cfg.Redis != nil {
		password, err := pasted.Password(cfg.Redis.PasswordFile)
		if err != nil {
			return nil, terminal.Hint(fmt.Errorf("reading the Redis password: %w", err), cmp.Or(config.MayRead(err), "mend redis.password_file"))
		}
		o.Redis = &redis.Server{URL: cfg.Redis.URL, Password: password, CAFile: cfg.Redis.CAFile}
	}
	return limit.New(o)
}

// Transport returns the way to the mail server.
func Transport(cfg *config.Config) (*smtp.Transport, error) {
	o := smtp.Options{
		Host: cfg.SMTP.Host, Port: cfg.SMTP.Port, TLS: cfg.SMTP.TLS, Username: cfg.SMTP.Username,
		CAFile: cfg.SMTP.CAFile, From: cfg.SMTP.From, Bounces: cfg.SMTP.Bounces,
	}
	if file := cfg.SMTP.PasswordFile; file != "" {
		o.Password = func() (string, error) { return pasted.Password(file) }
	}
	return smtp.New(o)
}

// Run serves until ctx ends, and then until what is running is done, within
// grace. It calls ready with the two addresses once both listen.
func (b *Box) Run(ctx context.Context, ready func(form, admin string)) error {
	defer b.close()
	form, err := listenForm(b.cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	defer form.Close()
	adminListener, adminURL, err := b.listenAdmin(ctx)
	if err != nil {
		return err
	}
	b.noteServed()
	failed := make(chan error, 2)
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.form.Serve(form); err != nil {
			failed <- fmt.Errorf("serving the form: %w", err)
		}
	})
	if adminListener != nil {
		running.Go(func() {
			if err := b.admin.Serve(adminListener); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serving health: %w", err)
			}
		})
	}
	if b.cfg.HTTP.Plain != "" {
		plain, err := net.Listen("tcp", b.cfg.HTTP.Plain) //nolint:noctx // at once or never
		if err != nil {
			return terminal.Hint(fmt.Errorf("listening: %w", err), listenHint(err, "http.plain"))
		}
		redirect := toHTTPS(b.cfg.BaseURL.String())
		defer redirect.Close()                    //nolint:errcheck // it is the end
		go func() { _ = redirect.Serve(plain) }() // until it is closed
	}
	runnerCtx, stopRunner := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRunner()
	running.Go(func() { b.runner.Run(runnerCtx) })
	running.Go(func() { quiet.Forget(runnerCtx) })
	running.Go(func() { b.replies.Run(runnerCtx) })
	running.Go(func() { b.tally.Run(runnerCtx) })
	running.Go(func() { b.mailPages(runnerCtx) })
	if b.issuer != nil {
		go b.issuer.keepAsking(runnerCtx) // an authority may keep it waiting longer than the end may take
	}
	running.Go(func() { b.self.run(runnerCtx) })
	b.calls.run(runnerCtx, &running)

	scheme := "http://"
	if b.cfg.HTTP.TLS() {
		scheme = "https://"
	}
	ready(scheme+form.Addr().String(), adminURL)
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	// Both at once, so that one grace is enough: what a submission still spools
	// on its way out is mailed at the next start.
	stopRunner()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if shutdownErr := b.form.Shutdown(last); shutdownErr != nil {
		_ = b.form.Close()
	}
	_ = b.admin.Close()
	running.Wait()
	return err
}

// close gives back what New took.
func (b *Box) close() {
	if b.limits != nil {
		_ = b.limits.Close()
	}
	if b.replies != nil {
		ctx, cancel := context.WithTimeout(context.Background(), grace/2)
		defer cancel()
		_ = b.replies.Close(ctx) // deletions that it could not carry out are lost: the sender's code deletes again
	}
	if b.tally != nil {
		_ = b.tally.Close()
	}
	if b.spool != nil {
		if err := b.spool.Close(); err != nil {
			b.log.Error("closing the spool failed")
		}
	}
}
