// Package formtest builds forms as browsers post them.
package formtest

import (
	"bytes"
	"io"
	"mime/multipart"
	"strings"
	"testing"
)

// Form builds a multipart form: "name=value" is a text, "name@file=bytes" a file.
func Form(t testing.TB, parts ...string) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	mw := multipart.NewWriter(&b)
	for _, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		name, file, isFile := strings.Cut(name, "@")
		w, err := mw.CreateFormField(name)
		if isFile {
			w, err = mw.CreateFormFile(name, file)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, value) // into memory
	}
	_ = mw.Close()
	return mw.FormDataContentType(), b.Bytes()
}
