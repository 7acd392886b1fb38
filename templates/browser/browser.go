// Package browser holds what runs in browsers: the officer's offline reader and
// the page's sealing script, built from the sources beside it by build.mjs and
// committed, so that building tipbox needs no Node.
package browser

import (
	_ "embed" // the bundles
	"html"
	"strings"
)

//go:embed reader.html
var reader string

// Seal is the page's sealing script; what it asks of page and server stands at
// the head of src/seal/main.js.
//
//go:embed seal.js
var Seal []byte

// SealBrotli is Seal compressed with brotli (RFC 7932), at build time because it
// takes long.
//
//go:embed seal.js.br
var SealBrotli []byte

// Licences are the names, versions and licence texts of the packages bundled.
//
//go:embed LICENSES.txt
var Licences string

// Reader returns the offline reader as one HTML file that says it is of the version.
func Reader(version string) []byte {
	return []byte(strings.Replace(reader, "%VERSION%", html.EscapeString(version), 1))
}
