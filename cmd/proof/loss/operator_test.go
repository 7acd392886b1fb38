package loss

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/deliver/smtp/smtptest"
	"tipbox/intake/waittest"
)

// TestOperatorBesideTheServer works on the spool of a running server: what the
// mail server refused for good is kept and released, what waits is held and
// tried again.
func TestOperatorBesideTheServer(t *testing.T) {
	t.Parallel()
	var reply atomic.Value // to RCPT
	mails := boxtest.MailServer(t, func(e smtptest.Event) smtptest.Answer {
		if r := reply.Load().(string); e.Step == smtptest.Recipient && r != "" {
			return smtptest.Say(r)
		}
		return smtptest.Usual
	})
	reply.Store("")
	officer, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, mails, boxtest.Wide, flags...)
	box := boxtest.Serve(t, config)
	waittest.Until(t, "the mailbox is asked", func() bool { // it would be asked again in an hour
		return slices.ContainsFunc(mails.Commands(), func(c string) bool { return strings.HasPrefix(c, "RCPT") })
	})
	reply.Store("550 5.1.1 no such user")
	v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
	send := func(text string) {
		t.Helper()
		if a, err := v.Write(t.Context(), boxtest.Report(text)); err != nil || !a.Taken() {
			t.Fatalf("%v, answer %+v\n%s", err, a, box.Said)
		}
	}
	only := func(state string) (id string) {
		t.Helper()
		waittest.Until(t, "one tip is "+state, func() bool {
			var states string
			for id, states = range boxtest.Spool(t, config) {
			}
			return states == state
		})
		return id
	}

	send("Bị từ chối.")
	refused := only("held")
	box.Is("mail", "degraded 1 tips held")
	if code, _ := box.Health("/readyz"); code != http.StatusOK {
		t.Errorf("a held tip makes the box unready: %d", code)
	}
	if show := boxtest.Tipbox(t, "spool", "show", "-c", config, refused); !strings.Contains(show, "na-co-sa") || !strings.Contains(show, "held") {
		t.Errorf("show: %s", show)
	}
	reply.Store("")
	boxtest.Tipbox(t, "spool", "release", "-c", config, refused)
	mails.Wait(1)
	waittest.Until(t, "the spool is empty", func() bool { return len(boxtest.Spool(t, config)) == 0 })
	box.Is("mail", "ok")

	reply.Store("451 4.3.0 try again later")
	send("Đang chờ.")
	waiting := only("waiting")
	boxtest.Tipbox(t, "spool", "retry", "-c", config, waiting) // in vain: the mail server still defers it
	boxtest.Tipbox(t, "spool", "hold", "-c", config, waiting)
	box.Is("mail", "degraded 1 tips held")
	reply.Store("")
	boxtest.Tipbox(t, "spool", "retry", "--all", "-c", config) // says nothing to what is held
	send("Đi trước.")
	mails.Wait(2)
	waittest.Until(t, "only the held one is left", func() bool { return len(boxtest.Spool(t, config)) == 1 })
	if got := officer.Read(mails.Mails()); got["Đang chờ."] != nil {
		t.Error("a held tip was mailed")
	}
	boxtest.Tipbox(t, "spool", "release", "-c", config, waiting)
	mails.Wait(3)
	box.Stop()
	officer.Want(mails.Mails(), []string{"Bị từ chối.", "Đang chờ.", "Đi trước."}, 1)
}

// TestSecondServer: a spool has one server, and who starts another is told so.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	_, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, boxtest.MailServer(t, nil), boxtest.Wide, flags...)
	boxtest.Serve(t, config)
	out, err := waittest.Command(t, boxtest.Binary(t), "serve", "-c", config).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "hint: another tipbox serves "+filepath.Dir(config)) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestHealthWithoutMail: with the mail server down the box is ready, takes tips,
// says what is wrong, and its metrics are such as Prometheus reads.
func TestHealthWithoutMail(t *testing.T) {
	t.Parallel()
	mails := boxtest.MailServer(t, nil)
	_, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, mails, boxtest.Wide, flags...)
	mails.Close()
	box := boxtest.Serve(t, config)
	box.Is("mail", "degraded mail server: refused-dial")
	v := boxtest.NewVillager(t, box.URL+"/t/ncs01")
	for range 12 {
		if a, err := v.Write(t.Context(), boxtest.Report("Máy chủ thư nghỉ.")); err != nil || !a.Taken() {
			t.Fatalf("%v, answer %+v\n%s", err, a, box.Said)
		}
	}
	if code, parts := box.Health("/readyz"); code != http.StatusOK {
		t.Errorf("readyz: %d, %v", code, parts)
	}
	resp, err := waittest.Client(nil).Get(box.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"tipbox_spool_waiting":         10, // of 12: in tens, so that a lone tip does not show
		"tipbox_spool_held":            0,
		"tipbox_spool_damaged":         0,
		"tipbox_spool_oldest_due_days": 0,
	} {
		if f := families[name]; f == nil || f.GetMetric()[0].GetGauge().GetValue() != want {
			t.Errorf("%s: %v, want %v", name, f, want)
		}
	}
	for _, m := range families["tipbox_part_state"].GetMetric() {
		part, state := m.GetLabel()[0].GetValue(), m.GetGauge().GetValue()
		if want := map[string]float64{"mail": 1}[part]; state != want {
			t.Errorf("state of %s: %v, want %v", part, state, want)
		}
	}
	for name := range families {
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			t.Errorf("metrics show %s, which moves with each tip", name)
		}
	}
}
