package config

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestMayRead: who meets a permission is told what to type. The tests may run as
// root, whom nothing is refused.
func TestMayRead(t *testing.T) {
	denied := fmt.Errorf("reading the secret: %w", &fs.PathError{Op: "open", Path: "/etc/tipbox/secrets/smtp", Err: syscall.EACCES})
	if got := MayRead(denied); !strings.HasSuffix(got, ": chgrp tipbox /etc/tipbox/secrets/smtp && chmod 640 /etc/tipbox/secrets/smtp") {
		t.Error(got)
	}
	_, err := os.Open("none")
	if got := MayRead(err); got != "" {
		t.Error(got)
	}
}
