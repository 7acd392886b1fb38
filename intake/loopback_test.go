package intake_test

import (
	"testing"

	"tipbox/intake"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "192.0.2.1": false, "localhost.example.vn": false, "127.0.0.1.example.vn": false, "127.1": false,
	} {
		if got := intake.IsLoopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
