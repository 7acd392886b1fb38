package limit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// ackLife is how long an acknowledgement of an alert is kept.
const ackLife = time.Hour

func ackKey(mark [16]byte) string { return "tipbox:ack:" + hex.EncodeToString(mark[:]) }

// Acknowledge tells all servers that share the Redis that somebody has seen an
// alert. Without Redis, or while it is away, nobody else is told.
func (l *Limits) Acknowledge(ctx context.Context, mark [16]byte) {
	l.ask(ctx, func(ctx context.Context) error {
		if err := l.redis.client.Set(ctx, ackKey(mark), "1", ackLife).Err(); err != nil {
			return fmt.Errorf("noting an acknowledgement: %w", err)
		}
		return nil
	})
}

// Acknowledged reports whether one of them was told.
func (l *Limits) Acknowledged(ctx context.Context, mark [16]byte) (is bool) {
	l.ask(ctx, func(ctx context.Context) error {
		err := l.redis.client.Get(ctx, ackKey(mark)).Err()
		if errors.Is(err, goredis.Nil) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for an acknowledgement: %w", err)
		}
		is = true
		return nil
	})
	return is
}
