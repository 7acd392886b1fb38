// Package browser holds what runs in browsers: the officer's offline reader and
// the page's sealing script, built from the sources beside it by build.mjs and
// committed, so that building tipbox needs no Node.
package browser

import (
	"bytes"
	_ "embed" // the bundles
	"html"
	"slices"
	"strings"
)

//go:embed reader.html
var reader string

// The scripts of pages, and each compressed with brotli (RFC 7932), at build time
// because it takes long.
var (
	//go:embed seal.js
	seal []byte
	//go:embed seal.js.br
	sealBrotli []byte
	//go:embed worker.js
	worker []byte
	//go:embed worker.js.br
	workerBrotli []byte
	//go:embed replies.js
	replies []byte
	//go:embed replies.js.br
	repliesBrotli []byte
	//go:embed outbox.js
	outbox []byte
	//go:embed outbox.js.br
	outboxBrotli []byte
)

// Script is a script of a page; what it asks of page and server stands at the head
// of its src/NAME/main.js.
type Script struct{ Plain, Brotli []byte }

// Seal is the form's: it seals on the phone.
func Seal() Script { return Script{seal, sealBrotli} }

// Worker does beside Seal and Replies what takes a while.
func Worker() Script { return Script{worker, workerBrotli} }

// Replies opens a unit's replies on the sender's phone.
func Replies() Script { return Script{replies, repliesBrotli} }

// Outbox posts the replies that a desk has saved.
func Outbox() Script { return Script{outbox, outboxBrotli} }

// Licences are the names, versions and licence texts of the packages bundled.
//
//go:embed LICENSES.txt
var Licences string

// Reader returns the offline reader as one HTML file that says it is of the version.
func Reader(version string) []byte {
	return []byte(strings.Replace(reader, "%VERSION%", html.EscapeString(version), 1))
}

// PassLetter is the text of the mail with which a unit itself sends a tip that it passes
// on; {to}, {from} and {id} stand for the units' names and the tip's id.
//
//go:embed src/reader/pass/letter.txt
var PassLetter string

//go:embed src/reader/keys/words.js
var words string

// PassphraseWords returns the words that a desk draws passphrases from, of two syllables: a
// line for each first one, "first: second second".
func PassphraseWords() string {
	_, list, _ := strings.Cut(words, "`\n")
	list, _, _ = strings.Cut(list, "`")
	return list
}

// An address book stands in the reader between these, which every page has once; a
// plain one has an empty object there.
const (
	bookBegins = `<script type="application/json" id="addressbook">`
	noBook     = `{}`
	bookEnds   = `</script>`
)

// WithAddressBook returns the reader with the address book in it: JSON as
// encoding/json writes it, in which no "<" stands, so that the page stays what a
// browser makes of it, and can tell its own sum.
func WithAddressBook(page, book []byte) []byte {
	return bytes.Replace(page, []byte(bookBegins+noBook), slices.Concat([]byte(bookBegins), book), 1)
}

// TakeAddressBook returns the page without the address book in it, and the book,
// empty where there is none. A book in which a "<" stands is none: it stays in the
// page, which then is no release's.
func TakeAddressBook(page []byte) (plain, book []byte) {
	before, rest, ok := bytes.Cut(page, []byte(bookBegins))
	book, after, whole := bytes.Cut(rest, []byte(bookEnds))
	if !ok || !whole || string(book) == noBook || bytes.IndexByte(book, '<') >= 0 {
		return page, nil
	}
	return slices.Concat(before, []byte(bookBegins+noBook+bookEnds), after), book
}
