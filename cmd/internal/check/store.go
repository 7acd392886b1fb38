package check

import (
	"cmp"
	"context"
	"errors"

	"tipbox/cmd/internal/config"
	"tipbox/intake/pasted"
	"tipbox/intake/redis"
	"tipbox/intake/reply"
	"tipbox/intake/tally"
)

// checkStore asks the Redis that keeps replies and counts for several servers.
func checkStore(cfg *config.Config) []Finding {
	if cfg.Redis == nil || cfg.Redis.StoreURL == "" {
		return nil
	}
	const part = "store"
	password, err := pasted.Password(cfg.Redis.StorePasswordFile)
	if err != nil {
		return []Finding{problem(part, err.Error(), cmp.Or(config.MayRead(err), "mend redis.store_password_file"))}
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	server := redis.Server{URL: cfg.Redis.StoreURL, Password: password, CAFile: cfg.Redis.CAFile}
	if err = reply.Inspect(ctx, server); err == nil {
		err = tally.Inspect(ctx, server)
	}
	switch {
	case err == nil:
		return []Finding{{Part: part, Text: "answers, and keeps what it holds"}}
	case errors.Is(err, reply.ErrForgets):
		return []Finding{problem(part, err.Error(), "set appendonly yes in its redis.conf, and maxmemory-policy noeviction")}
	case errors.Is(err, reply.ErrStamps):
		return []Finding{problem(part, err.Error(), "set aof-timestamp-enabled no in its redis.conf, and BGREWRITEAOF once")}
	case errors.Is(err, redis.ErrPersistenceUnknown):
		return []Finding{{Part: part, Text: err.Error(), Hint: "ask whoever runs it that it keeps what it holds, and no times with it", Warning: true}}
	case redis.Kind(err) == redis.Auth:
		return []Finding{problem(part, err.Error(), "put its password alone on the first line of the file that redis.store_password_file names")}
	case redis.Kind(err) == redis.Denied:
		return []Finding{problem(part, err.Error(), "the login is right, and the user's ACL lacks a right: "+StoreACL)}
	}
	return []Finding{problem(part, err.Error(), "until it answers replies can be neither left nor read, nor counts be kept: mend redis.store_url")}
}

// StoreACL is what tipbox needs of a user of the store, as ACL SETUSER takes it.
const StoreACL = "ACL SETUSER NAME ~tipbox:{reply}:* ~tipbox:{counts}:* +eval +evalsha +hget +hgetall +hset +hdel +hincrby +expireat +select +info +config|get +cluster"
