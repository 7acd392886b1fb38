package check

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/admin"
)

// healthTime is how long tipbox serve may take to say how it is.
const healthTime = 10 * time.Second

// Health asks the tipbox serve of this configuration how it is, and says what is
// not well. It fails only where no tip is taken, which a program may act on; what
// a person should look at is said, and no failure.
func Health(t *terminal.Terminal, cfg *config.Config) error {
	if cfg.HTTP.Admin == "" {
		return terminal.Hint(errors.New(`http.admin is "": nobody answers for health`), `set it, such as "127.0.0.1:9090"`)
	}
	ctx, cancel := context.WithTimeout(context.Background(), healthTime)
	defer cancel()
	report, err := admin.Ask(ctx, cfg.HTTP.Admin)
	if err != nil {
		return terminal.Hint(fmt.Errorf("asking tipbox serve: %w", err), "see that it runs (systemctl status tipbox), and on this machine or in this container")
	}
	for _, p := range report.Parts {
		if p.Status != admin.OK {
			t.Say("%s: %s: %s", p.Name, p.Status, p.Detail)
		}
	}
	if report.Status == admin.Unready {
		return terminal.Hint(errors.New("no tip is taken"), "tipbox check says more, and how to mend it")
	}
	return nil
}
