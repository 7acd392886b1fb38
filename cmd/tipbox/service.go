//go:build !desk

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/admin"
	"tipbox/intake/deliver"
	"tipbox/intake/limit"
	"tipbox/intake/photo"
	"tipbox/intake/redis"
	line "tipbox/intake/server"
	"tipbox/intake/spool"
	"tipbox/intake/web"
	"tipbox/templates"
)

// grace is how long running submissions and a running mail may take after the
// service was asked to end: it has ended, goodbyes included, within 10 seconds,
// unless the disk hangs. A call that waits for the disk cannot be ended, not even
// by a kill; whoever kills then loses nothing that was thanked, as in any crash.
const grace = 8 * time.Second

// service is everything that tipbox serve runs, made of a configuration.
type service struct {
	cfg    *config.Config
	log    *slog.Logger
	spool  *spool.Spool
	limits *limit.Limits
	runner *deliver.Runner
	form   *line.Server
	admin  *http.Server
	sum    []byte // startSum
}

// otherMemory is what the service needs besides forms in flight, in bytes: two
// of the largest photos at once (intake/photo's own bound), and itself.
const otherMemory = 768 << 20

// newService makes all parts, which touches the disk but not yet the network.
func newService(cfg *config.Config, log *slog.Logger) (s *service, err error) {
	s = &service{cfg: cfg, log: log, sum: startSum(cfg)}
	made := s // a return of nil and an error sets s
	defer func() {
		if err != nil {
			made.close()
		}
	}()
	debug.SetMemoryLimit(cfg.HTTP.BodyMemory + otherMemory)
	registry := prometheus.NewRegistry()
	s.spool, err = spool.Open(spool.Options{
		Dir: filepath.Join(cfg.DataDir, "spool"), Floor: cfg.Spool.MinFree, Log: log,
	})
	switch {
	case errors.Is(err, spool.ErrLocked):
		return nil, hint(fmt.Errorf("opening the spool: %w", err),
			"another tipbox serves "+cfg.DataDir+": stop that one first (systemctl stop tipbox), or give this one a data_dir of its own")
	case errors.Is(err, fs.ErrPermission):
		return nil, hint(fmt.Errorf("opening the spool: %w", err), diskOwner)
	case err != nil:
		return nil, fmt.Errorf("opening the spool: %w", err)
	}
	// Only now, with the spool locked: of two servers started on one directory
	// the second must not make another secret.
	secret, err := loadSecret(cfg.SecretFile)
	if err != nil {
		return nil, err
	}
	key, err := intake.NewFormKey(secret)
	if err != nil {
		return nil, err
	}
	if s.limits, err = newLimits(cfg, secret, log, registry); err != nil {
		return nil, err
	}
	transport, err := newTransport(cfg)
	if err != nil {
		return nil, err
	}
	s.runner = deliver.New(deliver.Options{
		Spool: s.spool, Transport: s.auditTransport(transport), Directory: cfg.Directory, Log: log, Registerer: registry,
		Grace: grace,
	})
	pages, err := templates.Load(templates.Options{Languages: cfg.Languages, LocaleDir: cfg.LocaleDir})
	if err != nil {
		return nil, usage(err)
	}
	intakeService := intake.NewService(intake.Options{
		Key: key, Limits: s.limits, Forms: s.limits, Photos: photo.New(photo.Options{}), Spool: s.spool,
	})
	handler, err := web.New(web.Options{
		Service: intakeService, Directory: cfg.Directory, Pages: pages, BaseURL: cfg.BaseURL,
		TrustedProxies: cfg.HTTP.TrustedProxies, Log: log,
		Bodies: line.NewBodies(line.BodyOptions{Budget: line.NewBudget(cfg.HTTP.BodyMemory, 0)}),
	})
	if err != nil {
		return nil, err
	}
	options := line.Options{Handler: s.auditHandler(handler, registry), Log: log}
	if cfg.HTTP.TLSCert != "" {
		if options.TLS, err = loadTLS(cfg.HTTP); err != nil {
			return nil, err
		}
	}
	s.form = line.New(options)
	if s.admin, err = admin.New(admin.Options{Parts: s.parts(), Registry: registry}); err != nil {
		return nil, err
	}
	return s, nil
}

func newLimits(cfg *config.Config, secret []byte, log *slog.Logger, r prometheus.Registerer) (*limit.Limits, error) {
	rule := func(l config.Limit) limit.Rule { return limit.Rule(l) }
	o := limit.Options{
		Rules:  limit.Rules{Sender: rule(cfg.Limits.Sender), Site: rule(cfg.Limits.Site), All: rule(cfg.Limits.All)},
		Secret: secret, Log: log, Registerer: r,
	}
	if cfg.Redis != nil {
		password, err := firstLine(cfg.Redis.PasswordFile)
		if err != nil {
			return nil, hint(fmt.Errorf("reading the Redis password: %w", err), cmp.Or(mayRead(err), "mend redis.password_file"))
		}
		o.Redis = &redis.Server{URL: cfg.Redis.URL, Password: password}
	}
	return limit.New(o)
}

// run serves until ctx ends, and then until what is running is done, within
// grace. It calls ready with the two addresses once both listen.
func (s *service) run(ctx context.Context, ready func(form, admin string)) error {
	defer s.close()
	form, err := net.Listen("tcp", s.cfg.HTTP.Listen) //nolint:noctx // at once or never
	if err != nil {
		return hint(fmt.Errorf("listening: %w", err), listenHint(err, "http.listen"))
	}
	defer form.Close()
	adminListener, adminURL, err := s.listenAdmin(ctx)
	if err != nil {
		return err
	}
	if err := replaceFile(startedFile(s.cfg), s.sum, 0o600); err != nil {
		s.log.Warn("tipbox check cannot be told which configuration is served") // a full disk ends nothing else
	}
	failed := make(chan error, 2)
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.form.Serve(form); err != nil {
			failed <- fmt.Errorf("serving the form: %w", err)
		}
	})
	if adminListener != nil {
		running.Go(func() {
			if err := s.admin.Serve(adminListener); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serving health: %w", err)
			}
		})
	}
	runnerCtx, stopRunner := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRunner()
	running.Go(func() { s.runner.Run(runnerCtx) })

	scheme := "http://"
	if s.cfg.HTTP.TLSCert != "" {
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
	if shutdownErr := s.form.Shutdown(last); shutdownErr != nil {
		_ = s.form.Close()
	}
	_ = s.admin.Close()
	running.Wait()
	return err
}

func (s *service) listenAdmin(ctx context.Context) (net.Listener, string, error) {
	if s.cfg.HTTP.Admin == "" {
		return nil, "", nil
	}
	l, err := admin.Listen(ctx, s.cfg.HTTP.Admin)
	if err != nil {
		return nil, "", hint(fmt.Errorf("listening for health: %w", err), listenHint(err, "http.admin"))
	}
	return l, "http://" + l.Addr().String(), nil
}

// listenHint says why an address may not be had.
func listenHint(err error, key string) string {
	if errors.Is(err, fs.ErrPermission) {
		return "ports below 1024 want CAP_NET_BIND_SERVICE: take its two lines in deploy/tipbox.service, or change " + key
	}
	return "another program may have the port: change " + key
}

// close gives back what newService took.
func (s *service) close() {
	if s.limits != nil {
		_ = s.limits.Close()
	}
	if s.spool != nil {
		if err := s.spool.Close(); err != nil {
			s.log.Error("closing the spool failed")
		}
	}
}

// firstLine returns the first line of a file, "" for no file.
func firstLine(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}
