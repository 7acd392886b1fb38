// Package probe stands between the parts of a box whose work is to be spoiled:
// TestArrows lets only cmd/proof/traces/leaky, beside the box itself, import it,
// so that nothing is between them in any other program.
package probe

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake/deliver"
)

// Probe wraps parts of a box.
type Probe struct {
	Handler   func(http.Handler, prometheus.Registerer, *slog.Logger) http.Handler
	Transport func(deliver.Transport) deliver.Transport
}
