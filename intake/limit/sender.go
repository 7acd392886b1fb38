package limit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"
)

// The hash tag {limit} keeps all keys of a request on one node of a cluster.
const keyPrefix = "tipbox:{limit}:"

func siteKey(code string) string { return keyPrefix + "site:" + code }

const allKey = keyPrefix + "all"

// prefix returns the part of an address that counts as one sender: an IPv4
// address, or the /64 that one IPv6 line has to itself.
func prefix(sender netip.Addr) netip.Prefix {
	sender = sender.Unmap().WithZone("")
	bits := 64
	if sender.Is4() {
		bits = 32
	}
	p, _ := sender.Prefix(bits) // the zero Addr gives the zero Prefix: one sender for all who have none
	return p
}

// daykey is the secret under which senders are known for one day.
type daykey [sha256.Size]byte

func newDaykey() (k daykey) {
	_, _ = rand.Read(k[:]) // never fails: it ends the process instead
	return k
}

// sender returns the key of a sender's limit. Whoever lacks k cannot try out
// the 2^32 addresses to find which one it is.
func (k *daykey) sender(p netip.Prefix) string {
	h := hmac.New(sha256.New, k[:])
	b, _ := p.MarshalBinary() // never fails
	h.Write(b)
	return keyPrefix + "sender:" + hex.EncodeToString(h.Sum(nil)[:16])
}

const daySeconds = 24 * 60 * 60

// Senders change their keys at midnight UTC. A flooder would get a fresh
// budget then; so, as long as yesterday's budgets may not be whole again, a
// sender's earlier key is looked at too (never written), and the k it hangs on
// is forgotten right after.

// day numbers the days of Unix time.
func day(now int64) int64 { return now / (daySeconds * int64(time.Second/time.Microsecond)) }

// overlaps reports whether yesterday's keys may still hold back a sender.
func overlaps(now int64, r Rule) bool { return day(now-r.window()) < day(now) }
