package limit

import (
	"testing"

	"tipbox/intake/redis/redistest"
)

// TestAcknowledgementIsShared: what one server is told another knows, for an hour;
// without Redis nobody does, and nothing waits.
func TestAcknowledgementIsShared(t *testing.T) {
	server := redistest.Start(t)
	one, two := start(t, designRules, server.URL(), ample), start(t, designRules, server.URL(), ample)
	for _, l := range []running{one, two} {
		l.wantKind(t, "")
		l.stopProbing()
	}
	mark := [16]byte{7}
	if two.Acknowledged(t.Context(), mark) {
		t.Error("nobody has acknowledged")
	}
	one.Acknowledge(t.Context(), mark)
	if !two.Acknowledged(t.Context(), mark) || two.Acknowledged(t.Context(), [16]byte{8}) {
		t.Error("the other server does not know it")
	}
	life, err := one.redis.client.PTTL(t.Context(), "tipbox:ack:07000000000000000000000000000000").Result()
	if err != nil || life <= 0 || life > ackLife {
		t.Errorf("it lives for %v: %v", life, err)
	}
	alone := alone(t, designRules, 1<<30)
	alone.Acknowledge(t.Context(), mark)
	if alone.Acknowledged(t.Context(), mark) {
		t.Error("acknowledged without Redis")
	}
}
