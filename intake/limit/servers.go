package limit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the script
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake/redis"
)

// Servers that share a Redis must share the secret: a form of the one is none of
// ours to the other, nor is a reply pass. So each announces there, with every probe,
// a mark of each of its secrets, and looks at what the others have announced.

const (
	serversKey = "tipbox:servers"
	// announcedFor is how long an announcement counts: some probes of a busy server.
	announcedFor = 5 * time.Second
	mostServers  = 64
	// mostSecrets is how many of a server's secrets are announced.
	mostSecrets = 16
)

//go:embed servers.lua
var serversLua string

var serversScript = goredis.NewScript(serversLua)

// server is what a server announces: how it calls itself until it ends, and the
// marks of its secrets, that by which it makes forms first.
type server struct {
	name  string
	marks []string
}

func newServer(secrets [][]byte) server {
	s := server{name: rand.Text()}
	for _, secret := range secrets[:min(len(secrets), mostSecrets)] {
		s.marks = append(s.marks, secretMark(secret))
	}
	return s
}

// secretMark is what may be known of a secret by whoever sees into Redis: an HMAC, of
// which nobody gets back 32 random bytes, nor anything else that is made by them.
func secretMark(secret []byte) string {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte("tipbox secret mark"))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// understands reports whether each takes what the other makes. While a secret is
// changed the first of one may be the second of the other.
func (s server) understands(o server) bool {
	return slices.Contains(s.marks, o.marks[0]) && slices.Contains(o.marks, s.marks[0])
}

// meet announces the server, or only looks around where it has no name, and takes
// leave where it has no marks. It returns the others.
func meet(ctx context.Context, client goredis.UniversalClient, s server) (others []server, err error) {
	got, err := serversScript.Run(ctx, client, []string{serversKey},
		s.name, strings.Join(s.marks, ","), int(announcedFor/time.Second), mostServers).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("asking which servers there are: %w", err)
	}
	for _, member := range got {
		fields := strings.Fields(member)
		if len(fields) != 3 || len(got) > mostServers {
			return nil, fmt.Errorf("asking which servers there are: %w", redis.ErrUntrue)
		}
		o := server{fields[1], strings.Split(fields[2], ",")}
		if slices.ContainsFunc(o.marks, func(m string) bool { _, err := hex.DecodeString(m); return err != nil || len(m) != 32 }) {
			return nil, fmt.Errorf("asking which servers there are: %w", redis.ErrUntrue)
		}
		others = append(others, o)
	}
	return others, nil
}

// Siblings are the servers that share a Redis now.
type Siblings struct {
	Secret string   // this server's, as people compare it
	Alike  int      // how many have it, this one among them
	Unlike []string // those of the others, once each
	unlike int      // how many others
}

func (s server) among(others []server) Siblings {
	short := func(mark string) string { return mark[:8] }
	all := Siblings{Secret: short(s.marks[0]), Alike: 1}
	for _, o := range others {
		if s.understands(o) {
			all.Alike++
			continue
		}
		all.unlike++
		if m := short(o.marks[0]); !slices.Contains(all.Unlike, m) {
			all.Unlike = append(all.Unlike, m)
		}
	}
	slices.Sort(all.Unlike)
	return all
}

// Trouble says what is wrong with the secrets and how to mend it, "" where nothing is.
// Which server has the wrong one is what most of them say.
func (s Siblings) Trouble() (what, mend string) {
	theirs := strings.Join(s.Unlike, ", ")
	switch {
	case s.unlike == 0:
		return "", ""
	case s.unlike > s.Alike:
		return fmt.Sprintf("this server has another secret (%s) than those with which it shares redis.url (%s)", s.Secret, theirs),
			"copy secret_file from one of them, and restart tipbox serve here: forms and reply passes made here are good for none of them"
	case s.unlike < s.Alike:
		return fmt.Sprintf("a server that shares redis.url has another secret (%s) than this one and most others (%s)", theirs, s.Secret),
			"copy secret_file from here to that one, and restart tipbox serve there: forms and reply passes made there are good nowhere else"
	}
	return fmt.Sprintf("a server that shares redis.url has another secret (%s) than this one (%s)", theirs, s.Secret),
		"copy secret_file from the one to the other, and restart tipbox serve there: forms and reply passes made by one are not good for the other"
}

// FindSiblings tells which servers share a Redis now, seen by the one that has these
// secrets, whether or not it runs.
func FindSiblings(ctx context.Context, s redis.Server, secrets [][]byte) (Siblings, error) {
	client, err := redis.Dial(s, 3*time.Second)
	if err != nil {
		return Siblings{}, err
	}
	defer client.Close() //nolint:errcheck // nothing was buffered
	others, err := meet(ctx, client, server{})
	found := newServer(secrets).among(others)
	found.Alike = max(1, found.Alike-1) // it is among those that were asked, if it runs
	return found, err
}

// Siblings are the other servers, as the last probe found them; none while Redis is away.
func (l *Limits) Siblings() Siblings { return *l.siblings.Load() }

// greet has the others and this server know of each other. That it fails changes
// nothing for whoever sends a tip.
func (l *Limits) greet(ctx context.Context) {
	before, _ := l.Siblings().Trouble()
	ctx, cancel := context.WithTimeout(ctx, l.patience)
	defer cancel()
	others, err := meet(ctx, l.redis.client, l.own)
	if err != nil {
		return // they stay as they were
	}
	now := l.own.among(others)
	l.memory.shareWith(1 + len(others))
	switch what, mend := now.Trouble(); {
	case what != "" && what != before:
		l.log.Warn(what + ": " + mend)
	case what == "" && before != "":
		l.log.Info("all servers that share redis.url have the same secret again")
	}
	l.siblings.Store(&now) // last: whoever sees it finds it in the log, too
}

// leave takes the announcement back, as far as that can be done at once: else a
// server that comes back with a mended secret would meet itself.
func (l *Limits) leave() {
	if l.away.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.patience)
	defer cancel()
	_, _ = meet(ctx, l.redis.client, server{name: l.own.name})
}
