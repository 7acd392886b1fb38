package main

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/waittest"
)

// The harness runs the real binary, as an operator would, in a directory of its
// own, and plays the villager at the other end of the line.

// build is one way of building the binary, done once for all tests that use it.
type build struct {
	pkg  string
	once sync.Once
	path string
	err  error
}

var (
	usualBuild = build{pkg: "."}
	auditBuild = build{pkg: "../proof/traces/leaky"} // with the routes and leaks of the audit
)

// get returns the path of the binary, which has the race detector.
func (b *build) get(t testing.TB) string {
	t.Helper()
	b.once.Do(func() {
		dir, err := os.MkdirTemp("", "tipbox-test-")
		if err != nil {
			b.err = err
			return
		}
		b.path = filepath.Join(dir, "tipbox")
		if out, err := waittest.Slow(t, 8*time.Minute, "go", "build", "-race", "-o", b.path, b.pkg).CombinedOutput(); err != nil {
			b.err = fmt.Errorf("building tipbox: %w\n%s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.path
}

func (b *build) remove() {
	if b.path != "" {
		_ = os.RemoveAll(filepath.Dir(b.path))
	}
}

// binary returns the path of tipbox as users have it, but for the race detector.
func binary(t testing.TB) string {
	t.Helper()
	return usualBuild.get(t)
}

// need returns the path of a program that the test cannot do without.
func need(t testing.TB, program string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not on this machine: make deps installs it", program)
	return ""
}

// tipbox runs one command to its end and returns its stdout.
func tipbox(t testing.TB, args ...string) string {
	t.Helper()
	cmd := waittest.Command(t, binary(t), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("tipbox %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return stdout.String()
}

// server is a running tipbox serve.
type server struct {
	t      testing.TB
	url    string // of the form's listener, without a slash at the end
	admin  string // of the admin listener
	cmd    *exec.Cmd
	stderr *output
	exited chan error
}

var listening = regexp.MustCompile(`(?m)^(form|admin) on (http\S+)$`)

// serve starts tipbox serve and returns once it takes tips. It is killed when
// the test ends, if it still runs.
func serve(t testing.TB, config string, args ...string) *server {
	t.Helper()
	return start(t, exec.CommandContext(t.Context(), binary(t), append([]string{"serve", "-c", config}, args...)...))
}

// launch starts a command, which is killed when the test ends, if it still runs.
func launch(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	s := &server{
		t:      t,
		cmd:    cmd,
		stderr: &output{changed: make(chan struct{}, 1)},
		exited: make(chan error, 1),
	}
	s.cmd.Stdout, s.cmd.Stderr = s.stderr, s.stderr
	if s.cmd.Env == nil {
		s.cmd.Env = os.Environ()
	}
	// A box that serves has its standard error to itself: see intake/quiet.
	s.cmd.Env = append(s.cmd.Env, "GORACE=log_path=stdout")
	s.cmd.WaitDelay = 5 * time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.exited <- s.cmd.Wait() }()
	t.Cleanup(s.kill)
	return s
}

// start is serve for any command that ends in tipbox serve.
func start(t testing.TB, cmd *exec.Cmd) *server {
	t.Helper()
	s := launch(t, cmd)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for s.url == "" || s.admin == "" {
		select {
		case <-s.stderr.changed:
			for _, m := range listening.FindAllStringSubmatch(s.stderr.String(), -1) {
				if m[1] == "form" {
					s.url = m[2]
				} else {
					s.admin = m[2]
				}
			}
		case err := <-s.exited:
			t.Fatalf("tipbox serve ended at once: %v\n%s", err, s.stderr)
		case <-ctx.Done():
			t.Fatalf("tipbox serve does not say that it listens\n%s", s.stderr)
		}
	}
	return s
}

// kill ends the server as a power cut does.
func (s *server) kill() {
	if s.cmd.Process.Kill() == nil {
		s.exited <- waittest.For(s.t, s.exited, "the end of a process that was killed")
	}
}

// stop asks the server to end, as systemd does, and returns how it ended.
func (s *server) stop(t testing.TB) error {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := waittest.For(t, s.exited, "the end of tipbox serve after SIGTERM")
	s.exited <- err
	return err
}

// output is what a process has printed so far.
type output struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// villager is someone with a browser without script.
type villager struct {
	client http.Client // it ends: do sees to that
	url    string      // of the form
}

// form is a form filled in.
type form struct {
	fields map[string]string
	photos [][]byte
}

// report fills in a form.
func report(message string, photos ...[]byte) form {
	return form{map[string]string{"mailbox": "report", "message": message}, photos}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// page fetches the form and returns its token and the page.
func (v *villager) page(ctx context.Context) (token, page string, err error) {
	resp, err := v.do(ctx, http.MethodGet, nil, "")
	if err != nil {
		return "", "", err
	}
	m := tokenField.FindStringSubmatch(resp.body)
	if m == nil {
		return "", resp.body, fmt.Errorf("no form token in the page, status %d", resp.status)
	}
	return html.UnescapeString(m[1]), resp.body, nil
}

// answer is a page that came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send posts the form as it stands.
func (v *villager) send(ctx context.Context, f form) (*answer, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range f.fields {
		if err := w.WriteField(name, value); err != nil {
			return nil, err
		}
	}
	for i, photo := range f.photos {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name="photo"; filename="IMG_%04d.jpg"`, i)},
			"Content-Type":        {"image/jpeg"},
		})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(photo); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return v.do(ctx, http.MethodPost, &body, w.FormDataContentType())
}

// write opens the page, fills it in and sends it.
func (v *villager) write(ctx context.Context, f form) (*answer, error) {
	token, _, err := v.page(ctx)
	if err != nil {
		return nil, err
	}
	f.fields["token"] = token
	return v.send(ctx, f)
}

func (v *villager) do(ctx context.Context, method string, body io.Reader, kind string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.url, body)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	client := v.client
	client.Timeout = waittest.Limit
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return &answer{resp.StatusCode, resp.Header, string(b)}, err
}

// photograph makes a picture that no other seed makes.
func photograph(t testing.TB, seed uint64, width, height int) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := 0; y < height; y += 8 {
		for x := 0; x < width; x += 8 {
			c := color.RGBA{uint8(r.Uint32()), uint8(x), uint8(y), 255}
			for dy := range 8 {
				for dx := range 8 {
					img.SetRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
