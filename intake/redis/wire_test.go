package redis

import "testing"

// TestFollow: lengths are found however the answer is cut into pieces, and not
// where a text only looks like one.
func TestFollow(t *testing.T) {
	for answer, want := range map[string]bool{
		"*2\r\n:0\r\n$13\r\n\r\n*60000000\r\n\r\n+*60000000\r\n$-1\r\n*-1\r\n": true,
		"$0\r\n\r\n*3\r\n":                                        true,
		"$0\r\n\r\n*60000000\r\n":                                 false,
		"*1\r\n$60000000\r\n":                                     false,
		"$4\r\nab$9\r\n*60000000\r\n":                             false, // the text's end is no length
		"$9223372036854775807\r\n":                                false,
		"%99999999999999999999\r\n":                               true, // go-redis refuses it
		"*00000000000000000000000000000000000000000060000000\r\n": false,
	} {
		for size := 1; size <= len(answer); size++ {
			var w wary
			got := true
			for rest := answer; rest != "" && got; {
				n := min(size, len(rest))
				got, rest = w.follow([]byte(rest[:n])), rest[n:]
			}
			if got != want {
				t.Errorf("%q in pieces of %d: %v", answer, size, got)
			}
		}
	}
}

// TestFollowToTheLastByte: an answer of just as much as is read is read whole, and
// a length in it that is too much is seen.
func TestFollowToTheLastByte(t *testing.T) {
	for length, want := range map[string]bool{"$0": true, "$60000000": false} {
		answer := make([]byte, mostAnswered)
		copy(answer, length+"\r\n")
		var w wary
		if got := w.follow(answer); got != want {
			t.Errorf("%s: %v", length, got)
		}
	}
	var w wary
	if w.follow(make([]byte, mostAnswered+1)) {
		t.Error("a byte more is taken")
	}
}
