package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake/limit"
	"tipbox/intake/pasted"
	"tipbox/intake/redis"
)

func checkRedis(cfg *config.Config) []Finding {
	if cfg.Redis == nil {
		return []Finding{{Part: "redis", Text: "none: this server keeps the limits itself"}}
	}
	password, err := pasted.Password(cfg.Redis.PasswordFile)
	if err != nil {
		return []Finding{{Part: "redis", Text: err.Error(), Hint: cmp.Or(config.MayRead(err), "mend redis.password_file")}}
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	server := redis.Server{URL: cfg.Redis.URL, Password: password, CAFile: cfg.Redis.CAFile}
	err = limit.Inspect(ctx, server)
	if err == nil {
		return append([]Finding{{Part: "redis", Text: "answers, and writes nothing to disk"}}, checkSiblings(ctx, cfg, server)...)
	}
	f := Finding{Part: "redis", Text: err.Error(), Hint: redisHint(cfg.Redis, err)}
	f.Warning = errors.Is(err, redis.ErrPersistenceUnknown) // as most managed ones do, which work
	if f.Warning {
		return append([]Finding{f}, checkSiblings(ctx, cfg, server)...)
	}
	return []Finding{f}
}

// checkSiblings compares the secret with those of the servers that share the Redis.
func checkSiblings(ctx context.Context, cfg *config.Config, server redis.Server) []Finding {
	const part = "secret"
	if _, err := os.Stat(cfg.SecretFile); errors.Is(err, fs.ErrNotExist) {
		return nil // tipbox serve makes it
	}
	secrets, err := box.LoadSecrets(cfg.SecretFile)
	if err != nil {
		return nil // told with the files
	}
	found, err := limit.FindSiblings(ctx, server, secrets)
	if err != nil {
		return []Finding{problem(part, "whether other servers have the same secret cannot be told: "+err.Error(), "compare secret_file on all servers by hand")}
	}
	if what, mend := found.Trouble(); what != "" {
		return []Finding{problem(part, what, mend)}
	}
	if found.Alike > 1 {
		return []Finding{{Part: part, Text: fmt.Sprintf("%s, the same on all %d servers that share redis.url now", found.Secret, found.Alike)}}
	}
	return nil
}

// redisHint says how to mend what is wrong with a Redis.
func redisHint(r *config.Redis, err error) string {
	var file *fs.PathError
	switch kind := redis.Kind(err); {
	case errors.Is(err, redis.ErrPersistenceUnknown):
		return "ask whoever runs it that neither snapshots nor an append-only file are written, here and on its replicas"
	case kind == redis.WritesToDisk:
		return `it must forget, and so must its replicas: in redis.conf of all save "", appendonly no, repl-diskless-sync yes, ` +
			`repl-diskless-load swapdb and rdb-del-sync-files yes, as in deploy/redis-limits.conf; remove dump.rdb and appendonlydir, which were written so far; ` +
			`until then tipbox gives it nothing`
	case errors.As(err, &file) && file.Path == r.CAFile:
		return cmp.Or(config.MayRead(err), "mend redis.ca_file")
	case kind == redis.Denied:
		return withoutIt + "the login is right, and the user's ACL lacks a right: " + ACL
	case kind == redis.Auth && r.PasswordFile != "":
		return withoutIt + "put its password alone on the first line of redis.password_file, " + r.PasswordFile +
			", and its user, where it has one, into redis.url (redis://USER@HOST), and restart tipbox serve"
	case kind == redis.Auth:
		return withoutIt + "put its password into a file and name that as redis.password_file"
	case kind == redis.BadTLS:
		return withoutIt + certificateHint(err, "the host in redis.url", "redis.ca_file",
			"it speaks no TLS on this port: mend redis.url; redis:// is for no TLS")
	case strings.HasPrefix(r.URL, "rediss://") && (kind == redis.Timeout || kind == redis.Dropped):
		return withoutIt + "nobody answers, or it speaks no TLS on this port: mend redis.url; redis:// is for no TLS"
	case strings.HasPrefix(r.URL, "redis://") && kind == redis.Dropped:
		return withoutIt + "it hangs up: if it wants TLS, make it rediss:// in redis.url"
	case kind == redis.ReadOnly:
		return withoutIt + "redis.url leads to a replica, or its disk is full: name the master, or all Sentinels with ?master_name=NAME"
	case kind == redis.OutOfMemory:
		return withoutIt + "give it more memory (maxmemory), or a Redis of its own"
	case kind == redis.Loading, kind == redis.FailingOver, kind == redis.Busy:
		return withoutIt + "wait and check again; if it stays so, ask whoever runs it"
	}
	if unknown := new(net.DNSError); errors.As(err, &unknown) {
		return withoutIt + fmt.Sprintf("%s is not known to the DNS: mend the host in redis.url", unknown.Name)
	}
	return withoutIt + "mend redis.url, or leave [redis] out on a single server"
}

const withoutIt = "tips are taken without it; "

// ACL is what tipbox needs of a Redis user, as ACL SETUSER takes it.
const ACL = "ACL SETUSER NAME ~tipbox:* +eval +evalsha +get +set +del +smembers +sadd +scard +expireat +dump +restore +time +select +info +config|get +cluster"
