package config

import (
	"errors"
	"fmt"
	"io/fs"
)

// MayRead says how to mend that a file may not be read, or "" where something
// else is wrong.
func MayRead(err error) string {
	var file *fs.PathError
	if !errors.As(err, &file) || !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	return fmt.Sprintf("the user that tipbox serve runs as must be able to read it, and its folder: chgrp tipbox %[1]s && chmod 640 %[1]s", file.Path)
}
