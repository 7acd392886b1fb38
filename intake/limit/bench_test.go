package limit

import (
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

func benchTake(b *testing.B, s store) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.take(b.Context(), "ncs01", both); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var endless = Rules{
	Sender: Rule{1e6, time.Hour, 1e9}, Site: Rule{1e6, time.Hour, 1e9}, All: Rule{1e6, time.Hour, 1e9},
}

func BenchmarkMemoryTake(b *testing.B) { benchTake(b, newMemory(endless, time.Now)) }

func BenchmarkRedisTake(b *testing.B) {
	client, err := redis.Dial(redis.Server{URL: redistest.Start(b).URL()}, ample)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	benchTake(b, newShared(endless, client, time.Now))
}

// BenchmarkRedisHangs is the extra wait of the one submission that finds Redis
// hanging, and then that of all others.
func BenchmarkRedisHangs(b *testing.B) {
	server := redistest.Start(b)
	l := start(b, endless, server.URL(), patience)
	submit := func() {
		_, _, done := l.Claim(b.Context(), intake.FormMark{1}, intake.TipMark{1})
		if _, err := l.Take(b.Context(), text("a")); err != nil {
			b.Fatal(err)
		}
		done(false)
	}
	server.Hang()
	defer server.Resume()
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			l.away.Store(false)
			submit()
		}
	})
	b.Run("others", func(b *testing.B) {
		l.wantKind(b, "timeout")
		for b.Loop() {
			submit()
		}
	})
}
