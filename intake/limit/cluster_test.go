package limit

import (
	"strings"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/porttest"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// TestCluster holds that a request's keys stay on one node: a Cluster refuses
// them otherwise.
func TestCluster(t *testing.T) {
	t.Parallel()
	bus, busTwo := porttest.FreePort(t), porttest.FreePort(t)
	settings := []string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port"}
	one, two := redistest.Start(t, append(settings, bus)...), redistest.Start(t, append(settings, busTwo)...)
	do(t, one, "CLUSTER", "ADDSLOTSRANGE", "0", "8191")
	do(t, two, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
	do(t, two, "CLUSTER", "SET-CONFIG-EPOCH", "2")
	do(t, one, "CLUSTER", "MEET", "127.0.0.1", two.Port(), busTwo)
	url := "redis://" + one.Addr + "?addr=" + two.Addr
	eventually(t, "the cluster is whole and writes nothing to disk", func() bool {
		return Inspect(t.Context(), redis.Server{URL: url}) == nil
	})
	client, err := redis.Dial(redis.Server{URL: url}, ample)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := newShared(designRules, client, time.Now)
	got, err := s.take(t.Context(), "a", both)
	if err != nil {
		t.Error(err)
	}
	if err := s.refund(t.Context(), "a", got); err != nil {
		t.Error(err)
	}
	for i := range 8 { // spread over the nodes
		form := intake.FormMark{byte(i)}
		if err := s.record(t.Context(), form, intake.TipMark{1}); err != nil {
			t.Error(err)
		}
		if ok, tips, err := s.claim(t.Context(), form, "own"); !ok || len(tips) != 1 || err != nil {
			t.Errorf("claimed %v, served %v, %v", ok, tips, err)
		}
		if err := s.release(t.Context(), form, "own"); err != nil {
			t.Error(err)
		}
	}
}

// TestSentinel kills a master: the limits go on in this process until a
// replica has taken over, and then in that.
func TestSentinel(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	replica := redistest.Start(t, "--replicaof", "127.0.0.1 "+master.Port(), "--repl-diskless-sync-delay", "0", "--repl-diskless-load", "swapdb")
	eventually(t, "the replica is one", func() bool {
		got, err := replica.Do("ROLE")
		return err == nil && got == "*5" && replica.Info("replication", "master_link_status") == "up"
	})
	sentinel := redistest.StartSentinel(t, "tips", master)
	eventually(t, "the Sentinel knows the replica", func() bool {
		return strings.Contains(sentinel.Info("sentinel", "master0"), "slaves=1")
	})
	l := start(t, designRules, "redis://"+sentinel.Addr+"/0?master_name=tips", ample)
	l.wantKind(t, "")
	master.Kill()
	eventually(t, "health says degraded", func() bool { return l.Degraded() != "" })
	if _, err := l.Take(t.Context(), text("a")); err != nil {
		t.Errorf("refused while failing over: %v", err)
	}
	l.wantKind(t, "")
	if got := replica.Info("replication", "role"); got != "master" {
		t.Errorf("well with a %s", got)
	}
	l.reachesRedis(t, replica, "b")
}
