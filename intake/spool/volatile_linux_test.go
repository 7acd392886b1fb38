package spool

import "testing"

func TestVolatile(t *testing.T) {
	for dir, want := range map[string]bool{"/dev/shm": true, "/proc": false} {
		if got, err := Volatile(dir); err != nil || got != want {
			t.Errorf("%s: %v, %v", dir, got, err)
		}
	}
	if _, err := Volatile("/none"); err == nil {
		t.Error("what is not there can be told")
	}
}
