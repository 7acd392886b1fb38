package check

import (
	"cmp"
	"fmt"
	"strings"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/pasted"
)

// checkAlerts says whom urgent tips wake, and by what; it calls nobody.
func checkAlerts(cfg *config.Config) (all []Finding) {
	if len(cfg.Alerts) == 0 {
		all = append(all, Finding{Part: "alerts", Text: "none: an urgent tip is a mail, and wakes nobody"})
	}
	for _, a := range cfg.Alerts {
		whom := receiver(a.Unit, a.Audience)
		kinds, zalo := make([]string, len(a.Channels)), -1
		for i, c := range a.Channels {
			if kinds[i] = c.Kind; c.Kind == "zalo" {
				zalo = i
			}
		}
		all = append(all, Finding{Part: "alerts", Text: whom + ": urgent tips ring " + strings.Join(kinds, ", then ")})
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
	for _, file := range cfg.TokenFiles() {
		if _, err := pasted.Password(file); err != nil {
			all = append(all, problem("alerts", err.Error(), cmp.Or(config.MayRead(err), tokenHint)))
		}
	}
	return all
}

const tokenHint = "put the token alone on the first line of the file that token_file names"

// receiver names who is woken.
func receiver(unit string, a intake.Audience) string {
	if a == intake.Oversight {
		return fmt.Sprintf("the oversight of %s", unit)
	}
	return unit
}
