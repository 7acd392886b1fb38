//go:build race

package qr

// raceDetector makes image work some twenty times slower and finds nothing in
// it, one goroutine to a photo: under it the tests take fewer photos.
const raceDetector = true
