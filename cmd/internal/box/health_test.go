package box

import (
	"strings"
	"testing"

	"tipbox/intake/admin"
	"tipbox/intake/deliver"
)

// TestFloodIsTold: health says that there is a flood, and that Redis was away, in
// tens, and says nothing where there is none.
func TestFloodIsTold(t *testing.T) {
	flood := mailStatus(deliver.Health{Units: []deliver.UnitHealth{{Unit: "na-co-sa", Waiting: 350, Bulk: 340}}})
	if flood.State != admin.Degraded || !strings.Contains(flood.Detail, "na-co-sa: a flood: 340 tips or more") {
		t.Errorf("%+v", flood)
	}
	if calm := mailStatus(deliver.Health{Units: []deliver.UnitHealth{{Unit: "na-co-sa", Waiting: 30}}}); calm != (admin.Status{}) {
		t.Errorf("%+v", calm)
	}
	for name, c := range map[string]struct {
		why      string
		fellBack int64
		state    admin.State
		says     string
	}{
		"well":          {"", 0, admin.OK, ""},
		"was away":      {"", 20, admin.OK, "since the start this process decided about 20 tips or more without it"},
		"is away":       {"auth", 0, admin.Degraded, "auth; this process keeps the limits meanwhile"},
		"away in usage": {"auth", 10, admin.Degraded, "meanwhile; since the start"},
	} {
		if got := redisStatus(c.why, c.fellBack); got.State != c.state || !strings.Contains(got.Detail, c.says) || c.says == "" && got.Detail != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
