package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
)

// fewAlerts is how many receivers are named one by one where all is well.
const fewAlerts = 5

// checkAlerts says whom urgent tips wake, and by what, and what is wrong with that; it calls nobody.
func checkAlerts(cfg *config.Config) (all []Finding) {
	if len(cfg.Alerts) == 0 {
		all = append(all, Finding{Part: "alerts", Text: "none: an urgent tip is a mail, and wakes nobody"})
	}
	if n := len(cfg.Alerts); n > fewAlerts {
		all = append(all, Finding{Part: "alerts", Text: fmt.Sprintf("urgent tips ring someone for %d receivers of %d units", n, len(cfg.Directory.Units()))})
	}
	for _, a := range cfg.Alerts {
		whom := a.Whom()
		kinds, zalo := make([]string, len(a.Channels)), -1
		for i, c := range a.Channels {
			if kinds[i] = c.Kind; c.Kind == "zalo" {
				zalo = i
			}
		}
		if len(cfg.Alerts) <= fewAlerts {
			all = append(all, Finding{Part: "alerts", Text: whom + ": urgent tips ring " + strings.Join(kinds, ", then ")})
		}
		if !cfg.Directory.Unit(a.Unit).MarkUrgent {
			f := problem("alerts", whom+": mark_urgent is false: whoever is woken does not see which mail it is", "leave mark_urgent out")
			f.Warning = true
			all = append(all, f)
		}
		if zalo >= 0 {
			f := problem("alerts", whom+": Zalo has often scanned the very code: it then knows who sent an urgent tip, account and minute",
				"let another channel ring, or at least ring first: Zalo then hears only of what nobody has answered")
			if f.Warning = true; zalo == len(a.Channels)-1 && zalo > 0 {
				f.Hint = "it rings last, and so only for what nobody has answered; without it Zalo would hear nothing"
			}
			all = append(all, f)
		}
	}
	ringers, err := box.RingersOf(cfg)
	if err != nil {
		return append(all, problem("alerts", err.Error(), "mend the channel's settings"))
	}
	for _, whom := range slices.Sorted(maps.Keys(ringers.By)) {
		for _, c := range ringers.By[whom] {
			if err := c.Ask(context.Background()); err != nil {
				f := tried(whom+": "+c.Kind, err)
				f.Part = "alerts"
				all = append(all, f)
			}
		}
	}
	return all
}

const tokenHint = "put the token alone on the first line of the file that token_file names"
