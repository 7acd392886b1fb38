package book

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"tipbox/crypto/keys"
)

// sealable is a book that an identity has vouched for, sealed to it.
func sealable(key string) *Book {
	b := made("na-co-sa", "k", key)
	b.Append("", "Páo", at(nov28), Recipients{[]string{identity(key).Recipients()[0].String()}})
	b.Enter(tipA, "Páo", at(nov29), entered("a", nov28))
	return b
}

func sealed(t *testing.T, b *Book) []byte {
	t.Helper()
	s, err := b.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealAndOpen(t *testing.T) {
	for _, key := range []string{hybridKey, classicKey} {
		b := sealable(key)
		got, err := Open(sealed(t, b), identity(key))
		if err != nil || !bytes.Equal(got.Bytes(), b.Bytes()) || got.Check() != b.Check() {
			t.Fatalf("%v, %q", err, got.Bytes())
		}
		if _, err := got.Seal(); err != nil {
			t.Errorf("opened by who has vouched: %v", err)
		}
	}
}

// TestForged: a whole book that anyone can seal to the unit's recipients is read, and
// never written again before someone has compared its key.
func TestForged(t *testing.T) {
	forged := sealable(otherKey)
	forged.vouch[identity(hybridKey).Recipients()[0].Fingerprint()] = bytes.Repeat([]byte("x"), 32)
	forged.Append("", "?", at(nov29), Recipients{[]string{identity(hybridKey).Recipients()[0].String()}})
	ids := identity(hybridKey)
	b, err := Open(sealed(t, forged), ids)
	if err != nil {
		t.Fatal(err)
	}
	if b.Trust(ids) != Forged || b.Trust(identity(classicKey)) != NotVouched {
		t.Errorf("the identity says %d, another one %d", b.Trust(ids), b.Trust(identity(classicKey)))
	}
	if _, err := b.Seal(); !errors.Is(err, ErrNotVouched) {
		t.Errorf("sealing it again: %v", err)
	}
	mine := sealable(hybridKey)
	mine.key[0]++ // the attacker knows the id and the unit, not the key
	if _, err := mine.Merge(b); !errors.Is(err, ErrOtherBook) || mine.Len() != 2 {
		t.Errorf("merging it: %v, %d events", err, mine.Len())
	}
	if err := b.Vouch(ids); err != nil {
		t.Fatal(err)
	}
	if again, err := Open(sealed(t, b), ids); err != nil || again.Trust(ids) != Vouched {
		t.Errorf("compared, and vouched for: %v", err)
	}
}

// TestDamagedFile: what is not whole is told, wherever it was hit.
func TestDamagedFile(t *testing.T) {
	ids := identity(classicKey)
	file := sealed(t, sealable(classicKey))
	for i := range file {
		flipped := bytes.Clone(file)
		flipped[i] ^= 1
		for name, b := range map[string][]byte{"a bit": flipped, "cut": file[:i]} {
			_, err := Open(b, ids)
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotBook) && !errors.Is(err, ErrNoMatch) {
				t.Fatalf("%s at %d: %v", name, i, err)
			}
		}
	}
	if _, err := Open(file, identity(otherKey)); !errors.Is(err, ErrNoMatch) {
		t.Errorf("a retired key: %v", err)
	}
}

func TestWhomItIsSealedTo(t *testing.T) {
	b := made("na-co-sa", "k", hybridKey)
	if _, err := b.Seal(); !errors.Is(err, ErrRecipients) {
		t.Errorf("to nobody: %v", err)
	}
	b.Append("", "Páo", at(nov28), Recipients{[]string{identity(hybridKey).Recipients()[0].String(), identity(classicKey).Recipients()[0].String()}})
	if _, err := b.Seal(); !errors.Is(err, keys.ErrMixedKinds) {
		t.Errorf("to both kinds: %v", err)
	}
	b.Append("", "Páo", at(nov29), Recipients{[]string{identity(classicKey).Recipients()[0].String()}})
	if _, err := Open(sealed(t, b), identity(classicKey)); err != nil {
		t.Errorf("to the last that were named: %v", err)
	}
}

func TestEnter(t *testing.T) {
	b := made("na-co-sa", "k", hybridKey)
	enter := func(id, digit, received string) string {
		ref, isNew := b.Enter(id, "Páo", at(nov29), entered(digit, received))
		return fmt.Sprint(ref, " ", isNew)
	}
	long := entered("f", nov28)
	long.Text = strings.Repeat("ố", 500)
	b.Enter("TB-FFFF-FFFF", "Páo", at(nov29), long)
	for _, c := range []struct{ got, want string }{
		{enter(tipA, "a", ""), tipA + " true"},
		{enter(tipA, "a", ""), tipA + " false"},
		{enter(tipA, "a", nov28), tipA + " false"}, // now its mail is there
		{enter(tipA, "a", nov29), tipA + " false"},
		{enter(tipB, "a", nov28), tipA + " false"}, // an old file sent again, under another id
		{enter("", "a", nov28), tipA + " false"},
		{enter(tipA, "b", nov28), Other(tipA, sum("b")) + " true"}, // its id claimed by another
		{enter(tipA, "b", nov28), Other(tipA, sum("b")) + " false"},
		{enter("", "c", ""), "X-CCCCCCCC true"},
		{enter(tipB, "c", nov28), "X-CCCCCCCC false"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
	if states := b.States(Law); len(states) != 4 || b.Len() != 6 || len([]rune(states[len(states)-1].Text)) > 400 {
		t.Errorf("%d tips, %d events", len(states), b.Len())
	}
	for _, s := range b.States(Law) {
		if s.Received != nov28 {
			t.Errorf("%s was received at %q", s.ID, s.Received)
		}
	}
}

// TestMergeConverges: whatever officers did, in whatever order their copies meet, all
// see the same in the end.
func TestMergeConverges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		copies := make([]*Book, 3)
		for i := range copies {
			copies[i] = made("na-co-sa", "k", hybridKey)
		}
		for range 60 {
			c := copies[r.IntN(3)]
			tip := []string{tipA, tipB, ""}[r.IntN(3)]
			when := at(nov29).Add(time.Duration(r.IntN(3)) * time.Second)
			digit := string("abc"[r.IntN(3)])
			switch r.IntN(6) {
			case 0:
				c.Enter(tip, "Páo", when, entered(digit, []string{"", nov28, nov29}[r.IntN(3)]))
			case 1:
				c.Append(tip, "Páo", when, Assign{digit})
			case 2:
				c.Append(tip, "Páo", when, Status{Status: statuses[r.IntN(4)]})
			case 3:
				c.Append(tip, "Páo", when, Classify{kinds[r.IntN(5)], r.IntN(2) == 0})
			case 4:
				c.Append(Other(tipA, sum(digit)), "Páo", when, Note{digit})
			case 5:
				if _, err := c.Merge(copies[r.IntN(3)]); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range 3 {
			for _, j := range r.Perm(3) {
				if _, err := copies[i].Merge(copies[j]); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, c := range copies[1:] {
			if !reflect.DeepEqual(c.States(Law), copies[0].States(Law)) || !reflect.DeepEqual(c.Whole(), copies[0].Whole()) {
				t.Fatalf("two copies differ:\n%s\n%s", copies[0].Bytes(), c.Bytes())
			}
		}
		again, err := Parse(copies[0].Bytes())
		if err != nil || !reflect.DeepEqual(again.States(Law), copies[0].States(Law)) {
			t.Fatalf("written and read: %v", err)
		}
	}
}

// TestLarge: a book of a hundred thousand events is read, merged and folded.
func TestLarge(t *testing.T) {
	a := sealable(hybridKey)
	start := time.Now()
	for i := range 25_000 {
		tip := fmt.Sprintf("TB-%04d-%04d", i/10_000, i%10_000)
		a.Enter(tip, "Páo", at(nov29), Enter{Unit: "na-co-sa", Received: nov28, Text: strings.Repeat("chữ ", 20), Sum: fmt.Sprintf("%064x", i)})
		a.Append(tip, "Páo", at(nov29), Seen{})
		a.Append(tip, "Páo", at(nov29), Classify{KindCrime, true})
		a.Append(tip, "Páo", at(nov29), Assign{"Lò"})
	}
	t.Log("made", time.Since(start))
	file := sealed(t, a)
	t.Log("sealed", time.Since(start), len(file))
	b, err := Open(file, identity(hybridKey))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("opened", time.Since(start))
	if added, err := b.Merge(a); added != 0 || err != nil {
		t.Fatal(added, err)
	}
	states := b.States(Law)
	t.Log("merged and folded", time.Since(start))
	if b.Len() != 100_002 || len(states) != 25_001 {
		t.Errorf("%d events, %d tips", b.Len(), len(states))
	}
	if s := states[17]; s.To != "Lò" || s.Due.Next != "procuracy" {
		t.Errorf("a tip: %+v", s)
	}
}

// FuzzParse: whatever a file holds, reading it neither fails hard nor changes what it
// kept.
func FuzzParse(f *testing.F) {
	for _, b := range books() {
		f.Add([]byte(b.Plain), "")
	}
	for _, v := range folds() {
		f.Add([]byte(nil), strings.Join(v.Lines, "\n"))
	}
	f.Fuzz(func(t *testing.T, plain []byte, lines string) {
		b, err := Parse(plain)
		if err != nil {
			b = made("na-co-sa", "k")
			for line := range strings.SplitSeq(strings.ToValidUTF8(lines, "?"), "\n") {
				if e, ok := parseEvent(line); ok {
					b.add(e)
				}
			}
		}
		written := b.Bytes()
		again, err := Parse(written)
		if err != nil || !bytes.Equal(again.Bytes(), written) || !reflect.DeepEqual(again.States(Law), b.States(Law)) {
			t.Fatalf("written and read again: %v\n%q", err, written)
		}
		if added, err := again.Merge(b); added != 0 || err != nil {
			t.Errorf("merged with itself: %d, %v", added, err)
		}
	})
}
