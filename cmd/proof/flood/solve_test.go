package flood

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"testing"
)

// secondsOfWork is what a proof costs a core of a PC: a flood's proofs are counted
// in cores by it.
const secondsOfWork = 0.6

// solve does the work that a challenge asks for, as the page's script does.
func solve(t testing.TB, coded string) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		t.Fatal(err)
	}
	var challenge struct {
		Parameters struct {
			Cost, KeyLength        int
			KeyPrefix, Nonce, Salt string
		}
	}
	if err := json.Unmarshal(text, &challenge); err != nil {
		t.Fatal(err)
	}
	p := challenge.Parameters
	nonce, salt, prefix := unhex(t, p.Nonce), unhex(t, p.Salt), unhex(t, p.KeyPrefix)
	for counter := range uint32(2000) {
		password := binary.BigEndian.AppendUint32(bytes.Clone(nonce), counter)
		key, err := pbkdf2.Key(sha256.New, string(password), salt, p.Cost, p.KeyLength)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(key, prefix) {
			solved, err := json.Marshal(map[string]any{
				"challenge": json.RawMessage(text), "solution": map[string]string{"derivedKey": hex.EncodeToString(key)},
			})
			if err != nil {
				t.Fatal(err)
			}
			return base64.StdEncoding.EncodeToString(solved)
		}
	}
	t.Fatal("a challenge that nothing solves")
	return ""
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
