package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"

	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// unit makes n recipients of the kind and an identity of the last.
func unit(t testing.TB, kind string, n int) (*keys.Recipients, *keys.Identities) {
	t.Helper()
	var file strings.Builder
	var last *keys.Identity
	for range n {
		id, err := keys.Generate(kind)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&file, id.Recipient())
		last = id
	}
	rs, err := keys.ParseRecipients(strings.NewReader(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	locked, err := last.Lock("mật khẩu", 1)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(locked, keys.UnlockOptions{
		Passphrase: func() (string, error) { return "mật khẩu", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return rs, ids
}

func textTip(message string) *intake.Tip {
	return &intake.Tip{
		ID: "TB-7F3K-9QMX", Unit: "na-co-sa", Site: "ncs01", SiteName: "Nhà văn hóa bản Na Cô Sa 1",
		Mailbox: intake.Crime, Lang: "vi", Message: message,
	}
}

func TestSealOpensWithAge(t *testing.T) {
	for _, kind := range []string{keys.PostQuantum, keys.Classic} {
		rs, ids := unit(t, kind, 3)
		sealer := seal.New(rs)
		sealed, err := sealer.Seal(textTip("Có người phá rừng."))
		if err != nil {
			t.Fatal(err)
		}
		if err := sealer.Check(sealed); err != nil {
			t.Errorf("%s: Check of our own: %v", kind, err)
		}
		for n := 1; n <= intake.MaxPhotos; n++ {
			tip := textTip("Ảnh đây.")
			for range n {
				tip.Photos = append(tip.Photos, make([]byte, sealer.PhotoRoom(n)))
			}
			if sealed, err := sealer.Seal(tip); err != nil {
				t.Errorf("%s: %d photos of the room given: %v", kind, n, err)
			} else if err := sealer.Check(sealed); err != nil {
				t.Errorf("%s: Check of %d photos: %v", kind, n, err)
			}
		}
		r, err := age.Decrypt(bytes.NewReader(sealed), ids.Age()...)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) != plaintext.Sizes[0] || !bytes.Contains(plain, []byte("Có người phá rừng.\r\n")) {
			t.Errorf("%s: plaintext of %d bytes: %q", kind, len(plain), plain[:700])
		}
	}
}

// TestTextHasOneSize: whatever is written, a text-only tip
// has one size. The plaintext is built 10,000 times; that the ciphertext's length
// follows from the plaintext's is shown on fewer, for sealing is what takes time.
func TestTextHasOneSize(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 4))
	pq, _ := unit(t, keys.PostQuantum, 2)
	classic, _ := unit(t, keys.Classic, 2)
	sealers := map[*seal.Sealer]int{seal.New(pq): 0, seal.New(classic): 0}
	longestSeen := 0
	for i := range 10_000 {
		tip := randomTip(rng)
		plain, err := plaintext.Write(tip, "BOUNDARYBOUNDARYBOUNDARYXY")
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) != plaintext.Sizes[0] {
			t.Fatalf("tip %d: %d characters, %d bytes: sealed in %d", i, len([]rune(tip.Message)), len(tip.Message), len(plain))
		}
		longestSeen = max(longestSeen, utf8.RuneCountInString(norm.NFC.String(tip.Message)))
		if i%250 != 0 {
			continue
		}
		for s, size := range sealers {
			sealed, err := s.Seal(tip)
			if err != nil {
				t.Fatal(err)
			}
			if size != 0 && len(sealed) != size {
				t.Fatalf("tip %d: sealed in %d bytes, another in %d", i, len(sealed), size)
			}
			sealers[s] = len(sealed)
		}
	}
	if longestSeen != intake.MaxMessageRunes {
		t.Errorf("the longest message tried has %d characters", longestSeen)
	}
}

var scripts = [][]rune{
	[]rune("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ ,.\n"),
	[]rune("Hmoobntsvdxkyplwcaieuo jgbsm ñçôảêâ \n"),
	[]rune("👍🏽🌲🔥🚓👨👩👧😀❗ \n"),
}

// pools are a script's text to cut messages out of, composed.
var pools = func() (pools [][]rune) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, script := range scripts {
		pool := make([]rune, 3*intake.MaxMessageRunes)
		for i := range pool {
			pool[i] = script[rng.IntN(len(script))]
		}
		pools = append(pools, []rune(norm.NFC.String(string(pool))))
	}
	return pools
}()

// randomTip returns a tip as long as intake allows or shorter, each order of
// magnitude as often as the next.
func randomTip(rng *rand.Rand) *intake.Tip {
	text := func(maxRunes, maxBytes int) string {
		pool := pools[rng.IntN(len(pools))]
		from := rng.IntN(len(pool) - maxRunes)
		n := int(math.Pow(float64(maxRunes), rng.Float64()*1.02)) // the longest often
		for n = min(n, maxRunes); ; n = n * 9 / 10 {
			s := string(pool[from : from+n])
			if len(s)+strings.Count(s, "\n") > maxBytes {
				continue
			}
			if rng.IntN(2) == 0 {
				return norm.NFD.String(s)
			}
			return s
		}
	}
	tip := textTip(text(intake.MaxMessageRunes, intake.MaxMessageBytes))
	if rng.IntN(2) == 0 {
		tip.Place = strings.ReplaceAll(text(intake.MaxDetailRunes, intake.MaxDetailBytes), "\n", " ")
		tip.Time = strings.ReplaceAll(text(intake.MaxDetailRunes, intake.MaxDetailBytes), "\n", " ")
	}
	tip.SiteName = strings.ReplaceAll(text(120, 480), "\n", " ")
	tip.Mailbox = intake.Mailboxes[rng.IntN(len(intake.Mailboxes))]
	tip.Urgent = rng.IntN(2) == 0
	return tip
}

func TestCheckRefuses(t *testing.T) {
	ours, _ := unit(t, keys.PostQuantum, 2)
	three, _ := unit(t, keys.PostQuantum, 3)
	classic, _ := unit(t, keys.Classic, 2)
	tip := textTip("x")
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	good := must(seal.New(ours).Seal(tip))
	var passphrase bytes.Buffer
	scrypt, _ := age.NewScryptRecipient("x")
	scrypt.SetWorkFactor(1)
	w, _ := age.Encrypt(&passphrase, scrypt)
	w.Write(make([]byte, plaintext.Sizes[0]))
	w.Close()
	for name, c := range map[string]struct {
		blob []byte
		want error
	}{
		"nothing":             {nil, seal.ErrNotAge},
		"text":                {[]byte("Xin chào"), seal.ErrNotAge},
		"a header cut off":    {good[:1000], seal.ErrNotAge},
		"three recipients":    {must(seal.New(three).Seal(tip)), seal.ErrRecipients},
		"classic recipients":  {must(seal.New(classic).Seal(tip)), seal.ErrRecipients},
		"a passphrase":        {passphrase.Bytes(), seal.ErrRecipients},
		"one byte less":       {good[:len(good)-1], seal.ErrSize},
		"one byte more":       {append(bytes.Clone(good), 0), seal.ErrSize},
		"a tip without a pad": {must(seal.New(ours).Encrypt([]byte("x"))), seal.ErrSize},
	} {
		if err := seal.New(ours).Check(c.blob); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func BenchmarkSeal1KiB(b *testing.B) {
	tip := textTip(strings.Repeat("Tin báo. ", 1024/10))
	for _, kind := range []string{keys.PostQuantum, keys.Classic} {
		for _, n := range []int{1, 3, 5} {
			rs, _ := unit(b, kind, n)
			sealer := seal.New(rs)
			b.Run(fmt.Sprintf("%s/recipients=%d", kind, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sealed, err := sealer.Seal(tip)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(len(sealed)), "sealed-bytes")
				}
			})
		}
	}
}
