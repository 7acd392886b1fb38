package metric_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tipbox/intake/metric"
)

// scrape returns the registry's page without its comments.
func scrape(t *testing.T, c prometheus.Collector) string {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	page := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	var lines []string
	for line := range strings.Lines(page.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "; ")
}

// TestDaily holds that no scrape of a day tells that or when a tip came on it.
func TestDaily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // begins at midnight UTC
		c := metric.NewDaily(metric.Options{Name: "tips_total", Help: "Tips.", Labels: []string{"result"}})
		time.Sleep(10 * time.Hour)
		c.Inc("delivered")
		for range 14*60 - 1 {
			if got := scrape(t, c); got != "" {
				t.Fatalf("on the day of the tip the page says %q", got)
			}
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Minute)
		if got, want := scrape(t, c), `tips_total{result="delivered"} 1`; got != want {
			t.Errorf("at midnight: got %q, want %q", got, want)
		}
		time.Sleep(9 * time.Hour)
		c.Inc("delivered")
		c.Inc("deferred")
		if got, want := scrape(t, c), `tips_total{result="delivered"} 1`; got != want {
			t.Errorf("on the second day: got %q, want %q", got, want)
		}
		time.Sleep(48 * time.Hour) // nobody scrapes meanwhile
		c.Inc("delivered")
		if got, want := scrape(t, c), `tips_total{result="deferred"} 1; tips_total{result="delivered"} 2`; got != want {
			t.Errorf("days later: got %q, want %q", got, want)
		}
	})
}

func TestTens(t *testing.T) {
	for n, want := range map[int]string{9: "", 10: `refused_total{limit="site"} 10`, 29: `refused_total{limit="site"} 20`} {
		c := metric.NewTens(metric.Options{Name: "refused_total", Help: "Refusals.", Labels: []string{"limit"}})
		for range n {
			c.Inc("site")
		}
		if got := scrape(t, c); got != want {
			t.Errorf("after %d: got %q, want %q", n, got, want)
		}
	}
}

// TestDays holds that an age steps at midnight only, whenever it began.
func TestDays(t *testing.T) {
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, since := range []time.Duration{-24 * time.Hour, -13 * time.Hour, -time.Second} {
		if got := metric.Days(midnight.Add(since), midnight.Add(-time.Nanosecond)); got != 0 {
			t.Errorf("%v before midnight: %d days on the same day", since, got)
		}
		for _, after := range []time.Duration{0, time.Hour, 24*time.Hour - 1} {
			if got := metric.Days(midnight.Add(since), midnight.Add(after)); got != 1 {
				t.Errorf("from %v to %v: %d days, want 1", since, after, got)
			}
		}
	}
	if got := metric.Days(midnight, midnight.Add(-48*time.Hour)); got != 0 {
		t.Errorf("the future is %d days old", got)
	}
}
